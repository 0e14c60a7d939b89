"""Whatever the store does, every customer gets the rate, and soon; and when it is there, it is used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from unblocked.grading import Code, Imported, Outside, Pending, Store, advice, expect, hints
from unblocked.grading.checking import Unmet
from unblocked.grading.clock import StoppedClock
from unblocked.grading.hosted import Hosted
from unblocked.grading.subject import AFTERWARDS

SHARED = "The section “A cache that all processes share” "
SECOND = 1.0
"""No customer waits for the store any longer."""

REST = 2.0
"""So long it is left alone after a failure."""

STEPS = 4
CROWD = 50
AFTER = 10
CONNECTIONS = 5
STRANGE: tuple[str | bytes, ...] = ("{", "null", '{"price": "soon"}', b"\x80\x04\xff")
"""What other releases may have written: half of something, nothing, another meaning, and what is no text."""

ONE_BY_ONE = "Each customer finds out for itself that the store is silent: all wait, one after the other."
OUTAGE = "A cache is there to be faster: the carrier knows the rate, and the customer's request fails with the store."


@hints(
    "What do you keep, and who reads it the next time?",
    SHARED + "looks, asks and keeps.",
    "Look in the store, ask the carrier when nothing is there, and set what he says with an expiry.",
)
def check_rates_are_kept_for_a_minute(answer: Imported, store: Store, carriers: Outside) -> None:
    """While the store is there, a rate is kept in it for a minute, and the carrier is asked once."""
    shop = Shop(answer, store, carriers)
    for again in range(2):
        did = "asked for `/rates/7`" + " twice" * again
        shop.expect_rate(7, did=did)
        answer.settles(lambda: store.keys, patience=AFTERWARDS)  # it may be kept after the reply
        expect(
            carriers.total == 1 and store.keys,
            did=did,
            got=f"questions to the carrier: {carriers.total}; keys in the store: {', '.join(store.keys) or 'none'}",
            expected="one question, and a key",
            meaning="The rate is no longer kept in the store, so every customer waits for the carrier.",
        )
    left = [shop.client.ttl(key) for key in store.keys]
    expect(
        all(0 < each <= 60 for each in left),
        did="asked for `/rates/7`, and looked for how long it is kept",
        got=", ".join("for ever" if each == -1 else f"{each} s" for each in left),
        expected="60 s",
        meaning="A rate that is kept for longer is wrong for longer; one that is kept for ever takes memory for ever.",
    )


@hints(
    "Which of your lines speak to the store, and what does each of them raise when nobody is there?",
    SHARED + "has a route that is strict, and one that tolerates.",
    "One function through which every question to the store goes, and which catches what redis-py raises.",
)
def check_a_dead_store_harms_nobody(answer: Imported, store: Store, carriers: Outside) -> None:
    """When the store refuses connections, customers get the carrier's rate, be it known before or not."""
    shop = Shop(answer, store, carriers)
    shop.expect_rate(7, did="asked for `/rates/7`")
    store.kill()
    for zone in (7, 8, 9, 7):
        shop.expect_rate(zone, did=f"killed the store, and asked for `/rates/{zone}`")


@hints(
    "The store says nothing. Which of your lines waits then, and what ends its wait?",
    SHARED + "has a guard with patience, for whatever takes the time.",
    "A limit around all that one question needs: a connection of the pool, connecting, and the answer.",
)
def check_a_silent_store_holds_nobody(answer: Imported, store: Store, carriers: Outside) -> None:
    """When the store takes questions and says nothing, each customer gets the carrier's rate within a second."""
    shop = Shop(answer, store, carriers)
    shop.expect_rate(7, did="asked for `/rates/7`")
    carriers.hold()
    late = shop.start(8)
    answer.settles_at_last(lambda: carriers.waiting() or late.over)
    store.pause()
    carriers.release()
    shop.passes([late])
    shop.expect_rate(8, late, did="had the store go silent while the carrier thought about `/rates/8`")
    store.go_on()
    shop.forgives()
    store.pause()
    crowd = {zone: shop.start(zone) for zone in (7, *range(20, 32))}
    shop.passes(list(crowd.values()))
    did = f"had the store say nothing, and asked for {len(crowd)} rates at once"
    expect(
        not answer.blocked,
        did=did,
        got="that the app answers nobody",
        expected="that only those wait who ask the store",
        meaning="Your code keeps the event loop's only thread while it waits for the store: a sync client belongs into "
        "a `def` route.",
    )
    for zone, asked in crowd.items():
        shop.expect_rate(zone, asked, did=did)
    store.go_on()
    shop.forgives()
    store.pause()
    first = [shop.start(zone) for zone in range(40, 40 + CONNECTIONS)]
    shop.passes(first, within=SECOND / 2)
    asked = shop.start(50)
    shop.passes([asked])
    did = f"had the store say nothing, asked for {CONNECTIONS} rates, and half a second later for another one"
    shop.expect_rate(50, asked, did=did)
    shop.passes(first)
    store.go_on()
    shop.forgives()
    carriers.hold()
    store.pause()
    asked = shop.start(60)
    shop.passes([asked], within=0.75)
    left = 0.5 if carriers.waiting() else 0.25  # who has given up the look has waited for less
    store.go_on()
    answer.settles_at_last(lambda: carriers.waiting() or asked.over)
    store.pause()
    carriers.release()
    shop.passes([asked], within=left)
    answer.settles_at_last(lambda: asked.over)
    did = "had the store take 0.75 s for what is kept of `/rates/60`, and say nothing when the carrier's rate was to be"
    shop.expect_rate(60, asked, did=did)
    store.go_on()


@hints(
    "A customer has waited for the store in vain. Where does the next one learn of that?",
    SHARED + "lets the store rest after a failure.",
    "Note, where all requests see it, until when nobody is to ask; and compare with the clock before each question.",
)
def check_after_a_failure_nobody_asks_the_store(answer: Imported, store: Store, carriers: Outside) -> None:
    """When the store has failed, it is left alone: for two seconds nobody waits for it, and nobody asks."""
    shop = Shop(answer, store, carriers)
    shop.expect_rate(7, did="asked for `/rates/7`")
    tried = shop.tries
    store.pause()
    carriers.hold()
    first = shop.start(20)
    shop.passes([first], until=lambda: carriers.waiting())
    carriers.release()
    answer.settles_at_last(lambda: first.over)
    asks_to_keep = not first.over
    shop.passes([first])
    did = "had the store say nothing, and asked for `/rates/20`"
    shop.expect_rate(20, first, did=did)
    for zone in range(21, 21 + AFTER):
        if zone == 21 + AFTER // 2:
            shop.clock.move(SECOND)
        asked = shop.start(zone)
        answer.settles_at_last(lambda asked=asked: asked.over)
        expect(
            asked.over,
            did=f"{did}; when that was answered, asked for `/rates/{zone}`",
            got="no answer as long as the clock stands still",
            expected="the carrier's rate, at once",
            meaning=ONE_BY_ONE,
        )
        shop.expect_rate(zone, asked, did=f"{did}, and then for `/rates/{zone}`")
    store.go_on()
    expect(
        not asks_to_keep,
        did=f"{did}; when the look had failed, let the carrier answer",
        got="no answer as long as the clock stands still",
        expected="the carrier's rate, at once",
        meaning="The look has failed, and the same customer has the same store keep something, and waits once more. "
        "A store that rests is asked for nothing.",
    )
    tries = shop.tries - tried
    expect(
        tries < AFTER,
        did=f"{did}, and then for {AFTER} others; afterwards asked the store how often it had been asked",
        got=f"{tries} times",
        expected="only by the first",
        meaning=ONE_BY_ONE,
    )


@hints(
    "The store answers again. Which of your lines is the first to know?",
    SHARED + "says when a store that rests is asked again.",
    "A rest has an end that is fixed when it begins; after it, the next customer asks.",
)
def check_a_store_that_is_back_is_used(answer: Imported, store: Store, carriers: Outside) -> None:
    """Two seconds after its failure, a store that is back is used as before, be it a new one or the old one."""
    shop = Shop(answer, store, carriers)
    shop.expect_rate(7, did="asked for `/rates/7`")
    store.kill()
    shop.expect_rate(20, did="killed the store, and asked for `/rates/20`")
    store.again()
    shop.expect_used(30, since="killed the store, and started it again")
    store.pause()
    asked = shop.start(40)
    shop.passes([asked])
    shop.expect_rate(40, asked, did="had the store say nothing, and asked for `/rates/40`")
    store.go_on()
    shop.expect_used(50, since="had the store say nothing for a while")


@hints(
    "What stood under this key, which release has written it, and which of your lines reads it?",
    SHARED + "looks a rate up, and says what a miss is.",
    "Reading what is kept may fail: that is a miss like any other, and no failure of the store.",
)
def check_what_cannot_be_read_is_a_miss(answer: Imported, store: Store, carriers: Outside) -> None:
    """What is kept and cannot be read is a miss: the carrier's rate takes its place."""
    shop = Shop(answer, store, carriers)
    for zone, strange in enumerate(STRANGE, 7):
        before = set(store.keys)
        shop.expect_rate(zone, did=f"asked for `/rates/{zone}`")
        answer.settles(lambda before=before: set(store.keys) - before, patience=AFTERWARDS)
        spoilt = {key: shop.spoil(key, strange) for key in set(store.keys) - before}
        did = f"put `{strange!r}` in the place of what was kept, and asked for `/rates/{zone}`"
        release = (
            "That was written by another release, which runs for a while beside yours. What cannot be read is a miss."
        )
        shop.expect_rate(zone, did=did, meaning=release)
        answer.settles(lambda spoilt=spoilt: not shop.has(spoilt), patience=AFTERWARDS)
        asked = carriers.total
        shop.expect_rate(zone, did=did + " twice", meaning=release)
        expect(
            carriers.total == asked,
            did=did + " twice",
            got="another question to the carrier",
            expected="that the carrier's rate has taken its place",
            meaning="The store has not failed: it has given what was there. Whoever lets it rest for that, or does not "
            "replace it, has no cache as long as it lies there.",
        )


@hints(
    "How many connections are there, and what does the pool tell the sixth customer who wants one?",
    SHARED + "has a pool that refuses, and one that lets the next one wait.",
    "Let who finds no connection wait for one, as short as for the answer.",
)
def check_fifty_at_once_share_five_connections(answer: Imported, store: Store, carriers: Outside) -> None:
    """Fifty customers at once get what is kept, through five connections at most."""
    shop = Shop(answer, store, carriers)
    shop.expect_rate(7, did="asked for `/rates/7`")
    known = 1
    for what, zones in (
        ("for `/rates/7`, which was known", [7] * CROWD),
        (f"for {CROWD} other rates", list(range(20, 20 + CROWD))),
        (f"for these {CROWD} rates again", list(range(20, 20 + CROWD))),
    ):
        did = f"asked {CROWD} times at once {what}"
        crowd = shop.hosted.start_at_once([f"/rates/{zone}" for zone in zones])
        answer.settles_at_last(lambda crowd=crowd: all(each.over for each in crowd))
        answer.rests()  # what is kept may be kept after the reply
        for zone, asked in zip(zones, crowd, strict=True):
            shop.expect_rate(zone, asked, did=did)
        known = max(known, len({7, *zones}))
        expect(
            carriers.total <= known,
            did=did,
            got=f"questions to the carrier since the beginning: {carriers.total}",
            expected=f"{known}, one for each rate",
            meaning="The pool has refused them, not the store: a pool of redis-py raises when all its connections are "
            "lent, and you take that for a failure.",
        )
    expect(
        shop.connections <= CONNECTIONS,
        did=f"asked {CROWD} times at once, three times, and had the store count the connections that were made",
        got=str(shop.connections),
        expected=f"{CONNECTIONS} at most",
        meaning="The store allows this process five connections: it serves many processes, and each takes its part.",
    )


@advice
def who_asks_for_all(code: Code) -> bool:
    """Good to know: when the store is down, each customer asks the carrier; a flight asks once for all who wait."""
    return code.is_async("read_rate")


@advice
def threads_wait_too(code: Code) -> bool:
    """Good to know: a `def` route waits for the store in one of 40 threads, which all `def` routes share."""
    return not code.is_async("read_rate")


# What customers see.


class Shop:
    """The answer's app, whose clock stands still until we move it; its carriers answer at once."""

    def __init__(self, answer: Imported, store: Store, carriers: Outside) -> None:
        carriers.mend(latency=0)
        self.answer, self.store, self.carriers = answer, store, carriers
        self.client = store.client()
        self._received = self._info("total_connections_received")
        self.hosted = Hosted(answer)
        self.clock = StoppedClock(answer)

    def start(self, zone: int) -> Pending:
        """Ask for a rate."""
        return self.hosted.start(f"/rates/{zone}")

    def passes(
        self, asked: list[Pending], *, within: float = SECOND, until: Callable[[], object] = lambda: False
    ) -> None:
        """Let a second go by in steps, as long as somebody waits; what waits after that has waited for longer."""

        def over() -> object:
            return until() or all(each.over for each in asked)

        for _ in range(round(within / SECOND * STEPS)):
            if self.answer.settles(over, patience=0.1):
                return
            self.clock.move(SECOND / STEPS)
        if within == SECOND:
            self.answer.settles_at_last(over)
        else:
            self.answer.settles(over, patience=0.1)

    def forgives(self) -> None:
        """Let so much time go by that a store that has failed is asked again; have it asked, so that it is known."""
        self.clock.move(REST)
        self.answer.rests()
        self.expect_rate(90, did="had the store answer again, and asked for `/rates/90`")

    def expect_rate(self, zone: int, asked: Pending | None = None, *, did: str, meaning: str = "") -> None:
        """Expect the carrier's rate, within a second."""
        if asked is None:
            asked = self.start(zone)
            self.passes([asked])
        line = self.answer.line if not asked.over else None
        expect(
            asked.over,
            did=did,
            got=f"no answer when {SECOND:g} s had gone by",
            expected="the carrier's rate",
            meaning="This line keeps the event loop's only thread."
            if self.answer.blocked
            else "No customer is to wait for the store longer than a second in all: for a connection, for connecting, "
            "for the answer, and for everything that is tried again.",
            line=line,
        )
        right = {"price": self.carriers.price("swift", zone)}
        self.hosted.gives(f"/rates/{zone}", right, asked, did=did, meaning=meaning or OUTAGE)

    def expect_used(self, zone: int, *, since: str) -> None:
        """Expect that what is asked for is kept again, when the rest is over."""
        for number in range(zone, zone + 3):
            before = len(self.store.keys)
            self.clock.move(REST / 2)
            self.expect_rate(number + 5, did=f"{since}, and asked for `/rates/{number + 5}` a second later")
            self.clock.move(REST / 2 + 0.1)
            self.answer.rests()
            did = f"{since}, let more than {REST:g} s go by, and asked for `/rates/{number}`"
            self.expect_rate(number, did=did)
            self.answer.settles(lambda before=before: len(self.store.keys) > before, patience=AFTERWARDS)
            asked = self.carriers.total
            self.expect_rate(number, did=did + " twice")
            if len(self.store.keys) > before and self.carriers.total == asked:
                return
        raise Unmet(
            did=f"{since}; asked for rates {zone} to {zone + 2}, each twice, with more than {REST:g} s before each",
            got="that none of them is kept in the store",
            expected="that the store is used again",
            meaning="The store is there, and is never tried again: from its first failure on there is no cache.",
            line=None,
        )

    def spoil(self, key: str, strange: str | bytes) -> object:
        """Put something in the place of what is kept there; give that as the store has it."""
        if self.client.type(key) == "hash":
            self.client.hset(key, mapping=dict.fromkeys(self.client.hkeys(key), strange))
        else:
            self.client.set(key, strange, keepttl=True)
        return self.client.dump(key)

    def has(self, spoilt: Mapping[str, object]) -> bool:
        """Say whether something of that is still there."""
        return any(self.client.dump(key) == there for key, there in spoilt.items())

    @property
    def connections(self) -> int:
        """How many connections the answer has made; the check makes none but its first."""
        return self._info("total_connections_received") - self._received

    @property
    def tries(self) -> int:
        """How often the answer has asked the store, or has tried to."""
        return self.connections + sum(not own(each) for each in self.store.commands)

    def _info(self, name: str) -> int:
        found: Any = self.client.info("stats")
        return int(found[name])


def own(words: list[str]) -> bool:
    """Say whether a command is one of a connection's beginning."""
    return words[0].upper() in {"HELLO", "CLIENT", "PING"}
