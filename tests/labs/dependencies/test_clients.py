"""How many clients are built, how many connections they open, and how many ask at a time."""

import threading

from labs.dependencies import clients
from tests.labs.serving import wait_until_arrived
from tests.server.asking import answers, ask, get
from tests.waiting import FAR


def ask_twice(parcel, carriers, path):
    """Ask for five quotes at once, and then for five more; give how many connections the carriers have seen."""
    for _ in range(2):
        carriers.hold("/carriers/*")
        quotes = [ask(f"{parcel.url}{path}/{n}") for n in range(5)]
        assert carriers.wait_for(5)
        carriers.release()
        assert answers(quotes) == [200] * 5
    return len(carriers.connections)


def test_client_for_each_request_opens_a_connection_for_each(lab, carriers):
    parcel = lab(LEDGER_LEASES="6")
    assert ask_twice(parcel, carriers, "/quotes/own") == 10
    seen = get(f"{parcel.url}/clients").json()
    assert seen == {"clients": {"lifespan": 1, "request": 10}, "connections": {"request": 10}}


def test_shared_client_opens_as_many_as_are_asked_at_once(lab, carriers):
    parcel = lab(LEDGER_LEASES="7")
    assert ask_twice(parcel, carriers, "/quotes/shared") == 5
    assert get(f"{parcel.url}/clients").json() == {"clients": {"lifespan": 1}, "connections": {"lifespan": 5}}


def test_class_keeps_one_client_once_it_has_one(lab):
    parcel = lab(LEDGER_LEASES="7")
    for n in range(3):
        assert get(f"{parcel.url}/quotes/class/{n}").ok
    assert get(f"{parcel.url}/clients").json()["clients"]["class"] == 1


def test_class_builds_a_client_for_each_thread_that_looks_before_the_first_is_done(monkeypatch):
    together, built = threading.Barrier(5), []
    monkeypatch.setattr(clients.KeptByTheClass, "_kept", None)

    def build(built_by):
        together.wait(FAR)  # nobody is done before all have begun
        built.append(built_by)
        return built_by

    monkeypatch.setattr(clients, "build_client", build)
    threads = [threading.Thread(target=clients.KeptByTheClass) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(FAR)
    assert built == ["class"] * 5


def test_turtle_is_asked_three_questions_at_a_time(parcel, carriers):
    carriers.hold("/carriers/*")
    quotes = [ask(f"{parcel.url}/quotes/turtle/{n}", name=f"turtle-{n}") for n in range(9)]
    assert carriers.wait_for(3)
    wait_until_arrived(parcel, "turtle-", 9)
    assert get(f"{parcel.url}/health").ok
    for _ in quotes[3:]:
        carriers.release(1)
        assert carriers.wait_for(3)
    carriers.release()
    assert answers(quotes) == [200] * 9
    assert carriers.peak == 3
