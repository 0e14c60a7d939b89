"""A task and the commit that it needs."""

import pytest

from tests.labs.database.doing import post
from tests.server.asking import ask
from tests.server.asking import post as post_to
from tests.waiting import FAR


def test_task_that_is_sent_before_the_commit_finds_nothing(parcel, carriers, database):
    carriers.hold()
    asked = ask(f"{parcel.url}/labels/early/7", how=post_to)
    assert carriers.wait_for(1)
    parcel.wait_for_tasks(within=FAR)
    carriers.release()
    shipment = asked.result(FAR).json()["shipment"]
    assert database.execute("SELECT state FROM shipments WHERE id = %s", [shipment]).fetchone() == ("new",)


def test_task_that_is_sent_after_the_commit_finds_its_row(parcel, database):
    shipment = post(parcel, "/labels/after/7").json()["shipment"]
    parcel.wait_for_tasks(within=FAR)
    assert database.execute("SELECT state FROM shipments WHERE id = %s", [shipment]).fetchone() == ("labelled",)


def test_promise_is_kept_later_and_once(parcel, database):
    shipment = post(parcel, "/labels/promised/7").json()["shipment"]
    assert database.execute("SELECT state FROM shipments WHERE id = %s", [shipment]).fetchone() == ("new",)
    assert post(parcel, "/labels/keep").json() == {"kept": 1}
    assert post(parcel, "/labels/keep").json() == {"kept": 0}
    parcel.wait_for_tasks(within=FAR)
    assert database.execute("SELECT state FROM shipments WHERE id = %s", [shipment]).fetchone() == ("labelled",)


@pytest.mark.parametrize(("way", "ends"), [("shared", "FAILURE"), ("unpooled", "SUCCESS")])
def test_engine_of_several_loops_fails_in_the_second(way, ends, parcel):
    before = len(parcel.tasks())
    for _ in range(2):
        assert post(parcel, f"/labels/read/{way}/1").status_code == 202
        parcel.wait_for_tasks(within=FAR)
    assert parcel.tasks()[-1].state == ends
    assert len(parcel.tasks()) == before + 2
