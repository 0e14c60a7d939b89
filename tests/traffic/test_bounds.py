"""Whatever is out of bounds gets one sentence that says what is possible."""

import math
import re

import pytest

from unblocked.faults import Fault
from unblocked.traffic import load
from unblocked.traffic.bounds import schedule

HERE = "http://127.0.0.1:9"
HOW = "`n=5` sends five at once, `rate=50, seconds=4` sends 50 a second for four seconds."


def said(**options) -> str:
    with pytest.raises(Fault) as fault:
        load(HERE, **options)
    return fault.value.message


@pytest.mark.parametrize("n", [0, -1, 1_000_000, 20_001, 2.0, math.nan, math.inf, "5", True, [5], 10**400])
def test_count_is_bounded(n):
    assert said(n=n).startswith("`n` is a whole number from 1 to 20000, not `")


@pytest.mark.parametrize("rate", [0, -1, 1_000_000, 2000.5, math.nan, math.inf, "50", True, 1j, 10**400])
def test_rate_is_bounded(rate):
    message = said(rate=rate, seconds=1)
    assert message.startswith("`rate` is a number above 0 and at most 2000 (requests a second), not `")


@pytest.mark.parametrize("seconds", [0, -1, 1_000_000, 120.1, math.nan, math.inf, "4", False])
def test_duration_is_bounded(seconds):
    message = said(rate=50, seconds=seconds)
    assert message.startswith("`seconds` is a number above 0 and at most 120 (seconds), not `")


@pytest.mark.parametrize("timeout", [0, -1, 1_000_000, 120.1, math.nan, math.inf, "30", True, None])
def test_timeout_is_bounded(timeout):
    assert said(n=1, timeout=timeout).startswith("`timeout` is a number above 0 and at most 120 (seconds), not `")


def test_what_was_given_is_shown():
    assert said(n="fifty").endswith("not `'fifty'`.")
    assert said(n="x" * 1000).endswith("…`.")


def test_product_of_rate_and_seconds_is_bounded():
    assert said(rate=2000, seconds=60) == (
        "`rate=2000, seconds=60` makes 120000 requests; at most 20000 are possible. Lower one of them."
    )


def test_count_at_a_rate_is_bounded_in_time():
    assert said(n=20_000, rate=1) == (
        "`n=20000` at `rate=1` takes 20000 seconds; at most 120 are possible. Lower `n` or raise `rate`."
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, f"Say how many requests to send: {HOW}"),
        ({"seconds": 4}, f"`seconds` needs a `rate`: {HOW}"),
        ({"rate": 50}, f"`rate` needs `seconds` or `n`, so that it ends: {HOW}"),
        ({"n": 5, "seconds": 4}, f"`n` and `seconds` both say how many requests are sent: give one of them. {HOW}"),
        (
            {"n": 5, "rate": 50, "seconds": 4},
            f"`n` and `seconds` both say how many requests are sent: give one of them. {HOW}",
        ),
    ],
)
def test_wrong_combination_is_named(options, message):
    assert said(**options) == message


@pytest.mark.parametrize(
    ("options", "count", "rate"),
    [
        ({"n": 5}, 5, None),
        ({"n": 20_000}, 20_000, None),
        ({"rate": 50, "seconds": 4}, 200, 50),
        ({"rate": 2000, "seconds": 10}, 20_000, 2000),
        ({"rate": 0.1, "seconds": 30}, 3, 0.1),
        ({"rate": 0.1, "seconds": 1}, 1, 0.1),
        ({"n": 7, "rate": 20}, 7, 20),
    ],
)
def test_schedule_follows_from_what_is_given(options, count, rate):
    assert schedule(**{"n": None, "rate": None, "seconds": None} | options) == (count, rate)


@pytest.mark.parametrize("method", ["FETCH", "", 7, None, "GET / HTTP/1.1"])
def test_unknown_method_is_named(method):
    assert re.match(r"There is no method `.*`\. (There are|Did you mean)", said(n=1, method=method))


@pytest.mark.parametrize("path", ["quotes/7", "", "http://127.0.0.1/", 7, None, [], ["/good", "bad"], {}, "/a\nb"])
def test_path_must_be_a_path(path):
    assert said(path=path, n=1).startswith("`path` is a path such as `/quotes/7`, or a list of them, not `")


def test_body_must_be_json():
    assert said(n=1, json={1, 2}).startswith("`json` cannot be written as JSON: Object of type set")
    assert said(n=1, json=math.nan).startswith("`json` cannot be written as JSON: Out of range")
    assert said(n=1, json="x" * 1_000_000) == ("`json` makes a body of 1000002 bytes; at most 1000000 are possible.")


@pytest.mark.parametrize("headers", [{"x": 5}, {5: "x"}, {"x": "a\r\nb: c"}, {"a b": "c"}, {"": "x"}])
def test_headers_must_be_text(headers):
    assert said(n=1, headers=headers).startswith("`headers` are names and values as text on one line; `{")


def test_headers_must_be_a_dictionary():
    assert said(n=1, headers="x: y") == '`headers` is a dictionary such as `{"x-api-key": "secret"}`, not `\'x: y\'`.'
