"""Every page is right, and is asked of the database once a minute, however it is asked for; it needs no store."""

import ast
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from sqlalchemy import Column, DateTime, Identity, Integer, MetaData, Table, Text

from unblocked.grading import App, Code, Database, Reply, Store, advice, expect, hints

SIZE = 20
MINUTE = 60
TURNS = 40
CUSTOMERS = 5
BEGIN = datetime.fromisoformat("2026-11-20T09:30:00.123456")
CITIES = {"Lyon": 27, "Lyon1": 17, "lyon": 3, "Aix-en-Provence": 9}
EMPTY = "Nowhere"
SEPARATORS = ":|/-_,. ;#"
"""By which somebody may join the parts of a key, as if no city had them in its name."""

TABLES = MetaData()
Table(
    "shipments",
    TABLES,
    Column("id", Integer, Identity(), primary_key=True),
    Column("city", Text, nullable=False),
    Column("parcel", Integer, nullable=False),
    Column("created_at", DateTime, nullable=False),
)

ONE = "The section “Fifty customers, one rate” "
SAME = "The section “What is the same question?” "
STORE = "The section “A cache that all processes share” "
PAGES = "The section “Which page is it, when rows come meanwhile?” of lesson 06 "


@hints(
    "A page ends among rows of the same moment. What has the cursor to say, so that the next page goes on there?",
    PAGES + "has an order that leaves no two rows in one place.",
    "The place is made of `created_at` and `id`, compared together; one row more than asked for tells whether more "
    "follow.",
)
def check_pages_follow_each_other(app: App, database: Database, store: Store) -> None:
    """Pages have all rows of their city in their order, each once, whatever is written or deleted meanwhile."""
    desk = Desk(app, database, store)
    for city, size in (("Lyon", None), ("Lyon1", 4), ("lyon", 3), ("Aix-en-Provence", 5), (EMPTY, 3)):
        after, page = None, 0
        while page == 0 or after:
            did = f"read the pages of {city}, page {page + 1}"
            after, page = desk.expect_page(city, after, size, did=did), page + 1
            if city == "Aix-en-Provence" and page == 1:
                early = {"city": city, "parcel": 1, "created_at": BEGIN - timedelta(hours=1)}
                database.insert("shipments", early, early)
                database.execute("DELETE FROM shipments WHERE id = %s", desk.last[1])


@hints(
    "The page is empty. What does your code hold for “nothing is kept”, and is that the same?",
    STORE + "has a route that looks, asks, and keeps for a while.",
    "Compare what the store gives with `None`; keep whatever the page is; say how long.",
)
def check_a_page_is_asked_for_once_a_minute(app: App, database: Database, store: Store) -> None:
    """A page is asked of the database once, an empty one too; it is in the store, and expires within a minute."""
    desk = Desk(app, database, store)
    for city in ("Lyon", EMPTY):
        after = desk.expect_page(city, None, None, did=f"asked for the shipments of {city}")
        desk.expect_kept(city, None, None, meaning=desk.NOT_KEPT)
        if after:
            desk.expect_page(city, after, None, did=f"asked for the second page of {city}")
            desk.expect_kept(city, after, None, meaning=desk.NOT_KEPT)
    app.rests()
    with store.client() as client:
        passing = [key for key in client.scan_iter() if 0 < client.ttl(key) <= MINUTE]
        if passing:
            client.delete(*passing)
    before = desk.asked
    did = "removed the keys that expire within a minute, as a minute would, and asked for the shipments of Lyon"
    desk.expect_page("Lyon", None, None, did=did)
    expect(
        desk.asked > before,
        did=did,
        got=f"the page, and the database was not asked; these keys are there: {', '.join(store.keys) or 'none'}",
        expected="that the database is asked again",
        meaning="The page is still kept, in one of these keys or somewhere else than in the store. What is kept for "
        "ever is "
        "wrong for ever, once it is wrong.",
    )


@hints(
    "Write down two different questions. Are their keys different as well?",
    SAME + "says what belongs into a key.",
    "City, place and size, each where it can be told from the others, as in a list that is written as JSON.",
)
def check_another_question_has_another_key(app: App, database: Database, store: Store) -> None:
    """Another city, another size and another place are answered for what they are."""
    desk = Desk(app, database, store)
    for city, size in (
        ("Lyon", 15),
        ("Lyon1", 5),
        ("Lyon", 5),
        ("lyon", 5),
        ("Lyon", None),
        ("Lyon1", None),
        ("lyon", None),
    ):
        did = f"asked for `{desk.path(city, None, size)}`, after other questions"
        desk.expect_page(city, None, size, did=did, meaning=desk.ANOTHER)
    after = desk.expect_page("Lyon", None, 3, did="asked for the first 3 shipments of Lyon")
    for city, size in (("Lyon", 3), ("Lyon", 4), ("Lyon1", 3)):
        did = f"asked for `{desk.path(city, after, size)}`, after other questions"
        # A cursor may be good for its own city or size only.
        desk.expect_page(city, after, size, did=did, meaning=desk.ANOTHER, or_refused=(city, size) != ("Lyon", 3))
    for between in SEPARATORS:
        city = f"Lyon{between}{after}"
        did = f"asked for the first page of `{city}`, where there is nothing, after a page of Lyon"
        desk.expect_page(city, None, 3, did=did, meaning=desk.ANOTHER)


@hints(
    "Of what is your key made: of what was asked for, or of how it was written?",
    SAME + "has two addresses that mean the same.",
    "Make the key of the values that FastAPI has read, defaults included, not of the address.",
)
def check_spellings_of_a_question_are_one(app: App, database: Database, store: Store) -> None:
    """However a question is spelled, its page is asked of the database once."""
    desk = Desk(app, database, store)
    after = desk.expect_page("Lyon", None, None, did="asked for `/shipments?city=Lyon`")
    words = ["city=Lyon&size=20", "size=20&city=Lyon", "city=%4Cyon", "utm_source=mail&city=Lyon"]
    desk.expect_page("Lyon", after, None, did="asked for the second page of Lyon")
    cursor = quote(after or "", safe="")
    words += [f"after={cursor}&city=Lyon", f"size=20&after={cursor}&city=Lyon&page=2"]
    for word in words:
        app.rests()
        before = desk.asked
        did = f"asked for `/shipments?{word}`, which was asked for before in other words"
        desk.expect_page("Lyon", after if cursor in word else None, None, did=did, path=f"/shipments?{word}")
        expect(
            desk.asked == before,
            did=did,
            got="a question to the database",
            expected="none: this page is kept",
            meaning="The same question in other words is another key, so each spelling has its own page in the store.",
        )


@hints(
    "Five customers find nothing in the store. What do they share, so that one of them asks for all?",
    ONE + "has many who wait for one answer.",
    "One task, or one lock with a second look, for each key.",
)
def check_equal_questions_at_once_are_one(app: App, database: Database, store: Store) -> None:
    """Equal questions at once, in whatever words, ask the database once; different ones do not wait for each other."""
    desk = Desk(app, database, store)
    words = ["city=Lyon", "size=20&city=Lyon", "city=Lyon&size=20", *["city=Lyon"] * (CUSTOMERS - 3)]
    with desk.nobody_reads():
        asked = [app.start(f"/shipments?{word}") for word in words]
        app.settles_at_last(lambda: database.waiting)
        app.settles(lambda: all(each.written for each in asked))
        for _ in range(TURNS):  # who looks into the store again and again never comes to rest
            app.beats()
        waiting = database.waiting
        expect(
            waiting == 1,
            did=f"asked {CUSTOMERS} times for the first page of Lyon, while nobody could read the table",
            got=f"{waiting} questions to the database at once",
            expected="1",
            meaning="Whoever comes while the question is under way asks it, too: nothing that all of them share says "
            "that "
            "it is."
            if waiting
            else "Nobody asks the database.",
        )
        others = [app.start(f"/shipments?city={city}") for city in ("Lyon1", "lyon")]
        expect(
            app.settles(lambda: database.waiting == 1 + len(others)),
            did="asked for three cities at once, while nobody could read the table",
            got=f"{database.waiting} questions to the database at once",
            expected=str(1 + len(others)),
            meaning="Different questions wait for each other: one slow search stops all others.",
        )
    for each, city in zip((*asked, *others), ["Lyon"] * len(asked) + ["Lyon1", "lyon"], strict=True):
        desk.judge(each.finish(), city, None, None, did=f"asked for `{each.path}` with others at once", meaning="")
    expect(
        desk.asked == 1 + len(others),
        did=f"asked {CUSTOMERS} times for the first page of Lyon at once, and for two other cities",
        got=f"{desk.asked} questions to the database",
        expected=str(1 + len(others)),
        meaning="Whoever comes out of the wait asks again: that the page was kept meanwhile is in the store, and "
        "nobody looks "
        "there after the wait.",
    )


@hints(
    "In which order does your route read the question, look into the store, and ask the database?",
    PAGES + "says what it does with a cursor that it cannot read.",
    "First read and refuse, then make the key.",
)
def check_what_is_no_question_is_answered_422(app: App, database: Database, store: Store) -> None:
    """A cursor that is none, a wrong size and no city are answered 422; no database is asked, and nothing is kept."""
    desk = Desk(app, database, store)
    after = desk.expect_page("Lyon", None, 4, did="asked for the first 4 shipments of Lyon") or ""
    app.rests()
    kept, before = store.keys, desk.asked
    words = [f"city=Lyon&after={quote(each, safe='')}" for each in STRANGE]
    words += ["city=Lyon&size=101", "city=Lyon&size=0", "city=Lyon&size=many", "size=4"]
    for word in words * 2:
        reply = app.get(f"/shipments?{word}")
        expect(
            reply.status == 422,
            did=f"asked for `/shipments?{word}`",
            got=str(reply),
            expected="status 422",
            meaning="This is no question that can be answered, and whoever asks it must learn that."
            if reply.status != 500
            else "What cannot be read is the customer's mistake: 422.",
        )
    app.rests()
    expect(
        desk.asked == before and store.keys == kept,
        did=f"asked {len(words)} questions that are none, each twice",
        got=f"{desk.asked - before} questions to the database; new keys "
        f"{', '.join(set(store.keys) - set(kept)) or 'none'}",
        expected="none",
        meaning="Anybody can send any number of cursors that are none: each would fill the store, or cost a search.",
    )
    for cut in (after[: len(after) // 2], after[:-1], after[1:]):
        reply = app.get(f"/shipments?city=Lyon&after={quote(cut, safe='')}")
        expect(
            reply.status in {200, 422},  # what is left of a readable one may be one, too
            did=f"asked for a page with a cursor that was cut, `{cut}`",
            got=str(reply),
            expected="status 422",
            meaning="A cursor comes from outside, and may have been cut on its way: that is no fault of yours.",
        )


@hints(
    "What do your two questions to the store raise when it is gone, and when it does not answer?",
    STORE + "treats a store that is down as one where nothing is kept.",
    "`RedisError` has both, a connection that is refused and a wait that is over; both the look and the keeping can "
    "raise it.",
)
def check_a_search_needs_no_store(app: App, database: Database, store: Store) -> None:
    """When the store is silent or gone, pages are answered all the same."""
    desk = Desk(app, database, store)
    after = desk.expect_page("Lyon", None, 4, did="asked for the first 4 shipments of Lyon")
    store.pause()
    for number in (1, 2):
        did = f"silenced the store, and asked for a page, {number}"
        asked = app.start(desk.path("Lyon", after, 4))
        app.ends(lambda a=asked: a.over)
        expect(asked.over, did=did, got="no answer", expected="the page", meaning=desk.NO_STORE)
        desk.judge(asked.finish(), "Lyon", after, 4, did=did, meaning=desk.NO_STORE)
    store.go_on()
    app.rests()
    store.kill()
    for number in (1, 2):
        desk.expect_page(
            "Lyon1", None, 4, did=f"ended the store, and asked for a page, {number}", meaning=desk.NO_STORE
        )


@advice
def one_task_for_all(code: Code) -> bool:
    """Well done: all who wait share one task, and whoever hangs up takes it from nobody."""
    return "shield" in ast.unparse(code.tree)


@advice
def a_lock_is_a_row(code: Code) -> bool:
    """Good to know: after a wait for a lock, each asks the store again; a shared task gives all the one answer."""
    return "shield" not in ast.unparse(code.tree)


@advice
def a_silent_store_costs_time(code: Code) -> bool:  # noqa: ARG001  # it is good to know for everybody
    """Good to know: a silent store costs each search its patience; leave it alone for a while after a failure."""
    return True


@dataclass
class Desk:
    """A desk that asks for pages, and knows what is in the database."""

    app: App
    database: Database
    store: Store
    last: tuple[datetime, int] = (BEGIN, 0)

    ANOTHER = (
        "This is the answer to another question: a key must hold all that the answer depends on, so that no two "
        "questions have the same."
    )
    NOT_KEPT = "What was asked for a moment ago is asked for again: it was not kept, or nobody finds it where it is."
    NO_STORE = "A store that is down is one where nothing is kept: the search is slower, and not broken."

    def __post_init__(self) -> None:
        """Make the table: several rows of a moment, some a microsecond apart, and ids that are in no order."""
        self.database.make(TABLES)
        self._places: dict[str, tuple[datetime, int]] = {}
        rows = [
            {
                "id": 1 + (place * 37 + 11 * len(city)) % 101 + 200 * number,
                "city": city,
                "parcel": 100 * number + place,
                "created_at": BEGIN + timedelta(seconds=place // 5, microseconds=place % 5 // 3),
            }
            for number, (city, count) in enumerate(CITIES.items())
            for place in range(count)
        ]
        self.database.insert("shipments", *reversed(rows))
        self.database.execute("ALTER TABLE shipments ALTER id RESTART WITH 1000")

    @property
    def asked(self) -> int:
        """How many questions about shipments the database was asked."""
        return sum(bool(re.search(r"\bshipments\b", each)) for each in self.database.asked("SELECT", "WITH", "DECLARE"))

    @contextmanager
    def nobody_reads(self) -> Iterator[None]:
        """Keep everybody from reading the table."""
        with self.database.transaction() as ours:
            ours.execute("LOCK TABLE shipments IN ACCESS EXCLUSIVE MODE")
            yield

    @staticmethod
    def path(city: str, after: str | None, size: int | None) -> str:
        """Give the path of a page."""
        words = [f"city={quote(city)}"]
        words += [f"size={size}"] if size else []
        words += [f"after={quote(after, safe='')}"] if after else []
        return "/shipments?" + "&".join(words)

    def expect_page(
        self,
        city: str,
        after: str | None,
        size: int | None,
        *,
        did: str,
        path: str = "",
        meaning: str = "",
        or_refused: bool = False,
    ) -> str | None:
        """Ask for a page, expect the right one, and give its cursor."""
        reply = self.app.get(path or self.path(city, after, size))
        if or_refused and reply.status == 422:
            return None
        return self.judge(reply, city, after, size, did=did, meaning=meaning)

    def judge(
        self, reply: Reply, city: str, after: str | None, size: int | None, *, did: str, meaning: str
    ) -> str | None:
        """Expect a reply to be the right page, and give its cursor."""
        right = self._right(city, after, size or SIZE)
        wanted, more = right[: size or SIZE], len(right) > (size or SIZE)
        got = rows_in(reply)
        expect(
            got == [(row["id"], row["parcel"]) for row in wanted],
            did=did,
            got=told(got) if got is not None else str(reply),
            expected=told([(row["id"], row["parcel"]) for row in wanted]),
            meaning=meaning or self._why(got),
        )
        following: str | None = reply.json["next"]
        expect(
            isinstance(following, str) if more else following is None,
            did=did,
            got=f'"next": {following!r}',
            expected="a cursor that is a text" if more else '"next": null',
            meaning="There are more rows, and all who follow the cursors believe that these were all."
            if more
            else "There are no more rows, and whoever follows the cursors must learn that.",
        )
        if wanted:
            self.last = (wanted[-1]["created_at"], wanted[-1]["id"])
        if following:
            self._places[following] = self.last
        return following

    def expect_kept(self, city: str, after: str | None, size: int | None, *, meaning: str) -> None:
        """Ask for a page again, and expect that the database is not asked."""
        self.app.rests()
        before, path = self.asked, self.path(city, after, size)
        did = f"asked for `{path}` again"
        self.expect_page(city, after, size, did=did)
        expect(self.asked == before, did=did, got="a question to the database", expected="none", meaning=meaning)

    def _right(self, city: str, after: str | None, size: int) -> list[dict[str, Any]]:
        """Give the rows of a page, and one more if there is one."""
        query = (
            "SELECT * FROM shipments WHERE city = %s AND (created_at, id) > (%s, %s) ORDER BY created_at, id LIMIT %s"
        )
        place = self._places[after] if after else (BEGIN - timedelta(days=1), 0)
        return self.database.rows(query, city, *place, size + 1)

    @staticmethod
    def _why(got: list[tuple[Any, Any]] | None) -> str:
        if got is None:
            return "A page is answered 200, and has rows, and a cursor or null."
        return "A page begins where the one before has ended, by moment and id together, and has rows of its city only."


def rows_in(reply: Reply) -> list[tuple[Any, Any]] | None:
    """Give ids and parcels of a page; None where it is none."""
    page = reply.json
    if (
        reply.status != 200
        or not isinstance(page, dict)
        or not isinstance(page.get("rows"), list)
        or "next" not in page
    ):
        return None
    return [(row.get("id"), row.get("parcel")) if isinstance(row, dict) else (row, None) for row in page["rows"]]


def told(rows: list[tuple[Any, Any]]) -> str:
    """Name rows."""
    return "rows " + (", ".join(str(number) for number, _ in rows) or "none")


def encoded(text: str) -> str:
    """Write a text as many cursors are written."""
    return urlsafe_b64encode(text.encode()).decode()


STRANGE = ("nonsense", "2026-13-45T10:00:00_7", "ü☃", "[1]", *map(encoded, ("null", "[]", '["x", "y"]')))
"""What is no cursor, whatever cursors look like."""
