"""Block quotes of a lesson as boxes of the theme."""

from unblocked.site.callouts import boxed


def test_prediction_is_a_box():
    text = "Before.\n\n> **Predict.** When?\n>\n> a) now · b) later\n\nAfter."
    assert boxed(text) == 'Before.\n\n!!! question "Predict"\n\n    When?\n\n    a) now · b) later\n\nAfter.'


def test_title_may_stand_alone():
    text = "> **You will be able to**\n>\n> - see\n>\n> **Time:** 5 minutes."
    assert boxed(text) == '!!! abstract "You will be able to"\n\n    - see\n\n    **Time:** 5 minutes.'


def test_other_title_is_a_note():
    assert boxed("> **By the way.** Yes.").startswith('!!! note "By the way"\n\n    Yes.')


def test_other_quotes_stay():
    assert boxed("> Somebody said so.") == "> Somebody said so."
    fence = "```text\n> **Predict.** No.\n```"
    assert boxed(fence) == fence
