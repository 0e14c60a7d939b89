"""Tests that pass where all is right, and fail where something is broken."""

from unblocked.grading import Code, Tests, advice, expect


def check_what_is_right_passes(tests: Tests) -> None:
    """Your tests pass where the shop is right."""
    run = tests.run(shop="right")
    expect(
        not run.failed,
        did="ran your tests against a shop that works",
        got=f"{run}: {run.failed[0].message}" if run.failed else "",
        expected="that they pass",
        meaning="A test that fails without a fault is soon ignored.",
        line=run.failed[0].line if run.failed else None,
    )


def check_a_forgotten_404_is_caught(tests: Tests) -> None:
    """Your tests fail where the shop gives away what it does not have."""
    run = tests.run(shop="forgets_the_404")
    expect(
        run.failed,
        did="ran your tests against a shop that has a price for everything",
        got=str(run),
        expected="that one fails",
        meaning="No test asks for a thing that does not exist.",
    )


@advice
def one_client_is_enough(answer: Code) -> bool:
    """Well done: no server is started for this."""
    return answer.uses("fastapi.testclient.TestClient", "httpx.ASGITransport")
