"""Every lab starts, and does what its docstrings say: what blocks, blocks, and what does not, does not."""

import pytest

from tests.labs.serving import paths, running_on_the_loop, wait_until_arrived
from tests.server.asking import answers, ask, get
from tests.waiting import FAR, until
from unblocked import serve
from unblocked.server.target import labs


@pytest.fixture(scope="module")
def lab(outside):
    """Serve a lab when it is first asked for, and keep it for the tests after."""
    served = {}

    def get_lab(name):
        if name not in served:
            served[name] = serve(name, carriers=outside)
        return served[name]

    yield get_lab
    for one in served.values():
        one.stop()


@pytest.mark.parametrize("name", labs())
def test_lab_starts_and_answers_health(name, lab):
    assert get(f"{lab(name).url}/health").json() == {"ok": True}


@pytest.mark.parametrize("name", labs())
def test_every_route_of_a_lab_says_what_it_does(name, lab):
    paths = get(f"{lab(name).url}/openapi.json").json()["paths"]
    routes = [route for methods in paths.values() for route in methods.values()]
    assert all(route["description"].endswith(".") for route in routes)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("start_here", "/quotes"),
        ("routes", "/quotes/blocking"),
        ("routes", "/quotes/def"),
        ("routes", "/quotes/awaiting"),
    ],
)
def test_quote_is_the_carriers_price(name, path, lab, carriers):
    answer = get(f"{lab(name).url}{path}/7")
    assert answer.json() == {"carrier": "swift", "parcel": 7, "price": 14.88}
    assert paths(carriers) == ["/carriers/swift/quote?parcel=7"]


@pytest.mark.parametrize(("name", "path"), [("start_here", "/quotes"), ("routes", "/quotes/blocking")])
def test_blocking_route_makes_everybody_wait(name, path, lab, carriers):
    served = lab(name)
    carriers.hold()
    quote = ask(f"{served.url}{path}/7")
    assert carriers.wait_for(1)
    health = ask(f"{served.url}/health", name=f"{name}-health")
    where = running_on_the_loop(served)
    assert where.path == f"{path}/7"
    assert not health.done()
    carriers.release()
    assert answers([quote, health]) == [200, 200]
    assert served.recording(f"{name}-health").traces[0].start > carriers.calls[0].left


@pytest.mark.parametrize("path", ["/quotes/def", "/quotes/awaiting"])
def test_other_routes_let_everybody_go_on(path, lab, carriers):
    routes = lab("routes")
    carriers.hold()
    quotes = [ask(f"{routes.url}{path}/{n}") for n in range(5)]
    assert carriers.wait_for(5)
    assert get(f"{routes.url}/health").ok
    assert not any(quote.done() for quote in quotes)
    carriers.release()
    assert answers(quotes) == [200] * 5


@pytest.mark.parametrize(("name", "path"), [("start_here", "/quotes"), ("routes", "/quotes/blocking")])
def test_blocking_quotes_come_one_at_a_time(name, path, lab, carriers):
    carriers.hold()
    quotes = [ask(f"{lab(name).url}{path}/{n}") for n in range(5)]
    for n in range(len(quotes)):
        until(lambda n=n: carriers.total > n, "the next one asks")  # the one before it has its answer
        carriers.release(1)
    assert answers(quotes) == [200] * 5
    assert carriers.peak == 1


def test_def_route_has_forty_threads(lab, carriers):
    routes = lab("routes")
    carriers.hold()
    quotes = [ask(f"{routes.url}/quotes/def/{n}", name=f"threads-{n}") for n in range(41)]
    assert carriers.wait_for(40)
    wait_until_arrived(routes, "threads-", 41)
    assert get(f"{routes.url}/health").ok
    assert carriers.in_flight == 40
    carriers.release(1)
    until(lambda: carriers.total == 41, "the last one has a thread")
    carriers.release()
    assert answers(quotes) == [200] * 41
    assert carriers.peak == 40


@pytest.mark.parametrize(("name", "path"), [("start_here", "/quotes"), ("routes", "/quotes/awaiting")])
def test_carriers_failure_is_not_hidden(name, path, lab, carriers):
    carriers.fail()
    assert get(f"{lab(name).url}{path}/7").status_code == 500


def test_letters_are_no_parcel(lab):
    assert get(f"{lab('start_here').url}/quotes/x", name="letters").status_code == 422


def test_docs_name_the_service(lab):
    assert "Parcel" in get(f"{lab('start_here').url}/docs").text


def test_held_quote_is_answered_after_its_release(lab, carriers):
    carriers.hold()
    quote = ask(f"{lab('routes').url}/quotes/awaiting/7")
    assert carriers.wait_for(1)
    carriers.release()
    assert quote.result(FAR).json()["parcel"] == 7
