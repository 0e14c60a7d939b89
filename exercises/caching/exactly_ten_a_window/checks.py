"""Ten are admitted in any 60 seconds, whoever counts and whenever they come, and nothing is kept for longer."""

import ast
import asyncio
import random
import time
from types import ModuleType
from typing import Any

import redis.asyncio

from unblocked.grading import Code, Imported, Store, advice, expect, hints
from unblocked.grading.imported import Started, load
from unblocked.grading.whereabouts import raised_on

TEN = "The section “Ten a window, and no more” "
LIMIT, WINDOW = 10, 60.0
CROWD = 8
"""So many come at once to each of two workers."""

LONGEST = 2 * WINDOW
NEAR = 0.01
STEPS = 4
"""After so many replies of the store, one after the other, a worker is stopped for a while."""

BETWEEN = "Others come between the look and the note: they see the same number, and all of them go in."
SIZES = {"zset": "zcard", "list": "llen", "hash": "hlen", "set": "scard", "stream": "xlen", "string": "strlen"}
MOST_KEPT = {"string": 1000}


@hints(
    "Ten are in. Which of them leaves first, and when?",
    TEN + "says when there is room again.",
    "The time of the oldest that still counts, and 60 s, less the time that it is now.",
)
def check_the_eleventh_waits_for_the_first_to_leave(answer: Imported, store: Store) -> None:
    """Ten are admitted, one after the other, and the eleventh is told when the first of them leaves."""
    door = Door(answer, store)
    for number in range(LIMIT):
        door.expect("ada", float(number))
    for later in (10.25, 10.25, 30.5, 59.75):
        door.expect("ada", later)


@hints(
    "Somebody is refused, and tries again each second. What have you noted by then?",
    TEN + "counts first, and then decides; what is wrong with that?",
    "Decide first, and note only who is admitted.",
)
def check_who_is_refused_does_not_count(answer: Imported, store: Store) -> None:
    """Who is refused again and again is admitted as soon as there is room."""
    door = Door(answer, store)
    for number in range(LIMIT):
        door.expect("ada", number / 2)
    for second in range(5, 60):
        door.expect("ada", float(second))
    for number in range(LIMIT + 1):
        door.expect("ada", WINDOW + number / 2)


@hints(
    "Ten come in the last second of a minute, ten in the first of the next. How many are that in two seconds?",
    TEN + "has a window that goes with the clock of each question.",
    "Look back from each question: who was admitted in the 60 s before it?",
)
def check_any_sixty_seconds_have_ten(answer: Imported, store: Store) -> None:
    """Whenever they come, in bursts or one by one, no 60 seconds have more than ten, and who could be admitted is."""
    door = Door(answer, store)
    for burst, count in ((5.0, 2), (57.5, 8), (66.0, 6), (117.5, 4)):
        for number in range(count):
            door.expect("ada", burst + number / 4)
    at, chance = 300.0, random.Random(7)
    for _ in range(60):
        at += chance.choice((0.25, 0.5, 1.0, 4.0, 9.0))
        door.expect("ada", at)


@hints(
    "Two come at the same moment. By what does the store tell them apart?",
    TEN + "notes who comes under a name of its own.",
    "Whatever is noted needs a name that nobody else has, besides its time.",
)
def check_each_one_counts_at_the_same_moment(answer: Imported, store: Store) -> None:
    """Of twelve who come at the same moment, ten are admitted."""
    door = Door(answer, store)
    for _ in range(LIMIT + 2):
        door.expect("ada", 7.5)
    door.expect("ada", 67.5)


@hints(
    "Where does your code say whose places these are?",
    TEN + "has one key for each customer.",
    "The customer is a part of every key.",
)
def check_customers_do_not_share(answer: Imported, store: Store) -> None:
    """Each customer has ten places, whatever the customers are called."""
    door = Door(answer, store)
    for number in range(LIMIT + 1):
        for customer in ("ada", "Ada", "ada:1", "ada*", "{ada}"):
            door.expect(customer, 3.0 + number / 4)


@hints(
    "Two workers ask how many there are, and both hear nine. What does each of them do then?",
    TEN + "decides and notes in one step, in the store.",
    "A script, a transaction that is watched, or a lock, all of them in the store: no process sees the others' memory.",
)
def check_two_workers_admit_ten_together(answer: Imported, store: Store) -> None:
    """Of twenty-four who come to two workers at once, ten are admitted."""
    door = Door(answer, store)
    second = load(answer.file)
    workers: list[tuple[int, ModuleType | None]] = [(0, None), (1, second)]  # each has a client and memory of its own
    did = f"had a customer come {LIMIT + 2} times, to two workers in turn, each a process of its own"
    calls = [door.finish(door.start(*workers[number % 2], "ada", 7.5)) for number in range(LIMIT + 2)]
    alone = "What each process keeps for itself no other sees: with two workers, there are two limits."
    door.expect_ten(calls, did=did, meaning=alone)
    for steps in range(1, STEPS + 1):
        door.expect_nobody_between(second, after=steps)
    door.connect(CROWD)
    store.pause()
    calls = [door.start(*worker, "bob", 7.5) for worker in workers for _ in range(CROWD)]
    answer.rests()
    store.go_on()
    did = f"had {CROWD} come to each of two workers at once; the store waited until all had sent what they send first"
    door.expect_ten([door.finish(call) for call in calls], did=did, meaning=BETWEEN)


@hints(
    "Somebody is refused in the end. What have you noted of him until then, and who sees it?",
    TEN + "decides and notes in one step, in the store.",
    "Nothing is noted that may have to be undone: the step that notes has looked before.",
)
def check_who_is_to_be_refused_takes_no_place(answer: Imported, store: Store) -> None:
    """While a slow worker refuses somebody, another one admits whom there is room for."""
    door = Door(answer, store)
    second = load(answer.file)
    for steps in range(1, STEPS + 1):
        door.expect_room_beside_the_refused(second, after=steps)


@hints(
    "A customer comes once, and never again. What is left in the store tomorrow?",
    TEN + "lets the key expire, and takes out what is too old.",
    "Whenever somebody is noted, take out what no longer counts, and let the key live for one more window.",
)
def check_nothing_is_kept_for_longer_than_it_counts(answer: Imported, store: Store) -> None:
    """What is kept expires after a window or two, not before the last one has left, and does not grow."""
    door = Door(answer, store)
    for number in range(3):
        door.expect("ada", 1.0 + number / 4)
    door.expect_expiry(did="admitted a customer three times")
    with store.client() as client:
        for key in store.keys:
            client.pexpire(key, 5_000)
    door.expect("ada", 50.0)
    door.expect_expiry(did="admitted a customer three times, and once more when what was kept had 5 s left")
    for number in range(150):
        door.expect("bob", number * 6.25)
    with store.client() as client:
        for key in store.keys:
            kind: Any = client.type(key)
            size = getattr(client, SIZES.get(kind, "strlen"))(key)
            expect(
                size <= MOST_KEPT.get(kind, 2 * LIMIT),
                did="admitted a customer 150 times, each 6.25 s after the one before",
                got=f"{size} entries in `{key}`",
                expected="those of the last 60 s: ten",
                meaning="There is no end to it: what no longer counts lies there for as long as the customer comes.",
            )


@advice
def the_store_does_it_all(code: Code) -> bool:
    """Well done: a script looks, decides and notes in one step, and takes one question and one answer."""
    return has_script(code)


@advice
def one_script_is_one_question(code: Code) -> bool:
    """Good to know: a script looks, decides and notes in one step: nobody has to try again, or to wait for a lock."""
    return not has_script(code)


def has_script(code: Code) -> bool:
    """Say whether there is a text with a script for Valkey."""
    texts = (each.value for each in ast.walk(code.tree) if isinstance(each, ast.Constant))
    return any("redis.call" in each for each in texts if isinstance(each, str))


# What customers do.


class Gate:
    """What the connections of a worker's client go through when a reply has come."""

    def __init__(self) -> None:
        self._left: int | None = None
        self._opens: asyncio.Event | None = None

    @property
    def stands(self) -> bool:
        """Whether somebody waits here."""
        return self._opens is not None

    def client(self, store: Store) -> redis.asyncio.Redis:
        """Make a client whose connections come through here."""
        gate = self

        class Gated(redis.asyncio.UnixDomainSocketConnection):
            async def read_response(self, *args: Any, **options: Any) -> Any:
                try:
                    return await super().read_response(*args, **options)
                finally:
                    await gate.go_through()

        # Without a limit: a store that is paused for long, on a busy machine, would be asked twice.
        pool = redis.asyncio.ConnectionPool(
            connection_class=Gated, path=str(store.path), socket_timeout=None, socket_connect_timeout=None
        )
        return redis.asyncio.Redis.from_pool(pool)

    def close(self, after: int) -> None:
        """Hold the last of so many replies that come from now on."""
        self._left = after

    def open(self) -> None:
        """Let everything through."""
        self._left, opens, self._opens = None, self._opens, None
        if opens is not None:
            opens.set()

    async def go_through(self) -> None:
        """Wait here, if it is closed for this reply."""
        if self._left is not None:
            self._left -= 1
            if self._left <= 0:
                self._opens = self._opens or asyncio.Event()
                await self._opens.wait()


class Door:
    """Workers with clients of their own, and what is right, as somebody counts it who sees everything."""

    def __init__(self, answer: Imported, store: Store) -> None:
        self._answer = answer
        self._gates = [Gate(), Gate()]
        self._clients = [gate.client(store) for gate in self._gates]
        self._store = store
        self._begin = (time.time() // WINDOW + 1) * WINDOW  # of a minute of the clock, and not long ago
        self._admitted: dict[str, list[float]] = {}
        self._refused: set[str] = set()

    def start(self, worker: int, module: ModuleType | None, customer: str, at: float) -> Started:
        """Let a customer come to a worker, so many seconds after the beginning."""
        function = self._answer["admit"] if module is None else module.admit
        client = self._clients[worker]

        async def admit() -> object:
            return await function(client, customer, self._begin + at)

        return Started(self._answer, admit, (), {})

    def finish(self, call: Started) -> Started:
        """Wait for its end."""
        self._answer.ends(lambda: call.over)
        return call

    def expect_nobody_between(self, second: ModuleType, *, after: int) -> None:
        """Let one come to the first worker while the second one has done so many steps of another admission."""
        gate, customer = self._gates[1], f"ada{after}"
        calls = [self.finish(self.start(0, None, customer, 7.5)) for _ in range(LIMIT - 1)]
        gate.close(after)
        late = self.start(1, second, customer, 7.5)
        self._answer.settles(lambda: gate.stands or late.over, patience=0.2)
        early = self.start(0, None, customer, 7.5)
        self._answer.settles(lambda: early.over, patience=0.2)  # it may wait for the other one
        self._answer.loop.call_soon_threadsafe(gate.open)
        did = f"admitted {LIMIT - 1}, had one more come to each of two workers, and the second worker be slow"
        self.expect_ten([*calls, self.finish(late), self.finish(early)], did=did, meaning=BETWEEN)

    def expect_room_beside_the_refused(self, second: ModuleType, *, after: int) -> None:
        """Let one leave, and another come, while the second worker has done so many steps of a refusal."""
        gate, customer = self._gates[1], f"eve{after}"
        for at in (7.5, *[67.0] * (LIMIT - 1)):
            self.finish(self.start(0, None, customer, at))
        gate.close(after)
        refused = self.start(1, second, customer, 67.25)
        self._answer.settles(lambda: gate.stands or refused.over, patience=0.2)
        call = self.start(0, None, customer, 67.75)
        self._answer.settles(lambda: call.over, patience=0.2)  # it may wait for the other one
        self._answer.loop.call_soon_threadsafe(gate.open)
        self.finish(refused)
        did = (
            f"admitted one at {shown(7.5)} and nine at {shown(67.0)}, had one come at {shown(67.25)} to a second "
            f"worker, which was slow, and one at {shown(67.75)} to the first"
        )
        wait = self.expect_number(self.finish(call), did=did)
        expect(
            wait == 0,
            did=did,
            got=f"{wait:g} for the last of them",
            expected="0",
            meaning="There is room. Who is to be refused was noted all the same, and has a place until that is undone.",
        )

    def expect_ten(self, calls: list[Started], *, did: str, meaning: str) -> None:
        """Expect that ten of them were admitted."""
        admitted = [self.expect_number(call, did=did) == 0 for call in calls].count(True)
        expect(
            admitted == LIMIT,
            did=did,
            got=f"{admitted} of {len(calls)} were admitted",
            expected=f"{LIMIT}",
            meaning=meaning if admitted > LIMIT else "There was room, and who came with others was refused.",
        )

    def connect(self, count: int) -> None:
        """Have each client open so many connections, so that what it is to send next is sent at once."""

        async def ask() -> None:
            await asyncio.gather(*(client.ping() for client in self._clients for _ in range(count + 2)))

        self._store.pause()
        asking = Started(self._answer, ask, (), {})
        self._answer.rests()
        self._store.go_on()
        asking.finish()

    def expect(self, customer: str, at: float) -> None:
        """Let a customer come, and expect what is right."""
        did = f'awaited `admit(store, "{customer}", {shown(at)})`{self._before(customer)}'
        call = self.start(0, None, customer, at)
        self._answer.ends(lambda: call.over)
        wait = self.expect_number(call, did=did)
        inside = [each for each in self._admitted.get(customer, []) if each > at - WINDOW]
        right = inside[-LIMIT] + WINDOW - at if len(inside) >= LIMIT else 0.0
        expect(
            (wait == 0) == (right == 0) and abs(wait - right) < NEAR,
            did=did,
            got=f"{wait:g}",
            expected=f"{right:g}",
            meaning=self._meaning(customer, wait, right, at),
        )
        if right == 0:
            self._admitted.setdefault(customer, []).append(at)
        else:
            self._refused.add(customer)

    def expect_number(self, call: Started, *, did: str) -> float:
        """Expect a number of seconds."""
        number = isinstance(call.value, int | float) and not isinstance(call.value, bool)
        expect(
            call.over and number,
            did=did,
            got=str(call),
            expected="0 for who is admitted, and for others the seconds to wait",
            meaning="It does not come to an end."
            if not call.over
            else "Your function raised instead of returning."
            if call.error
            else "Who is refused has to know when to come again: give the seconds to wait.",
            line=raised_on(call.error, self._answer.file) if call.error else None if call.over else call.line,
        )
        return float(call.value)

    def expect_expiry(self, *, did: str) -> None:
        """Expect that all that is kept goes away in time, and that the last one who was admitted counts until then."""
        with self._store.client() as client:
            left = {key: float(client.pttl(key)) / 1000 for key in self._store.keys}
        expect(
            left and all(0 < each <= LONGEST for each in left.values()),
            did=did,
            got=", ".join(f"`{key}` " + ("for ever" if each < 0 else f"for {each:.0f} s") for key, each in left.items())
            or "no keys",
            expected=f"each key for {WINDOW:g} s to {LONGEST:g} s",
            meaning="Customers come once and stay away: what is kept of them takes memory for ever."
            if left
            else "What was noted is gone already.",
        )
        expect(
            max(left.values()) > WINDOW - 10,
            did=did,
            got=", ".join(f"`{key}` for {each:.0f} s" for key, each in left.items()),
            expected=f"some {WINDOW:g} s or more",
            meaning="Who was admitted last is forgotten too early: he counts for 60 s, and the key goes before.",
        )

    def _before(self, customer: str) -> str:
        """Tell who was admitted before."""
        known = self._admitted.get(customer, [])
        if not known:
            return ""
        told = ", ".join(f"{shown(each)}" for each in known[-LIMIT - 1 :])
        return f"; admitted before at {'…, ' * (len(known) > LIMIT + 1)}{told}"

    def _meaning(self, customer: str, wait: float, right: float, at: float) -> str:
        """Say what it means that something else came."""
        known = self._admitted.get(customer, [])
        inside = [each for each in known if each > at - WINDOW]
        others = sum(len(times) for name, times in self._admitted.items() if name != customer)
        if right and not wait:
            if len(set(inside)) == 1:
                return "They have come at the same moment, and are counted as one: what has the same name is kept once."
            if at % WINDOW < WINDOW / 2 and inside[0] // WINDOW < at // WINDOW:
                return "A new window has begun, with all places free: those who came just before are forgotten."
            return f"In the {WINDOW:g} s up to now {LIMIT} were admitted already: who was given 0 is in, and counts."
        if right:
            if abs(wait - int(right)) < NEAR:
                return (
                    "The fraction is lost: what a script gives is cut off at the point. Whoever comes then is refused."
                )
            return "There is room as soon as the first of them leaves, 60 s after it was admitted."
        if others and others + len(inside) >= LIMIT:
            return "One customer takes the places of another."
        if customer in self._refused:
            return "There is room. Who was refused does not count; else whoever asks again and again starves."
        return "There is room: fewer were admitted in the 60 s up to now."


def shown(at: float) -> str:
    """Tell a moment, as seconds after a full minute."""
    return f"{at:g}"
