"""The reference of verbs and commands."""

from pathlib import Path
from typing import Annotated

import pytest
import typer

import unblocked
from unblocked import cli
from unblocked.faults import Fault
from unblocked.site import docstrings, reference


@pytest.fixture(scope="module")
def pages():
    return reference.pages(Path.cwd())


def test_every_verb_is_described(pages):
    page = pages["reference/verbs.md"]
    assert [verb for verb in unblocked.__all__ if f"\n## `{verb}`\n" not in page] == []
    assert "\n## `%%exercise`\n" in page
    assert '    path: str | Sequence[str] = "/",\n    *,\n    n: int | None = None,\n' in page
    assert "- `n`: how many requests, from 1 to 20000: all at the same moment, or at `rate`." in page
    assert '```pycon\n>>> load(parcel, "/quotes/7", n=5)\n' in page
    assert "doctest" not in page


def test_what_a_verb_gives_is_described(pages):
    page = pages["reference/verbs.md"]
    assert "### `Outside`" in page
    assert "- `.in_flight`: How many requests wait for an answer now." in page
    assert "- `.fail(path, *, status, after)`: Answer with an error" in page


@pytest.mark.parametrize(("verb", "place"), reference.HANDLED.items())
def test_verb_gives_what_is_said(verb, place):
    assert getattr(unblocked, verb).__annotations__["return"] == place.rpartition(".")[2]


def test_every_command_is_described(pages):
    page = pages["reference/commands.md"]
    names = list(typer.main.get_command(cli.app).commands)
    assert [name for name in names if f"\n## `{name}`\n" not in page] == []
    assert "$ python3 -m unblocked serve TARGET [OPTIONS]" in page
    assert "- `--latency <float range>`: Seconds that the outside world takes" in page


def ask(*, parcel: int) -> None:
    """Ask."""


def tell(parcel: int) -> None:
    """Tell.

    Args:
        parcel: which.
        price: how much.

    """


def silent() -> None: ...


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (ask, "`x`: its signature and the `Args` of its docstring differ in `parcel`."),
        (tell, "`x`: its signature and the `Args` of its docstring differ in `price`."),
        (silent, "`x` has no docstring; the reference is made of it."),
    ],
)
def test_undescribed_argument_is_found(function, said):
    with pytest.raises(Fault) as fault:
        reference.described("x", function)
    assert fault.value.message == said


def command(function):
    app = typer.Typer()
    app.command()(function)
    return typer.main.get_command(app)


def test_undescribed_command_or_option_is_found():
    def forgets_its_help() -> None: ...

    def forgets_an_option(*, port: Annotated[int, typer.Option()]) -> None:
        """Serve."""

    with pytest.raises(Fault, match="`python3 -m unblocked x` does not say what it is for"):
        list(reference.command_described("x", command(forgets_its_help)))
    with pytest.raises(Fault, match="does not say what `--port"):
        list(reference.command_described("x", command(forgets_an_option)))


def test_docstring_is_written_in_order():
    doc = """Ask a carrier.

    Args:
        parcel: which one; a long
            description goes on.

    Gives up never.

    Returns:
        The price.

    >>> ask(7)  # doctest: +SKIP
    14.88
    """
    assert docstrings.written(doc) == (
        "Ask a carrier.\n\n**Arguments:**\n\n- `parcel`: which one; a long description goes on.\n\nGives up never.\n\n"
        "**Gives:** The price.\n\n```pycon\n>>> ask(7)\n14.88\n```"
    )


def test_what_a_service_can_do_is_all_said():
    said = "\n".join(reference._given("unblocked.stack.service.Service"))
    for name in (
        "`.parts`",
        "`.url`",
        "`.requests`",
        "`.kill(part)`",
        "`.recording(prefix)`",
        "`.wait_for_tasks(*, within)`",
    ):
        assert f"- {name}: " in said
    assert said.count("`.kill(") == 1
