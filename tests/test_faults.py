"""The sentences for names that nothing has."""

from unblocked.faults import Fault, unknown


def test_nearest_name_is_suggested():
    fault = unknown("lab", "ruotes", ["start_here", "routes"])
    assert str(fault) == fault.message == "There is no lab `ruotes`. Did you mean `routes`?"


def test_several_near_names_are_suggested():
    message = unknown("exercise", "quote", ["quote_a", "quote_b", "health"]).message
    assert message == "There is no exercise `quote`. Did you mean `quote_b` or `quote_a`?"


def test_all_names_are_listed_when_none_is_near():
    message = unknown("lab", "xyz", ["start_here", "routes"]).message
    assert message == "There is no lab `xyz`. There are: `routes`, `start_here`."


def test_having_none_is_said():
    assert unknown("function", "quote", []).message == "There is no function `quote`, nor any other."


def test_fault_is_an_exception():
    assert issubclass(Fault, Exception)
