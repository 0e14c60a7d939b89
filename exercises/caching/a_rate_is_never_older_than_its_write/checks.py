"""Whoever asks after a change was answered is told the new rate, whatever readers were under way when it was made."""

import ast
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from unblocked.grading import App, Code, Database, Outside, Pending, Store, advice, expect, hints

OLD, NEW, REFUSED = 10.5, 12.5, 2000.0
ZONES = (7, 8, 9)
NO_ZONE = 99
MINUTE = 60
FOREVER = 600_000
"""Milliseconds for which the store would keep writes waiting if we did not end that."""

COMMITS, LOOKS, FIRST = 1, 2, 3
"""Locks: for whoever commits, for whoever looks at a row, and for the first of those."""

TABLE = (
    "CREATE TABLE rates (zone integer PRIMARY KEY, price double precision NOT NULL)",
    "CREATE FUNCTION allow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    f"PERFORM pg_advisory_xact_lock_shared({COMMITS}); "
    "IF NEW.price > 1000 THEN RAISE EXCEPTION 'this is too dear' USING ERRCODE = 'check_violation'; END IF; "
    "RETURN NULL; END $$",
    "CREATE CONSTRAINT TRIGGER allow AFTER INSERT OR UPDATE ON rates DEFERRABLE INITIALLY DEFERRED "
    "FOR EACH ROW EXECUTE FUNCTION allow()",
)
"""A price that is too dear is refused at the commit, and there, whoever commits can be held."""

SLOW = (
    "ALTER TABLE rates RENAME TO rates_of_parcel",
    "CREATE FUNCTION look() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN "
    f"IF pg_try_advisory_xact_lock({FIRST}) THEN "
    f"PERFORM pg_advisory_lock_shared({LOOKS}); PERFORM pg_advisory_unlock_shared({LOOKS}); END IF; "
    "RETURN true; END $$",
    "CREATE VIEW rates AS SELECT zone, price FROM rates_of_parcel WHERE look()",
)
"""Whoever looks at a row first can be held with what it has found; those who come meanwhile pass."""

SECTION = "The section “The rate has changed. Who knows?” "
CUSTOMS = "/customs/*"


@hints(
    "You ask twice for the same zone. Who is asked the second time, and until when?",
    "The section “A cache that all processes share” has a route that looks, asks, and keeps for a while.",
    "What is found in the store is given at once; what is kept there has an expiry, before a change and after it.",
)
def check_a_rate_is_kept_for_a_while(app: App, database: Database, store: Store, carriers: Outside) -> None:
    """A rate is asked of database and customs once, then it is in the store, for a minute at the latest."""
    desk = Desk(app, database, store, carriers)
    for zone in (NO_ZONE,):
        desk.expect_status(
            app.get(f"/rates/{zone}").status, 404, did=f"sent `GET /rates/{zone}`; there is no such zone"
        )
    desk.expect_rate(7, OLD, did="sent `GET /rates/7`", meaning="This is the price of the row.")
    told = [call.query.get("price") for call in carriers.asked(CUSTOMS)]
    expect(
        told == [["10.5"]],
        did="sent `GET /rates/7`, and looked what the customs were told",
        got=f"{len(told)} questions; prices {', '.join(str(each) for each in told)}" if told else "no question",
        expected="one, `/customs/7?price=10.5`",
        meaning="The customs are told the price of the row, once, before a rate is answered.",
    )
    desk.expect_kept(7, OLD, did="sent `GET /rates/7` again")
    desk.expect_change(7, NEW)
    desk.expect_rate(7, NEW, did=f"sent `GET /rates/7` after a `PUT` of {NEW}", meaning=desk.MISLED)
    told = [call.query.get("price") for call in carriers.asked(CUSTOMS)]
    expect(
        ["12.5"] in told,
        did=f"sent `GET /rates/7` after a `PUT` of {NEW}, and looked what the customs were told",
        got=f"prices {', '.join(str(each) for each in told)}",
        expected="`/customs/7?price=12.5` as well",
        meaning="The new rate was answered and kept, and the customs do not know of it: it has not been there.",
    )
    desk.expect_kept(7, NEW, did=f"sent `GET /rates/7` twice after a `PUT` of {NEW}")
    with store.client() as client:
        passing = [key for key in client.scan_iter() if 0 < client.ttl(key) <= MINUTE]
        if passing:
            client.delete(*passing)
    did = "removed the keys that expire within a minute, as a minute would, and sent `GET /rates/7`"
    expect(
        desk.is_asked_for(7, NEW, did=did),
        did=did,
        got=f"the rate, and the database was not asked; these keys are there: {', '.join(store.keys) or 'none'}",
        expected="that the database is asked again",
        meaning="The rate is still kept, in one of these keys or somewhere else than in the store. What is kept for "
        "ever is "
        "wrong for ever, once it is wrong.",
    )


@hints(
    "A reader comes back from the customs when the change is over. Under which name does it keep the old rate, and "
    "who looks "
    "there?",
    SECTION + "shows who comes back late, and what a version changes.",
    "Before a reader looks at the row, it learns something that each change makes anew; what it keeps is good for "
    "those "
    "only who have learnt the same.",
)
def check_a_reader_who_comes_back_late_misleads_nobody(
    app: App, database: Database, store: Store, carriers: Outside
) -> None:
    """While a reader is at the customs, a change is answered, and whoever asks afterwards is told the new rate."""
    desk = Desk(app, database, store, carriers)
    for zone, another in ((7, False), (8, True)):
        late = desk.hold_at_the_customs(zone)
        did = f"sent `GET /rates/{zone}`, held it at the customs with {OLD}, and changed the rate to {NEW}"
        desk.expect_change(
            zone,
            NEW,
            did=did,
            meaning="The change waits for a reader, and the reader for the customs, who may take hours.",
        )
        then = app.start(f"/rates/{zone}") if another else None
        if then:  # it may wait for the late one; what it is told counts
            app.settles(lambda t=then: t.over, patience=0.2)
            desk.expect_told(then, zone, NEW, did=f"{did}; asked once more", meaning=desk.MISLED)
        waits = then and not then.over
        carriers.release()
        late.finish()
        app.rests()
        if then and waits:
            then.finish()
            desk.expect_told(
                then,
                zone,
                NEW,
                did=f"{did}; asked once more, which waited; let the first one come back",
                meaning="It waited for a reader who had begun before the change, and was given what that had found. "
                "Who "
                "shares a question shares its age.",
            )
        did += "; let another reader ask and keep" * another + "; let the first one come back"
        desk.expect_rate(
            zone,
            NEW,
            did=f"{did}; asked again",
            meaning="The late reader has kept the old rate after the change was told to "
            "the store, and everybody is told that until it expires. What was deleted, before or after, was deleted "
            "too early.",
        )


@hints(
    "When does another reader see the new row: when it is written, or when it is committed?",
    SECTION + "says in which order database and store are told.",
    "Commit, then tell the store, then answer.",
)
def check_the_store_is_told_between_commit_and_answer(
    app: App, database: Database, store: Store, carriers: Outside
) -> None:
    """Whoever reads before the commit misleads nobody, and a change is answered when the store knows of it."""
    desk = Desk(app, database, store, carriers)
    desk.expect_rate(7, OLD, did="sent `GET /rates/7`", meaning="This is the price of the row.")
    for zone in (7, 8):
        with desk.kept_from(COMMITS):
            change = desk.start_change(zone, NEW)
            app.settles_at_last(lambda c=change: database.waiting or c.over)
            desk.expect_status(
                change.reply and change.reply.status,
                None,
                did=f"sent `PUT /rates/{zone}`, and kept it from committing",
                meaning="The change was answered before it was committed.",
            )
            reader = app.start(f"/rates/{zone}")
            app.settles(lambda r=reader: r.over, patience=0.2)
        change.finish()
        reader.finish()
        app.rests()
        did = f"sent `PUT /rates/{zone}`, asked for the rate before its commit, let it commit, and asked again"
        desk.expect_rate(
            zone,
            NEW,
            did=did,
            meaning="Before the commit, the row has the old price for everybody else. The reader has kept "
            "it as the new rate, for the store was told before the database.",
        )
    desk.expect_rate(9, OLD, did="sent `GET /rates/9`", meaning="This is the price of the row.")
    did = "let the store take no writes for a while, and changed the rate of zone 9"
    with desk.writes_waiting():
        change = desk.start_change(9, NEW)
        app.settles(lambda: change.over)
        early = change.over and change.reply is not None and change.reply.status == 204
        before = len(store.commands)
    app.rests()
    late = store.commands[before:] if early else []
    expect(
        not late,
        did=f"{did}; then let it take writes again",
        got=f"204 at once, and `{' '.join(late[0][:2]) if late else ''}` when the store took writes again",
        expected="204 when the store has been told",
        meaning="The change was answered before the store was told of it: whoever asks between the two is told the "
        "old rate.",
    )
    change.finish()
    if change.reply and change.reply.status == 204:
        desk.expect_rate(9, NEW, did=f"{did}; asked for the rate when it was answered", meaning=desk.MISLED)


@hints(
    "Between which two of your lines must no change come, if what you keep shall be right?",
    SECTION + "reads the version before the truth.",
    "A look, and then a decision, are two moments, and a change fits between them: let the store decide, or let the "
    "old name "
    "be of no use.",
)
def check_a_reader_is_late_wherever_it_was_held(app: App, database: Database, store: Store, carriers: Outside) -> None:
    """A change that comes while a reader is held in the database, at its first look or a later one, is not undone."""
    desk = Desk(app, database, store, carriers)
    desk.look_slowly()
    # The first look: it has found the old row when the change comes.
    with desk.kept_from(LOOKS):
        late = app.start("/rates/7")
        app.settles_at_last(lambda: database.waiting or late.over)
        desk.expect_change(
            7, NEW, did=f"held a reader in the database, with the old row, and changed the rate to {NEW}"
        )
    late.finish()
    app.rests()
    desk.expect_rate(
        7,
        NEW,
        did="held a reader in the database, with the old row; changed the rate; let the reader go on; asked again",
        meaning="The reader has looked at the row, then came the change, and then the reader learnt of it, as if its "
        "row had "
        "been read after that: what is compared or named must be learnt before the row is read.",
    )
    # A look after the customs: the reader has found that nothing has changed, and then it changes.
    late = desk.hold_at_the_customs(8)
    with desk.kept_from(LOOKS):
        carriers.release()
        app.settles(lambda: database.waiting or late.over)
        looks_again = database.waiting > 0
        if looks_again:
            desk.expect_change(8, NEW, did=f"held a reader at another look at the row, and changed the rate to {NEW}")
    if not looks_again:
        desk.expect_change(8, NEW)
    late.finish()
    app.rests()
    desk.expect_rate(
        8,
        NEW,
        did="let a reader come back from the customs, and look at the row again; changed the rate before it kept "
        "what it had found; asked again",
        meaning="The reader has looked again, and found what it knew; then came the change, and then the old rate was "
        "kept. Another look makes the moment shorter in which a change is missed, and leaves it there.",
    )
    # The change is over, and the reader keeps what it has, to look whether that was right.
    late = desk.hold_at_the_customs(9)
    desk.expect_change(9, NEW)
    with desk.kept_from(LOOKS):
        carriers.release()
        app.settles(lambda: database.waiting or late.over)
        if database.waiting:
            desk.expect_rate(
                9,
                NEW,
                did="changed a rate while a reader was at the customs; let that come back; asked while it looked at "
                "the "
                "row again",
                meaning="The old rate is kept first, and it is looked afterwards whether that was right: whoever asks "
                "meanwhile is told it.",
            )
    late.finish()
    app.rests()
    desk.expect_rate(
        9,
        NEW,
        did="changed a rate while a reader was at the customs; let that come back; asked again",
        meaning=desk.MISLED,
    )


@hints(
    "The store has said that nothing has changed. Until when is that so?",
    SECTION + "shows what a version changes: nobody has to look whether it is still the same.",
    "A look, and then a decision, are two moments, also in the store: let one script do both, or a transaction that "
    "watches what was looked at, or let the old name be of no use.",
)
def check_a_reader_is_late_between_two_commands(app: App, database: Database, store: Store, carriers: Outside) -> None:
    """A change that comes while a reader is between two of its commands to the store is not undone."""
    desk = Desk(app, database, store, carriers)
    with store.relayed() as relay:
        for replies, zone in enumerate(ZONES):
            late = desk.hold_at_the_customs(zone)
            relay.hold(after=replies)
            carriers.release()
            app.settles(lambda r=late: relay.holds or r.over)
            held = relay.holds
            if not held:
                relay.release()
            change = desk.start_change(zone, NEW)
            app.settles(lambda c=change: c.over, patience=0.2)  # it may wait for who has a lock in the store
            relay.release()
            late.finish()
            desk.expect_status(change.finish().status, 204, did=f"sent `PUT /rates/{zone}` with {NEW}")
            app.rests()
            nth = ("first", "second", "third")[replies]
            desk.expect_rate(
                zone,
                NEW,
                did=f"let a reader come back from the customs, and held the store's {nth} reply to it on its way; "
                f"changed the rate to {NEW}; let the reader go on; asked again"
                if held
                else f"let a reader come back from the customs; changed the rate to {NEW}; asked again",
                meaning="The reader has asked the store whether something has changed, then came the change, and then "
                "the reader kept the old rate: everybody is told that until it expires.",
            )


@hints(
    "The store has lost what you compare with. What does it begin with when it is made anew?",
    SECTION + "has a first version that was never there before.",
    "Something that cannot come twice, such as the time or a `uuid4`, so that what was lost is never made again.",
)
def check_what_the_store_has_lost_brings_nothing_back(
    app: App, database: Database, store: Store, carriers: Outside
) -> None:
    """When the store loses its keys before a change or after it, a late reader still misleads nobody."""
    desk = Desk(app, database, store, carriers)
    for zone, before in ((7, False), (8, True)):
        late = desk.hold_at_the_customs(zone)
        if before:
            desk.lose_all()
        desk.expect_change(zone, NEW)
        app.rests()
        if not before:
            desk.lose_all()
        carriers.release()
        late.finish()
        app.rests()
        order = (
            "let the store lose its keys, and changed the rate"
            if before
            else ("changed the rate, and let the store lose its keys")
        )
        desk.expect_rate(
            zone,
            NEW,
            did=f"held a reader at the customs; {order}; let the reader come back; asked again",
            meaning="What told the late reader that it is late is gone, and what was made anew looks the same as "
            "before the "
            "change: a version that begins with the same number, or no key where none was before.",
        )


@hints(
    "At which of your lines is it certain that the change is made?",
    SECTION + "says in which order database and store are told.",
    "The store hears of a price when the database has committed it, and not before.",
)
def check_a_change_that_fails_changes_nothing(app: App, database: Database, store: Store, carriers: Outside) -> None:
    """A price that the database refuses at the commit is answered 409, and is told to nobody."""
    desk = Desk(app, database, store, carriers)
    unknown = desk.start_change(NO_ZONE, NEW).finish()
    desk.expect_status(unknown.status, 404, did=f"sent `PUT /rates/{NO_ZONE}`; there is no such zone")
    for kept in (True, False):
        if kept:
            desk.expect_rate(7, OLD, did="sent `GET /rates/7`", meaning="This is the price of the row.")
        else:
            desk.lose_all()
        did = f"sent `PUT /rates/7` with {REFUSED}, which the database refuses when it is committed"
        reply = desk.start_change(7, REFUSED).finish()
        desk.expect_status(
            reply.status,
            409,
            did=did,
            meaning="Whoever has sent it must learn that nothing was changed.",
        )
        app.rests()
        desk.expect_rate(
            7,
            OLD,
            did=f"{did}, and asked for the rate",
            meaning="This price was never a rate: it was kept before the database had agreed.",
        )


@hints(
    "What of the store does a change of zone 8 touch?",
    SECTION + "has a version for each zone.",
    "One version, or one mark, for each zone; nothing that empties the store.",
)
def check_other_zones_are_left_alone(app: App, database: Database, store: Store, carriers: Outside) -> None:
    """A change of one zone takes nothing from what is kept of the others, nor from those who are reading them."""
    desk = Desk(app, database, store, carriers)
    desk.expect_rate(7, OLD, did="sent `GET /rates/7`", meaning="This is the price of the row.")
    desk.expect_change(8, NEW)
    app.rests()
    desk.expect_kept(
        7,
        OLD,
        did="sent `GET /rates/7`, changed zone 8, and sent `GET /rates/7` again",
        meaning="The change of one zone has made the store forget another: with a thousand zones, each change sends a "
        "thousand questions to the database.",
    )
    reader = desk.hold_at_the_customs(9)
    desk.expect_change(8, OLD, did="held a reader of zone 9 at the customs, and changed the rate of zone 8")
    app.rests()
    carriers.release()
    reader.finish()
    app.rests()
    desk.expect_kept(
        9,
        OLD,
        did="changed zone 8 while a reader of zone 9 was at the customs, let that come back, and asked for zone 9 "
        "again",
        meaning="The reader of one zone was late for the change of another: where rates change often, nothing is ever "
        "kept.",
    )


@advice
def versions_in_one_process(code: Code) -> bool:
    """Worth changing: what says that a reader is late is in the memory of this process: no other hears of it."""
    return not in_the_store(code)


@advice
def the_store_knows(code: Code) -> bool:
    """Well done: what says that a reader is late is in the store, so it holds for every process that asks there."""
    return in_the_store(code)


@advice
def what_is_not_promised(code: Code) -> bool:  # noqa: ARG001  # it is good to know for everybody
    """Good to know: where the store cannot be told after a commit, answer an error: the customer sends it again."""
    return True


def in_the_store(code: Code) -> bool:
    """Say whether the answer tells the store more than to keep, to give and to delete."""
    calls = [node for node in ast.walk(code.tree) if isinstance(node, ast.Call)]
    named = {call.func.attr for call in calls if isinstance(call.func, ast.Attribute)}
    words = {word.arg for call in calls for word in call.keywords}
    return bool(named & {"incr", "hincrby", "watch", "eval", "register_script", "mget"} or "nx" in words)


# What customers, operators and the check do.


@dataclass
class Desk:
    """A desk from which rates are asked for and changed, and which can hold whoever is on the way."""

    app: App
    database: Database
    store: Store
    carriers: Outside

    MISLED = "The change was answered, and whoever asks afterwards is told the old rate."

    def __post_init__(self) -> None:
        """Make the table, and have the customs answer at once."""
        for statement in TABLE:
            self.database.execute(statement)
        self.database.insert("rates", *({"zone": zone, "price": OLD} for zone in ZONES))
        self.carriers.mend(latency=0)

    @property
    def looks(self) -> int:
        """How often the database and the customs were asked."""
        return len(self.database.asked("SELECT", "WITH", "FETCH", "DECLARE")) + len(self.carriers.asked(CUSTOMS))

    def start_change(self, zone: int, price: float) -> Pending:
        """Send a change."""
        return self.app.start(f"/rates/{zone}", method="PUT", json={"price": price})

    def expect_change(self, zone: int, price: float, *, did: str = "", meaning: str = "") -> None:
        """Send a change, and expect it to be answered now."""
        change = self.start_change(zone, price)
        self.app.settles_at_last(lambda: change.over)
        self.expect_status(
            change.reply.status if change.reply else "no answer",
            204,
            did=did or f"sent `PUT /rates/{zone}` with {price}",
            meaning=(meaning if not change.over else "") or "The rate can be changed.",
        )
        self.app.rests()

    def expect_rate(self, zone: int, price: float, *, did: str, meaning: str) -> None:
        """Ask for a rate, and expect this one."""
        asked = self.app.start(f"/rates/{zone}")
        asked.finish()
        self.expect_told(asked, zone, price, did=did, meaning=meaning)

    def expect_told(self, asked: Pending, zone: int, price: float, *, did: str, meaning: str) -> None:
        """Expect that somebody was told this rate, if anything."""
        if not asked.over:
            return
        reply, right = asked.reply, {"zone": zone, "price": price}
        told = reply.json if reply and reply.status == 200 else None
        one_of_ours = isinstance(told, dict) and told.get("price") in {OLD, NEW, REFUSED}
        expect(
            told == right,
            did=did,
            got=str(reply or asked.error),
            expected=f"200 {json.dumps(right)}",
            meaning=meaning if one_of_ours and meaning else "A rate has its zone and its price.",
        )

    def expect_kept(self, zone: int, price: float, *, did: str, meaning: str = "") -> None:
        """Ask for a rate, and expect that nobody else is asked for it."""
        self.app.rests()
        expect(
            not self.is_asked_for(zone, price, did=did),
            did=did,
            got="a question to the database or the customs",
            expected="none: the rate is in the store",
            meaning=meaning
            or "What was asked for a moment ago is asked for again: it was not kept, or nobody looks where it is.",
        )

    def is_asked_for(self, zone: int, price: float, *, did: str) -> bool:
        """Ask for a rate, expect this one, and say whether database or customs were asked for it."""
        before = self.looks
        self.expect_rate(zone, price, did=did, meaning=self.MISLED)
        return self.looks > before

    @staticmethod
    def expect_status(got: object, status: int | None, *, did: str, meaning: str = "") -> None:
        """Expect this status, or that there is none yet."""
        expect(
            got == status,
            did=did,
            got=str(got),
            expected=str(status or "no answer yet"),
            meaning=meaning or "The customer must learn that there is no such zone.",
        )

    def hold_at_the_customs(self, zone: int) -> Pending:
        """Ask for a rate, and have the customs keep the question; they answer at once whoever comes later."""
        self.carriers.hold(CUSTOMS)
        reader = self.app.start(f"/rates/{zone}")
        here = f"/customs/{zone}"
        self.app.settles_at_last(lambda: self.carriers.waiting(here) or reader.over)
        expect(
            self.carriers.waiting(here) and not reader.over,
            did=f"sent `GET /rates/{zone}`; the customs kept every question",
            got=str(reader.reply or reader.error or "no question to the customs"),
            expected=f"a question `{here}?price={OLD}`, and no answer before theirs",
            meaning="The customs are told the price of the row before a rate is answered.",
        )
        self.carriers.slow(CUSTOMS, latency=0)
        return reader

    @contextmanager
    def kept_from(self, lock: int) -> Iterator[None]:
        """Hold in the database whoever comes to this place."""
        with self.database.transaction() as ours:
            ours.execute("SELECT pg_advisory_xact_lock(%s)", [lock])
            yield

    @contextmanager
    def writes_waiting(self) -> Iterator[None]:
        """Let the store answer what it is asked, and keep waiting whoever would change something in it."""
        with self.store.client() as client:
            client.execute_command("CLIENT", "PAUSE", FOREVER, "WRITE")
            try:
                yield
            finally:
                client.execute_command("CLIENT", "UNPAUSE")

    def look_slowly(self) -> None:
        """Let the one who looks at a row first be held with what it has found."""
        for statement in SLOW:
            self.database.execute(statement)

    def lose_all(self) -> None:
        """Let the store lose all its keys, as by eviction."""
        with self.store.client() as client:
            client.flushall()
