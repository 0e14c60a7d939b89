"""However many ask for the same, the carrier is asked once, and each route keeps what it says for a while."""

import ast
import math

from unblocked.grading import App, Code, Outside, Pending, Store, advice, expect, hints

GUILTY = "/express/{zone}"
INNOCENT = {
    "/rates/{zone}": "Rates that expire together are asked for together, but that is one question for each zone: who "
    "finds "
    "one under way waits for it. The carrier was asked the same, again and again.",
    "/discounts/{zone}": "That there is none is kept as the text `null`, and what the store gives then is not `None`, "
    "so "
    "nobody asks again.",
    "/surcharges/{zone}": "The `str` of a dataclass is made from its values, not from its address: the same parcel "
    "has the "
    "same key.",
}

CUSTOMERS = 12
MINUTE = 60
TURNS = 40
SNAIL = "/carriers/snail/quote"
FACTORS = {"rates": 1, "discounts": 0.1, "express": 2}
PER_KILO = 0.01

ONE = "The section “Fifty customers, one rate” "
SAME = "The section “What is the same question?” "


@hints(
    "The carrier was asked fifty times, and never two at once. Which routes let one customer ask after the other?",
    ONE
    + "counts at the carrier what each of two routes asks. Count here as well: hold the carrier, and send the same to "
    "each.",
    "Give the path as it stands in the decorator, braces included; one of the four.",
)
def check_the_stampede_is_named(app: App, store: Store) -> None:  # noqa: ARG001  # the answer needs it to start
    """The route behind the stampede is named."""
    named = app.value("GUILTY")
    expect(
        route(named) == GUILTY,
        did="read `GUILTY`",
        got=repr(named)[:100],
        expected="the path of the route behind the stampede, as it stands in the decorator",
        meaning=INNOCENT.get(route(named), "`GUILTY` is one path: that of one of the four routes, such as `/rates/…`."),
    )


@hints(
    "Customer number two comes out of the wait. What has changed meanwhile, and which of your lines looks there?",
    ONE + "has many who wait for one answer.",
    "Either one question that all wait for, or a lock, and in the lock a look into the store.",
)
def check_equal_questions_are_one(app: App, store: Store, carriers: Outside) -> None:  # noqa: ARG001  # the same
    """Many customers who ask for the same at once have one question asked, and all are told the answer."""
    carriers.mend(latency=0)
    carriers.hold(SNAIL)
    asked = [app.start("/express/7") for _ in range(CUSTOMERS)]
    app.settles_at_last(lambda: carriers.waiting(SNAIL) or any(each.over for each in asked))
    let_look(app, asked)
    did = f"sent `GET /express/7` {CUSTOMERS} times; the carrier kept every question"
    there = len(carriers.asked(SNAIL))
    expect(
        there == 1,
        did=did,
        got=f"{there} questions at the carrier at once",
        expected="1",
        meaning="Nobody asks the carrier."
        if not there
        else "Whoever comes while the question is under way asks it, too: nothing that all of them share says that it "
        "is.",
    )
    carriers.release()
    for each in asked:
        expect_price(
            each,
            right("express", 7),
            did=f"{did}, and then answered",
            meaning="All who have waited are told the price.",
        )
    there = len(carriers.asked(SNAIL))
    expect(
        there == 1,
        did=f"{did}, and then answered; all customers were told the price",
        got=f"{there} questions to the carrier, one after the other",
        expected="1",
        meaning="Whoever comes out of the wait asks again: that something was kept meanwhile is in the store, and "
        "nobody looks "
        "there after the wait.",
    )
    expect_kept(app, carriers, "/express/7", right("express", 7))
    carriers.fail(SNAIL, status=404)
    for _ in range(2):
        expect_price(
            app.start("/express/8"),
            None,
            did="sent `GET /express/8`; the carrier does not serve it",
            meaning="There is none: `null`.",
        )
    there = len(carriers.asked(SNAIL)) - 1
    expect(
        there == 1,
        did="sent `GET /express/8` twice; the carrier does not serve it",
        got=f"{there} questions to the carrier",
        expected="1",
        meaning="That there is none is an answer, and it is kept: what is false or empty may be there all the same.",
    )


@hints(
    "What do the customers of two zones share?",
    ONE + "has a place for each key.",
    "One lock, or one question, for each zone; both have a key in the starter.",
)
def check_other_zones_do_not_wait(app: App, store: Store, carriers: Outside) -> None:  # noqa: ARG001  # the answer needs it
    """Customers of different zones have their questions at the carrier at once, and each its own answer."""
    carriers.mend(latency=0)
    carriers.hold(SNAIL)
    zones = range(1, 5)
    asked = [app.start(f"/express/{zone}") for zone in zones]
    did = f"asked for `/express/…` of {len(zones)} zones; the carrier kept every question"
    app.settles(lambda: len(carriers.waiting(SNAIL)) >= len(zones))
    there = len(carriers.waiting(SNAIL))
    expect(
        there == len(zones),
        did=did,
        got=f"{there} at the carrier",
        expected=str(len(zones)),
        meaning="Customers of different zones wait for each other, or share a question: each zone must have its own "
        "answer, "
        "and nobody can use that of another.",
    )
    carriers.release()
    for zone, each in zip(zones, asked, strict=True):
        expect_price(
            each, right("express", zone), did=f"{did}, and then answered", meaning="Each zone must have its own answer."
        )


@hints(
    "A minute is over. Where is your answer still to be found?",
    "The section “A cache that all processes share” has an expiry.",
    "What shares a question forgets it when it is answered; what was kept is in the store, and only there.",
)
def check_what_has_expired_is_asked_once_more(app: App, store: Store, carriers: Outside) -> None:
    """What is kept expires after a minute at the latest, and then the carrier is asked once more."""
    carriers.mend(latency=0)
    expect_price(
        app.start("/express/7"), right("express", 7), did="sent `GET /express/7`", meaning="This is the price."
    )
    for _ in range(2):
        app.rests()
        with store.client() as client:
            passing = [key for key in client.scan_iter() if 0 < client.ttl(key) <= MINUTE]
            if passing:
                client.delete(*passing)
        carriers.forget()
        did = "removed the keys that expire within a minute, as a minute would, and sent `GET /express/7`"
        expect_price(app.start("/express/7"), right("express", 7), did=did, meaning="This is the price.")
        there = len(carriers.asked(SNAIL))
        expect(
            there == 1,
            did=did,
            got=f"{there} questions to the carrier; these keys had stayed: "
            f"{', '.join(set(store.keys) - set(passing)) or 'none'}",
            expected="1",
            meaning="The price is still kept somewhere, in memory or in a key that stays: for ever, or for too long, "
            "and wrong "
            "for as long.",
        )


@hints(
    "The question fails. Which of your lines still run, and who waits for them?",
    ONE + "says what becomes of a question that fails.",
    "What is taken is given back, and what is under way is forgotten, also when it fails; nothing is kept.",
)
def check_a_failure_is_kept_from_nobody(app: App, store: Store, carriers: Outside) -> None:  # noqa: ARG001  # the same
    """When the carrier fails, all who wait are told so, nothing is kept, and who comes later has the price."""
    carriers.mend(latency=0)
    carriers.hold(SNAIL)
    asked = [app.start("/express/7") for _ in range(3)]
    app.settles_at_last(lambda: carriers.waiting(SNAIL))
    let_look(app, asked)
    carriers.break_off(SNAIL)
    did = "sent `GET /express/7` three times; the carrier broke the connection, and answered 503 from then on"
    app.settles_at_last(lambda: all(each.over for each in asked))
    for each in asked:
        expect(
            each.over and each.reply and each.reply.status == 502,
            did=did,
            got=str(each.reply or each.error or "no answer"),
            expected="502",
            meaning="This customer waits for something that nobody gives back or sets any more: the one who should "
            "has failed."
            if not each.over
            else "A failure is no answer: that there is none is something else than that nobody knows.",
        )
    app.rests()
    carriers.mend()
    reply = app.get("/express/7")
    expect(
        reply.status == 200 and is_price(reply.json, right("express", 7)),
        did=f"{did}. When it was well again, sent `GET /express/7`",
        got=str(reply),
        expected=f"200 {right('express', 7)}",
        meaning="The failure has stayed, and nobody asks any more.",
    )
    expect_kept(app, carriers, "/express/7", right("express", 7))


@hints(
    "What was the key of each route before you mended one of them?",
    SAME + "says what belongs into a key.",
    "Leave the innocent routes as they were, and let what they share with the guilty one tell them apart.",
)
def check_the_other_routes_are_what_they_were(app: App, store: Store, carriers: Outside) -> None:  # noqa: ARG001
    """The other routes answer, keep and ask as before, also when all are asked for one zone at once."""
    carriers.mend(latency=0)
    carriers.hold(SNAIL)
    wanted = {f"/{name}/7": right(name, 7) for name in FACTORS} | {"/rates/8": right("rates", 8)}
    wanted |= {f"/surcharges/7?kilos={kilos}": right("surcharges", 7, kilos) for kilos in (10, 20)}
    asked = [app.start(path) for path in (*wanted, *wanted)]
    app.settles(lambda: len(carriers.waiting(SNAIL)) >= len(wanted))
    let_look(app, asked)
    carriers.release()
    did = f"sent {', '.join(f'`GET {path}`' for path in wanted)}, each twice, at once"
    for each in asked:
        expect_price(
            each,
            wanted[each.path],
            did=f"{did}; looked at `{each.path}`",
            meaning="This is not what it was. A customer was told "
            "another route's answer, or another parcel's: a key must hold all that an answer depends on, the route "
            "included.",
        )
    there = len(carriers.asked(SNAIL))
    expect(
        there == len(wanted),
        did=did,
        got=f"{there} questions to the carrier",
        expected=f"{len(wanted)}, one for each address",
        meaning="Two customers who ask an innocent route for the same were one question, and are two now.",
    )
    for path, price in wanted.items():
        expect_kept(app, carriers, path, price)
    carriers.fail(SNAIL, status=404)
    for path in ("/rates/9", "/discounts/9", "/surcharges/9"):
        carriers.forget()
        for _ in range(2):
            expect_price(
                app.start(path),
                None,
                did=f"sent `GET {path}`; the carrier does not serve it",
                meaning="There is none: `null`.",
            )
        there = len(carriers.asked(SNAIL))
        expect(
            there == 1,
            did=f"sent `GET {path}` twice; the carrier does not serve it",
            got=f"{there} questions to the carrier",
            expected="1",
            meaning="This route does not keep any more what it had kept before: that there is none.",
        )


@advice
def one_task_for_all(code: Code) -> bool:
    """Good to know: a lock sends those who wait into the store one by one; a shared task gives all its answer."""
    return not shares(code)


@advice
def the_answer_is_shared(code: Code) -> bool:
    """Well done: those who wait share the one answer, a failure as well, and the store is not asked by each of them."""
    return shares(code)


def shares(code: Code) -> bool:
    """Say whether the guilty route waits for something that others wait for."""
    route = next((n for n in ast.walk(code.tree) if isinstance(n, ast.AsyncFunctionDef) and n.name == "express"), None)
    return route is None or not any(isinstance(node, ast.AsyncWith) for node in ast.walk(route))


def right(name: str, zone: int, kilos: int = 1) -> float:
    """Give the right answer of a route."""
    factor = PER_KILO * kilos if name == "surcharges" else FACTORS[name]
    return round(Outside.price("snail", zone) * factor, 2)


def is_price(got: object, price: float | None) -> bool:
    """Say whether this is the price, but for how it was rounded."""
    if price is None or isinstance(got, bool) or not isinstance(got, int | float):
        return got is price
    return math.isclose(got, price, abs_tol=0.011)


def expect_price(asked: Pending, price: float | None, *, did: str, meaning: str) -> None:
    """Wait for an answer, and expect this price."""
    reply = asked.finish()
    there = reply.status == 200 and reply.text.strip() != ""
    expect(
        there and is_price(reply.json, price),
        did=did,
        got=str(reply),
        expected=f"200 {'null' if price is None else price}",
        meaning=meaning if reply.status == 200 else "The route must answer 200 with the price, or with `null`.",
    )


def expect_kept(app: App, carriers: Outside, path: str, price: float) -> None:
    """Ask again, and expect the same from the store."""
    app.rests()
    before, did = len(carriers.asked(SNAIL)), f"sent `GET {path}` again"
    expect_price(app.start(path), price, did=did, meaning="What was kept is another answer.")
    there = len(carriers.asked(SNAIL)) - before
    expect(
        there == 0,
        did=did,
        got=f"{there} more questions to the carrier",
        expected="none: the price is kept",
        meaning="What was asked for a moment ago is asked for again: it was not kept, or nobody looks where it is.",
    )


def let_look(app: App, asked: list[Pending]) -> None:
    """Let all come as far as they do; who looks into the store again and again never comes to rest."""
    app.settles(lambda: all(each.written for each in asked))
    for _ in range(TURNS):
        app.beats()


def route(named: object) -> str:
    """Give the path that is meant, also with its method before it, a number in it, or a slash after it."""
    words = str(named).split()
    first = words[-1].strip("/").split("/")[0].split("?")[0] if words else ""
    return next((each for each in (GUILTY, *INNOCENT) if each.split("/")[1] == first), "")
