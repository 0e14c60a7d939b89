"""Every row comes once and in its place, whatever comes and goes between two pages, and no page asks for more."""

import ast
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from sqlalchemy import Column, DateTime, Identity, Integer, MetaData, Numeric, String, Table, func

from unblocked.grading import App, Code, Database, Reply, advice, expect, hints

SIZE = 20
"""What a page has where nobody says more."""

BEGIN = datetime.fromisoformat("2026-11-20T09:30:00.123456")
MOMENTS = (1, 7, 2, 5, 4, 1, 6, 4)
"""So many rows are of the first moment, of the second, and so on."""

TABLES = MetaData()  # without the index that the order wants: rows of one moment would come by id for whoever forgot it
Table(
    "shipments",
    TABLES,
    Column("id", Integer, Identity(), primary_key=True),
    Column("parcel", Integer, nullable=False),
    Column("price", Numeric(10, 2)),
    Column("state", String, nullable=False, server_default="new"),
    Column("created_at", DateTime, nullable=False, server_default=func.now()),
)

PAGES = "The section “Which page is it, when rows come meanwhile?” "


@hints(
    "A page ends among five rows of the same moment. What has the cursor to say, so that the next goes on there?",
    PAGES + "has an order that leaves no two rows in one place.",
    "The place is made of `created_at` and `id`, whole, and the two are compared together.",
)
def check_pages_follow_each_other(app: App, database: Database) -> None:
    """Pages of any size have all rows in their order, each once, and `next` is null when there are no more."""
    database.make(TABLES)
    Reader(app, database).read_all()
    fill(database)
    for size in (4, 15, None):
        Reader(app, database, size).read_all()


@hints(
    "Your customer has read four rows, and one of them is deleted. Which row is the fifth now?",
    PAGES + "has a page by its number, and one by a cursor.",
    "The cursor names the place of a row, not how many rows come before it.",
)
def check_rows_that_come_and_go_shift_nothing(app: App, database: Database) -> None:
    """Rows that are written and deleted between two pages make no row come twice, and none never."""
    fill(database)
    why = "What is counted from the beginning shifts when rows before it come and go."
    reader = Reader(app, database, 4, since=", while others wrote and deleted rows", why=why)
    reader.turn()
    delete(database, reader.shown[1])
    reader.turn()
    insert(database, *(BEGIN - timedelta(hours=hours) for hours in (1, 2, 3)))
    reader.turn()
    delete(database, reader.following(2)[1]["id"])
    insert(database, reader.place[0], reader.following(3)[-1]["created_at"])
    reader.read_all()


@hints(
    "The row that a cursor names is deleted. What does your query compare with then?",
    PAGES + "says what stands in a cursor.",
    "Have the cursor carry all that is compared, so that nothing is looked up, and nothing is kept in the app.",
)
def check_a_cursor_holds_whatever_becomes_of_its_row(app: App, database: Database) -> None:
    """A cursor leads to the same place when its row is deleted, as often as it is used, and whoever else reads."""
    fill(database)
    since = ", and deleted the last row of each page"
    why = "Where a cursor leads must not hang on a row that can go, or on something that the app keeps."
    readers = [Reader(app, database, size, since=since, why=why) for size in (4, 7)]
    while any(not reader.done for reader in readers):
        for reader in readers:
            if not reader.done:
                cursor, place = reader.cursor, reader.place
                reader.turn()
                reader.cursor, reader.place = cursor, place  # its answer was lost, and the customer asks again
                reader.turn(again=True)
                delete(database, *reader.shown[-1:])


@hints(
    "What does `size=0` mean, and what would `size=1000000` cost?",
    PAGES + "has a parameter with limits.",
    "`Query(ge=…, le=…)` refuses before your route begins.",
)
def check_a_size_has_limits(app: App, database: Database) -> None:
    """A size from 1 to 100 is served, and any other one is answered 422."""
    fill(database)
    for size in (1, 100):
        Reader(app, database, size).turn()
    for wrong in ("101", "1000000", "0", "-1", "many"):
        reply = app.get(path := f"/shipments?size={wrong}")
        expect(
            reply.status == 422,
            did=f"asked for `{path}`",
            got=str(reply),
            expected="status 422",
            meaning="A page has from 1 to 100 rows. Who asks for others must learn that, before the database is asked.",
        )


@hints(
    "Somebody changes a letter of the cursor. Where does your code notice, and what does it raise there?",
    PAGES + "reads a cursor, and says what it does with one that it cannot read.",
    "Read it where an exception can become an `HTTPException` with status 422, before the database is asked.",
)
def check_what_is_no_cursor_is_answered_422(app: App, database: Database) -> None:
    """An `after` that is no cursor is answered 422, and one that was cut raises nothing."""
    fill(database)
    reader = Reader(app, database, 4)
    reader.turn()
    for after in STRANGE:
        reply = app.get(path := f"/shipments?after={quote(after, safe='')}")
        expect(
            reply.status == 422,
            did=f"asked for `{path}`",
            got=str(reply),
            expected="status 422",
            meaning="A customer can send any text, and what cannot be read is the customer's mistake: 422."
            if reply.status != 200
            else "Who follows a cursor that cannot be read gets rows from elsewhere, and does not learn why.",
        )
    ours = reader.cursor or ""
    for cut in (ours[: len(ours) // 2], ours[:-1], ours[:1], ours + "x", ours[1:]):
        reply = app.get(path := f"/shipments?after={quote(cut, safe='')}")
        expect(
            reply.status in {200, 422},  # what is left of a readable one may be one, too
            did=f"asked for `{path}`, where the cursor was `{ours}`",
            got=str(reply),
            expected="status 422",
            meaning="A cursor comes from outside, and may have been cut on its way: that is no fault of yours.",
        )


@hints(
    "A page of four: how many rows does the database send to your app?",
    PAGES + "says what the database does for a page.",
    "Order, place and limit all belong into the query.",
)
def check_a_page_asks_for_no_more_than_it_needs(app: App, database: Database) -> None:
    """What is asked of the database for a page says how many rows are wanted."""
    fill(database)
    reader = Reader(app, database, 4)
    reader.turn()
    reader.turn()
    asked = [each for each in database.statements if re.search(r"\bshipments\b", each)]
    endless = [each for each in asked if not re.search(r"\b(LIMIT|FETCH|EXISTS|COUNT)\b", each, re.IGNORECASE)]
    expect(
        not endless,
        did="asked for two pages of 4 shipments, and read what the database was asked",
        got=f"`{endless[-1] if endless else ''}`",
        expected="a query with a limit",
        meaning="The database sends all rows that follow, and the app throws most of them away: a limit lets it stop.",
    )


@advice
def one_more_row_tells(code: Code) -> bool:
    """Well done: one row more than a page has tells whether another page follows, so nobody asks for an empty one."""
    return asks_for_one_more(code)


@advice
def the_last_page_may_be_empty(code: Code) -> bool:
    """Good to know: ask for `size + 1` rows, and you know whether more follow: no customer comes to an empty page."""
    return not asks_for_one_more(code)


def asks_for_one_more(code: Code) -> bool:
    """Say whether somewhere one is added to the size."""
    return "size + 1" in ast.unparse(code.tree)


# What customers do.


@dataclass
class Reader:
    """A customer who reads page after page, and knows what is in the database.

    Attributes:
        since: what happens meanwhile, and `why` a page may be wrong because of it.
        shown: the ids that have come so far.
        place: where the last page has ended; the cursor leads there.
        done: whether `next` was null.

    """

    app: App
    database: Database
    size: int | None = None
    since: str = ""
    why: str = ""
    shown: list[int] = field(default_factory=list)
    place: tuple[datetime, int] = (datetime.fromisoformat("2000-01-01"), 0)
    cursor: str | None = None
    done: bool = False
    _moments: dict[int, datetime] = field(default_factory=dict)

    def read_all(self) -> None:
        """Read to the end; each page is to be the right one, so there is one."""
        while not self.done:
            self.turn()

    def turn(self, *, again: bool = False) -> None:
        """Read the next page, and expect it to begin where the last one has ended."""
        before = [] if again else self.shown
        self._moments |= {row["id"]: row["created_at"] for row in self.database.rows("SELECT * FROM shipments")}
        right = self.following(self.size or SIZE)
        path = self._path()
        did = f"read page after page{self.since}, and asked for `{path}`" + (" once more" if again else "")
        reply = self.app.get(path)
        rows = rows_in(reply)
        expect(
            reply.status == 200 and rows is not None,
            did=did,
            got=str(reply),
            expected='200 {"rows": […], "next": …}',
            meaning=self._meaning_of_none(reply),
        )
        assert rows is not None
        wanted = [(row["id"], row["parcel"]) for row in right]
        expect(
            rows == wanted,
            did=did,
            got=told(rows),
            expected=told(wanted),
            meaning=self._meaning([number for number, _ in rows], right, before),
        )
        if right:
            self.place = (right[-1]["created_at"], right[-1]["id"])
        self.shown = before + [number for number, _ in wanted]
        self._follow(reply.json.get("next"), did=did, got=str(reply), empty=not right)

    def following(self, count: int) -> list[dict[str, Any]]:
        """Give the rows that follow."""
        query = "SELECT * FROM shipments WHERE (created_at, id) > (%s, %s) ORDER BY created_at, id LIMIT %s"
        return self.database.rows(query, *self.place, count)

    def _path(self) -> str:
        words = [f"size={self.size}"] if self.size else []
        if self.cursor is not None:
            words.append(f"after={quote(self.cursor, safe='')}")
        return "/shipments" + "?" * bool(words) + "&".join(words)

    def _follow(self, following: Any, *, did: str, got: str, empty: bool) -> None:
        """Expect a cursor where there are more rows, and an end where there are none."""
        more = bool(self.following(1))
        expect(
            not more or following is not None,
            did=did,
            got='"next": null',
            expected="a cursor",
            meaning="There are more rows, and all who follow the cursors believe that these were all.",
        )
        expect(
            following is None or (isinstance(following, str | int) and not empty),
            did=did,
            got=got,
            expected='"next": null' if empty else "a cursor that is a text, or null",
            meaning="Whoever follows the cursors never comes to an end: behind an empty page there is nothing."
            if empty
            else "A customer sends the cursor back in an address, so it is a text.",
        )
        self.done = following is None
        self.cursor = None if self.done else str(following)

    def _meaning_of_none(self, reply: Reply) -> str:
        """Say what it means that no page came."""
        if reply.status == 500:
            return "The route raised an exception."
        if self.cursor is None or reply.status == 200:
            return "A page has rows, and a cursor or null."
        return f"This cursor came with a page, and leads to the next. {self.why}".rstrip()

    def _meaning(self, ids: list[Any], right: list[dict[str, Any]], before: list[int]) -> str:
        """Say what it means that other rows came."""
        wanted = [row["id"] for row in right]
        moment = self.place[0]
        if strange := [each for each in ids if each not in self._moments]:
            return f"There is no row {strange[0]}."
        there = {row["id"] for row in self.database.rows("SELECT id FROM shipments")}
        if gone := [each for each in ids if each not in there]:
            return f"Row {gone[0]} was deleted before this page was asked for: somebody has kept it since."
        if (order := [(self._moments[each], each) for each in ids]) != sorted(order):
            return "These rows are in another order than asked for: oldest first, then by `id`."
        if twice := [each for each in ids if each in before]:
            return f"Row {twice[0]} has come before. " + (self.why or self._why_twice(self._moments[twice[0]], moment))
        if len(ids) > len(wanted):
            return "A page has as many rows as its customer asks for, and no more."
        if self.cursor is None:
            return "The first page has the oldest rows, those of one moment by `id`."
        if passed := [row for row in right if row["id"] not in ids]:
            same = "It is of the same moment as the last row, and its id tells that it comes after that."
            both = "Its moment is later, though its id is smaller: the id tells only those of one moment apart."
            smaller = bool(before) and passed[0]["id"] < before[-1]
            why = self.why or (same if passed[0]["created_at"] == moment else both if smaller else "")
            return f"Row {passed[0]['id']} is passed over, and will never come. {why}".rstrip()
        return "The next page begins where the one before has ended."

    @staticmethod
    def _why_twice(twice: datetime, last: datetime) -> str:
        if twice == last:
            return "It is of the same moment as the last row, and its id tells that it was there already."
        if twice < last and last - twice < timedelta(seconds=1):
            return "The cursor has lost a part of the moment: microseconds belong to it, too."
        return "The cursor leads to before the place where that page has ended."


def rows_in(reply: Reply) -> list[tuple[Any, Any]] | None:
    """Give ids and parcels of a page; None where it is none."""
    page = reply.json
    if not isinstance(page, dict) or not isinstance(page.get("rows"), list) or "next" not in page:
        return None
    return [(row.get("id"), row.get("parcel")) if isinstance(row, dict) else (row, None) for row in page["rows"]]


def told(rows: Iterable[tuple[Any, Any]]) -> str:
    """Name rows."""
    return "rows " + (", ".join(str(number) for number, _ in rows) or "none")


def encoded(text: str) -> str:
    """Write a text as many cursors are written."""
    return urlsafe_b64encode(text.encode()).decode()


STRANGE = (
    "nonsense",
    "2026-13-45T10:00:00_7",
    "ü☃",
    "\0",
    "[1]",
    *map(encoded, ("null", "[]", '{"page": 2}', '["x", "y"]')),
)
"""What is no cursor, whatever cursors look like."""


# What is in the database.


def fill(database: Database) -> None:
    """Make the table, with thirty rows of few moments, some a microsecond apart, and ids that are in no order."""
    database.make(TABLES)
    moments = [
        BEGIN + timedelta(seconds=number // 3, microseconds=number % 3)
        for number, count in enumerate(MOMENTS)
        for _ in range(count)
    ]
    rows = [
        {"id": 1 + place * 7 % 31, "parcel": 100 + place, "created_at": moment} for place, moment in enumerate(moments)
    ]
    database.insert("shipments", *reversed(rows))
    database.execute("ALTER TABLE shipments ALTER id RESTART WITH 1000")


def insert(database: Database, *moments: datetime) -> None:
    """Write rows of these moments."""
    database.insert("shipments", *({"parcel": 7, "created_at": moment} for moment in moments))


def delete(database: Database, *numbers: int) -> None:
    """Delete rows."""
    for number in numbers:
        database.execute("DELETE FROM shipments WHERE id = %s", number)
