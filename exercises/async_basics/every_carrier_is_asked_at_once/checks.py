"""Several carriers are asked in the time of one, and no price ends up under another carrier's name."""

from unblocked.grading import Imported, Outside, expect, hints

NAMES = ["swift", "turtle", "owl", "heron"]


def check_each_carrier_s_price_is_returned(answer: Imported, carriers: Outside) -> None:
    """Each carrier's price comes back under its name, and each is asked once."""
    carriers.mend(latency=0)
    prices = answer.run("quotes", NAMES, 7)
    right = {name: carriers.price(name, 7) for name in NAMES}
    expect(
        prices == right,
        did=f"awaited `quotes({NAMES}, 7)`",
        got=repr(prices),
        expected=repr(right),
        meaning="The result must be a dictionary of prices, as before: awaited, complete, and under the right names.",
    )
    expect(
        carriers.total == len(NAMES),
        did="counted the questions",
        got=f"{carriers.total}",
        expected=f"{len(NAMES)}, one for each carrier",
        meaning="A carrier that is asked twice is paid twice.",
    )


@hints(
    "What does your function do between asking the first carrier and having its answer?",
    "The section “Three carriers one after another, then together” starts all questions before it waits for any.",
    "One call takes several coroutines, runs them all, and gives their results in the order in which you gave them.",
)
def check_all_carriers_are_asked_at_once(answer: Imported, carriers: Outside) -> None:
    """While no carrier has answered yet, all of them have been asked."""
    carriers.hold()
    quotes = answer.start("quotes", NAMES, 7)
    asked = answer.settles(lambda: carriers.in_flight == len(NAMES))
    expect(
        asked,
        did=f"awaited `quotes({NAMES}, 7)`; the carriers kept every question",
        got=f"{carriers.in_flight} of {len(NAMES)} carriers had been asked",
        expected=f"{len(NAMES)}",
        meaning="The next carrier is asked only when the one before has answered, so their times add up.",
        line=answer.line or quotes.line,
    )
    carriers.release()
    quotes.finish()


def check_a_price_stays_with_its_carrier(answer: Imported, carriers: Outside) -> None:
    """A price is its carrier's, whoever answers first."""
    carriers.hold()
    quotes = answer.start("quotes", NAMES, 7)
    answer.settles(lambda: carriers.in_flight == len(NAMES))
    for left, name in reversed(list(enumerate(NAMES))):
        carriers.release(path=f"/carriers/{name}/*")
        answer.settles(lambda left=left: carriers.in_flight <= left)
    carriers.release()
    prices = quotes.finish()
    right = {name: carriers.price(name, 7) for name in NAMES}
    expect(
        prices == right,
        did="let the carriers answer in reverse order",
        got=repr(prices),
        expected=repr(right),
        meaning="Answers are taken in the order in which they come, and put under the names in another order.",
    )
