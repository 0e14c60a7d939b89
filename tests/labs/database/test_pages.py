"""Many rows: written, streamed, and given page by page."""

import json
from base64 import urlsafe_b64encode as b64encode

import pytest

from tests.labs.database.doing import get
from unblocked import load


def test_many_rows_are_many_statements_or_one(parcel, database):
    before = database.execute("SELECT count(*) FROM shipments").fetchone()[0]
    statements = {}
    for way in ("each", "at-once"):
        [trace] = load(parcel, f"/pages/{way}/200", n=1, method="POST").recording.traces
        statements[way] = sum(s.label.startswith("INSERT") for s in trace.stretches)
    assert statements == {"each": 200, "at-once": 1}
    assert database.execute("SELECT count(*) FROM shipments").fetchone()[0] == before + 400


def test_stream_gives_every_row(parcel, database):
    rows = [json.loads(line)["id"] for line in get(parcel, "/pages/all").text.splitlines()]
    assert rows == [each for (each,) in database.execute("SELECT id FROM shipments ORDER BY id")]


def test_cursor_gives_every_row_once_although_some_are_added(parcel, database):
    wanted = [each for (each,) in database.execute("SELECT id FROM shipments ORDER BY created_at, id")]
    found, after = [], ""
    while after is not None:
        page = get(parcel, f"/pages/by-cursor?size=7&after={after}").json()
        found += [row["id"] for row in page["rows"]]
        after = page["next"]
        database.execute(
            "INSERT INTO shipments (customer_id, parcel, state, created_at) VALUES (1, 1, 'old', '2000-01-01')"
        )
    assert found == wanted
    database.execute("DELETE FROM shipments WHERE state = 'old'")


def test_number_of_a_page_shifts_when_a_row_is_added(parcel, database):
    first = [row["id"] for row in get(parcel, "/pages/by-number?size=5").json()]
    database.execute(
        "INSERT INTO shipments (customer_id, parcel, state, created_at) VALUES (1, 1, 'old', '2000-01-01')"
    )
    second = [row["id"] for row in get(parcel, "/pages/by-number?size=5&page=2").json()]
    assert set(first) & set(second) == {first[-1]}
    database.execute("DELETE FROM shipments WHERE state = 'old'")


@pytest.mark.parametrize(
    "cursor", ["xyz", '["now", 1]', "[]", '["2026-01-01T00:00:00+00:00", 1]', '["2026-01-01T00:00:00", 99999999999]']
)
def test_bad_cursor_is_refused(cursor, parcel):
    packed = b64encode(cursor.encode()).decode() if cursor.startswith("[") else cursor
    assert get(parcel, f"/pages/by-cursor?after={packed}").status_code == 422
