"""Names for what is made in a folder where others of its kind may be."""

from itertools import islice

from unblocked.processes.names import numbered


def test_first_has_no_number():
    assert list(islice(numbered("valkey", ".sock"), 3)) == ["valkey.sock", "valkey-2.sock", "valkey-3.sock"]


def test_no_name_is_made_before_it_is_wanted():
    assert next(numbered("postgres")) == "postgres"
    assert next(islice(numbered("postgres"), 9, None)) == "postgres-10"
