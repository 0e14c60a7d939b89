"""What is sent, and when, follows from the plan alone."""

import pytest

from unblocked.traffic.plan import Plan, planned

BASE = "http://127.0.0.1:8000"


def test_burst_is_due_at_one_moment():
    plan = planned(BASE, n=3)
    assert [plan.due(n) for n in (1, 2, 3)] == [0, 0, 0]


def test_arrivals_are_due_at_even_distances():
    plan = planned(BASE, rate=50, seconds=4)
    assert [plan.due(n) for n in (1, 2, 200)] == pytest.approx([0, 0.02, 3.98])


def test_paths_take_turns_and_have_numbers():
    plan = planned(BASE, ["/quotes/{n}", "/health"], n=3)
    assert [plan.path(n) for n in (1, 2, 3)] == ["/quotes/1", "/health", "/quotes/3"]


def test_ids_share_the_name_of_the_run():
    plan, other = planned(BASE, n=2), planned(BASE, n=2)
    assert [plan.id(1), plan.id(2)] == [f"{plan.run}-1", f"{plan.run}-2"]
    assert plan.run != other.run


def test_sender_reads_what_owner_wrote():
    plan = planned(BASE, ["/a", "/b"], rate=5, seconds=1, json={"weight": 2}, headers={"X-Key": "é"}, method="post")
    assert Plan.unpacked(plan.packed()) == plan
    assert plan.packed().count(b"\n") == 1


def test_body_is_said_to_be_json():
    assert planned(BASE, n=1, json={}).headers == {"content-type": "application/json"}
    assert planned(BASE, n=1, json=[], headers={"Content-Type": "text/x"}).headers == {"content-type": "text/x"}
    assert planned(BASE, n=1).headers == {}


@pytest.mark.parametrize(
    ("options", "title"),
    [
        ({"n": 5, "path": "/quotes/7"}, "5 \N{MULTIPLICATION SIGN} GET /quotes/7"),
        ({"rate": 50, "seconds": 4, "path": "/health"}, "50/s for 4 s GET /health"),
        ({"rate": 20, "n": 30, "method": "post"}, "20/s for 1.5 s POST /"),
        ({"n": 9, "path": ["/a", "/b", "/c", "/d"]}, "9 \N{MULTIPLICATION SIGN} GET /a, /b, /c and 1 more"),
    ],
)
def test_title_says_what_was_sent(options, title):
    assert planned(BASE, **options).title == title
