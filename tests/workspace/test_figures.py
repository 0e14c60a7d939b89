"""Figures that learners write, and figures that they read."""

import math
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from unblocked.workspace import figures


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        (0.5, 0.5),
        (2, 2.0),
        (0, 0.0),
        (Decimal("0.25"), 0.25),
        (Fraction(1, 2), 0.5),
        (timedelta(milliseconds=1500), 1.5),
        ("2 s", 2.0),
        ("2s", 2.0),
        ("0,5", 0.5),
        (" 0.5 seconds. ", 0.5),
        ("500 ms", 0.5),
        ("2 min", 120.0),
        ("about 3", 3.0),
        ("~1e-3", 0.001),
        ("1,000", 1.0),
    ],
)
def test_seconds_are_understood(given, meant):
    assert figures.understood("seconds", given) == pytest.approx(meant)


@pytest.mark.parametrize(
    ("given", "meant"), [(40, 40), ("40 requests", 40), ("1,000", 1000), ("100 /s", 100), ("1,5", 1.5)]
)
def test_numbers_are_understood(given, meant):
    assert figures.understood("number", given) == meant


@pytest.mark.parametrize(("given", "meant"), [("b", "b"), ("B)", "b"), (" (c) ", "c"), ("async def", "async def")])
def test_choices_are_understood(given, meant):
    assert figures.understood("choice", given) == meant


@pytest.mark.parametrize(
    ("unit", "given", "said"),
    [
        ("seconds", ..., "Replace the `...` with your number of seconds and run this cell again."),
        ("seconds", "...", "Replace the `...` with your number of seconds"),
        ("number", ..., "Replace the `...` with your number and run this cell again."),
        ("choice", ..., 'Replace the `...` with the letter of your choice in quotes, such as `"b"`, and run'),
        ("seconds", -1, "Nothing that is measured here is below 0: give a number of seconds, such as `seconds=0.5`."),
        ("seconds", "-1 s", "below 0"),
        ("seconds", "\u22121 s", "below 0"),
        ("seconds", math.nan, "`nan` can never be measured"),
        ("seconds", Decimal("sNaN"), "`nan` can never be measured"),
        ("seconds", 10**400, "more than a run here can show (at most 86400)"),
        ("seconds", -(10**400), "below 0"),
        ("seconds", math.inf, "more than a run here can show"),
        ("seconds", [1, 2], "This wants a number of seconds, such as `seconds=0.5`, and a value of type `list` is not"),
        ("seconds", True, "a value of type `bool` is not that"),
        ("seconds", "soon", "This wants a number of seconds, such as `seconds=0.5`, and “soon” is not that."),
        ("seconds", "1/2", "“1/2” is not that"),
        ("number", "1,0,0", "This wants a number, such as `number=40`, and “1,0,0” is not that."),
        ("choice", 2, 'This wants the letter of one choice in quotes, such as `choice="b"`, and a value of type `int`'),
        ("choice", "x" * 41, f"“{'x' * 40}” is not that."),
    ],
)
def test_what_is_wanted_is_said(unit, given, said):
    with pytest.raises(figures.Unclear) as caught:
        figures.understood(unit, given)
    assert said in caught.value.message


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (2.5312, "seconds", "2.53 s"),
        (0.5, "seconds", "0.5 s"),
        (0.0000042, "seconds", "0.0000042 s"),
        (0, "seconds", "0 s"),
        (1234.5, "seconds", "1234 s"),
        (99.96, "seconds", "100 s"),
        (1, "requests", "1 request"),
        (60, "requests", "60 requests"),
        (487.31, "a second", "487 a second"),
        (40, "number", "40"),
    ],
)
def test_figures_are_short(value, unit, shown):
    assert figures.written(value, unit) == shown


@pytest.mark.parametrize(
    ("said", "was", "unit", "words"),
    [
        (0.5, 2.53, "seconds", "5.1 times as long"),
        (0.001, 2.53, "seconds", "2,530 times as long"),
        (5, 37, "requests", "7.4 times as many"),
        (2.5, 0.5, "seconds", "20 % of that"),
        (2.5, 0.001, "seconds", "less than 1 % of that"),
        (0.5, 0.5001, "seconds", "as you said"),
        (0.5, 0.52, "seconds", "very close"),
        (0, 2.5, "seconds", ""),
        (5, 0, "requests", ""),
        (0, 0, "requests", "as you said"),
    ],
)
def test_ratio_is_in_words(said, was, unit, words):
    assert figures.ratio(said, was, unit) == words
