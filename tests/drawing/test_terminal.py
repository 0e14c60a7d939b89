import pytest

from tests.drawing.runs import Run, blocking, busy, threaded
from unblocked.drawing import timeline


def chart(text):
    """What stands between the bars of each line."""
    return [line.split("|")[1] for line in text.splitlines() if line.count("|") == 2]


def test_letters_show_one_after_another():
    lines = chart(str(timeline(blocking())))
    assert [line.rstrip() for line in lines] == ["·" * 12 * n + "█" * 12 for n in range(5)]


def test_letters_have_legend_and_table():
    text = str(timeline(blocking()))
    assert "█ runs on the event loop   · waits for its turn" in text
    assert ["5", "GET", "/quotes/7", "0", "ms", "2.50", "s", "status", "200", "500", "ms", "2.00", "s"] in [
        line.split() for line in text.splitlines()
    ]
    assert "Five requests, five answered; median 1.50 s" in text


def test_letters_have_one_scale_for_two():
    text = str(timeline(threaded(), beside=blocking()))
    assert chart(text)[0].rstrip() == "█" * 12
    assert chart(text)[5].rstrip() == "▓" * 12


def test_letters_say_why_it_failed():
    assert "| 500 ms ✕ timeout" in str(timeline(Run().add("/a", 0.5, cause="timeout")))


@pytest.mark.parametrize("requests", [100, 1000])
def test_many_become_a_line_a_place(requests):
    text = str(timeline(busy(requests)))
    assert "waits for another service |" in text
    assert "95th percentile |" in text
    assert len(text.splitlines()) < 25
    some = text.partition("Some of them")[2]
    assert len({bar.rstrip() for bar in chart(some)}) > 2  # on a scale on which they can be told apart


def test_no_line_is_too_wide():
    assert max(map(len, str(timeline(threaded(60))).splitlines())) <= 110
