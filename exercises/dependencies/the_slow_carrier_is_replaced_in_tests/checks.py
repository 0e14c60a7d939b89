"""Tests that need no carrier: they run the app as in service, pass where it is right, and find what is not."""

import ast

from unblocked.grading import Code, Outside, Tests, advice, expect, hints

NOT_REPLACED = (
    "The real carrier is slow, costs money, and says what it likes. It was not replaced in every test, or not where "
    "the route looks for it: `Depends` holds the function itself, not its name."
)


@hints(
    "What has the app by the time its first request comes, and which of your lines had it made?",
    "The section about a test without its carrier says when a `TestClient` runs the lifespan, and when it does not.",
    "Enter the client: its block begins with the start of the app, and ends with its end.",
)
def check_what_is_right_passes(tests: Tests, carriers: Outside) -> None:
    """The tests pass where all is right."""
    carriers.mend(latency=0)
    run = tests.run(quotes="right")
    message = run.failed[0].message if run.failed else ""
    expect(
        not run.failed,
        did="ran your tests of a service in which all six sentences hold",
        got=f"{run}: `{run.failed[0].name}`, {message}" if run.failed else "",
        expected="that all pass",
        meaning="Share, count and client are made in the lifespan, and nobody has run it: the app was not started."
        if "'State' object has no attribute" in message
        else NOT_REPLACED
        if carriers.total
        else "A test that fails without a fault is soon ignored.",
        line=run.failed[0].line if run.failed else None,
    )


@hints(
    "Which object does the route ask for its carrier, and which one have you replaced?",
    "The section about a test without its carrier overrides a dependency, and says by what it is found.",
    "`app.dependency_overrides[…] = …`: on the left the function that stands in `Depends`, on the right what is called "
    "in its place.",
)
def check_no_real_carrier_is_asked(tests: Tests, carriers: Outside) -> None:
    """While the tests run, no real carrier is asked."""
    carriers.mend(latency=0)
    tests.run(quotes="right")
    expect(
        not carriers.total,
        did="ran your tests, and counted the questions to the real carrier",
        got=f"{carriers.total}, such as {carriers.calls[0].path}" if carriers.total else "",
        expected="none",
        meaning=NOT_REPLACED,
    )


@hints(
    "Which test of yours knows what the carrier has asked, and what the customer is to pay?",
    "The section about a test without its carrier has a carrier whose price is known.",
    "Compare the whole answer with a number that you have computed by hand.",
)
def check_a_missing_share_is_found(tests: Tests, carriers: Outside) -> None:
    """The tests find a service that forgets Parcel's share."""
    finds(
        tests,
        carriers,
        "works_for_nothing",
        "forgets Parcel's share",
        "No test compares a price with what it should be.",
    )


@hints(
    "Your fake is asked for a parcel. For which one, and who looks at that?",
    "The section about a test without its carrier makes one of its own; such a one can remember its questions.",
    "Ask for a parcel other than 1, of a carrier whose price depends on it, or look at what it was asked.",
)
def check_a_question_for_another_parcel_is_found(tests: Tests, carriers: Outside) -> None:
    """The tests find a service that asks for the price of another parcel."""
    finds(
        tests,
        carriers,
        "asks_for_the_first_parcel",
        "always asks for the price of parcel 1",
        "No test sees for which parcel the carrier was asked: with one price for all, or for parcel 1, it is not seen.",
    )


@hints(
    "How often was your fake asked, and who counts that?",
    "The section about a test without its carrier makes one of its own; such a one can remember its questions.",
    "A fake with a list: one entry for each question, and a test that compares the list.",
)
def check_a_second_question_is_found(tests: Tests, carriers: Outside) -> None:
    """The tests find a service that asks the carrier twice."""
    finds(
        tests,
        carriers,
        "asks_twice",
        "asks the carrier twice for each quote",
        "No test counts the questions to the carrier.",
    )


@hints(
    "What does your fake do for a parcel that it does not know?",
    "The section about a test without its carrier makes a carrier of its own; such a one can fail, too.",
    "A fake that raises `LookupError`, and a test of the status.",
)
def check_a_price_for_an_unknown_parcel_is_found(tests: Tests, carriers: Outside) -> None:
    """The tests find a service that has a price for a parcel which the carrier does not know."""
    finds(
        tests,
        carriers,
        "has_a_price_for_everything",
        "answers 200 and a price of 0 for a parcel that the carrier does not know",
        "No test has a carrier that does not know the parcel, or it does not look at the status.",
    )


@hints(
    "What does your fake do that a carrier does which is too slow, and how long does that take?",
    "The section about a test without its carrier makes a carrier of its own; such a one can fail, too.",
    "Nobody has to wait: a fake that raises `TimeoutError`, and a test of the status.",
)
def check_a_late_carrier_is_found(tests: Tests, carriers: Outside) -> None:
    """The tests find a service that takes a late carrier for one that does not know the parcel."""
    finds(
        tests,
        carriers,
        "takes_late_for_unknown",
        "answers 404 when the carrier is too late",
        "No test has a carrier that is too late, or it takes every error for the right one.",
    )


@hints(
    "Which quotes count, and which do not?",
    "The fifth sentence of the task has two conditions; this is about “with a price”.",
    "Ask for a quote that is refused, then for the count.",
)
def check_a_count_of_refusals_is_found(tests: Tests, carriers: Outside) -> None:
    """The tests find a service that counts quotes which were refused."""
    finds(
        tests,
        carriers,
        "counts_what_was_refused",
        "counts a quote before there is a price",
        "No test looks at the count after a quote that was refused.",
    )


@hints(
    "How often does the app start while your tests run, and what is the count after each start?",
    "The fifth sentence of the task has two conditions; this is about “since the app has started”.",
    "Start the app twice in one test, or look at the count in a test that is not the first.",
)
def check_a_count_that_goes_on_is_found(tests: Tests, carriers: Outside) -> None:
    """The tests find a service whose count goes on when the app starts anew."""
    finds(
        tests,
        carriers,
        "goes_on_counting",
        "goes on counting where it was when the app starts a second time",
        "No test starts the app a second time and looks at the count.",
    )


@hints(
    "When is your block over, and what do you look at after it?",
    "The section about a test without its carrier says what happens at the end of the client's block.",
    "Look at `app.state.client.is_closed` after the `with` block.",
)
def check_an_open_client_is_found(tests: Tests, carriers: Outside) -> None:
    """The tests find a service that does not close its client."""
    finds(
        tests,
        carriers,
        "leaves_its_client_open",
        "leaves its client open when it ends",
        "No test looks at the client after the app has ended.",
    )


@advice
def overrides_are_taken_back(code: Code) -> bool:
    """Well done: the override is taken back after the test; the app is the same object in all of them."""
    return _takes_back(code)


@advice
def overrides_stay(code: Code) -> bool:
    """Worth changing: an override that nobody takes back is there for the next test, too, in whichever file that is."""
    return not _takes_back(code)


def _takes_back(code: Code) -> bool:
    """Say whether overrides are cleared, popped, deleted, replaced, or set for a while."""
    deleted = any("dependency_overrides" in ast.unparse(n) for n in ast.walk(code.tree) if isinstance(n, ast.Delete))
    names = {node.attr for node in ast.walk(code.tree) if isinstance(node, ast.Attribute)}
    replaced = any(
        isinstance(node, ast.Assign) and "dependency_overrides = " in ast.unparse(node) for node in ast.walk(code.tree)
    )
    return deleted or replaced or not names.isdisjoint({"clear", "pop", "setitem", "dict"})


def finds(tests: Tests, carriers: Outside, planted: str, does: str, meaning: str) -> None:
    """Expect that a test fails where a fault is planted."""
    carriers.mend(latency=0)
    run = tests.run(quotes=planted)
    expect(
        run.failed,
        did=f"ran your tests of a service that {does}",
        got=str(run),
        expected="that at least one fails",
        meaning=meaning,
    )
