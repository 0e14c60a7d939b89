"""What is held while a carrier thinks."""

from concurrent.futures import ThreadPoolExecutor

from tests.labs.database.doing import out
from tests.server.asking import ask
from tests.server.asking import post as post_to
from tests.waiting import FAR, until
from unblocked import load


def test_connection_is_held_while_the_carrier_thinks(parcel, carriers):
    carriers.hold()
    asked = ask(f"{parcel.url}/bookings/inside/7", how=post_to)
    assert carriers.wait_for(1)
    assert out(parcel) == 1
    carriers.release()
    assert asked.result(FAR).status_code == 201
    assert out(parcel) == 0


def test_nothing_is_held_between_two_transactions(parcel, carriers, database):
    carriers.hold()
    asked = ask(f"{parcel.url}/bookings/between/7", how=post_to)
    assert carriers.wait_for(1)
    assert out(parcel) == 0
    carriers.release()
    told = asked.result(FAR).json()
    [row] = database.execute("SELECT state, price::text FROM shipments WHERE id = %s", [told["shipment"]]).fetchall()
    assert row == ("new", told["price"])


def test_more_customers_than_connections(parcel, carriers):
    carriers.hold()
    with ThreadPoolExecutor(1) as pool:
        sent = pool.submit(load, parcel, "/bookings/inside/{n}", n=8, method="POST", timeout=60)
        assert carriers.wait_for(5)
        until(lambda: [t.status for t in parcel.recording().traces[-8:]].count(500) == 3, "three have waited in vain")
        carriers.release()
    assert sent.result().answered == 5
    until(lambda: "QueuePool limit of size 5 overflow 0 reached" in parcel.log, "it says why")
