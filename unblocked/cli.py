"""The commands of the course, for a terminal: thin, they call the rooms and print."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from unblocked.workspace.folder import course

app = typer.Typer(
    name="python3 -m unblocked",
    help="A hands-on course in async FastAPI.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def main(argv: Sequence[str]) -> int:
    """Run one command and give its exit code. Faults are raised: the door prints them."""
    try:
        app(args=list(argv), prog_name="python3 -m unblocked")
    except SystemExit as ending:
        return ending.code if isinstance(ending.code, int) else 0
    return 0


@app.command()
def start(
    *,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in your browser.")] = True,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port to listen on. [default: a free one]")] = None,
    lesson: Annotated[str | None, typer.Option(help="Lesson to open, by name or number. [default: the first]")] = None,
) -> None:
    """Open the course in JupyterLab, until Ctrl-C."""
    from unblocked.notebook import room

    raise typer.Exit(room.stay(port=port, lesson=lesson, browser=browser))


@app.command()
def serve(
    target: Annotated[
        str, typer.Argument(metavar="TARGET", help="A lab (`routes`), an import string (`my.module:app`) or a file.")
    ],
    *,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 0,
    latency: Annotated[float, typer.Option(min=0, help="Seconds that the outside world takes for an answer.")] = 0.5,
    reload: Annotated[bool, typer.Option(help="Start anew when a file is saved.")] = True,
) -> None:
    """Serve a lab in this terminal, until Ctrl-C."""
    from unblocked.stack import terminal

    raise typer.Exit(terminal.run(target, port=port, latency=latency, reload=reload))


@app.command()
def build(
    *, check: Annotated[bool, typer.Option("--check", help="Write nothing; fail if something is out of date.")] = False
) -> None:
    """Build the notebooks from the lessons."""
    from unblocked.lessons import notebooks

    stale = notebooks.build(check=check)
    for path in stale:
        typer.echo(f"{'out of date' if check else 'built'}: {path.relative_to(course())}")
    raise typer.Exit(1 if check and stale else 0)


@app.command()
def site(
    *,
    build: Annotated[bool, typer.Option("--build", help="Write the site into `site/` and end.")] = False,
    anew: Annotated[
        bool, typer.Option("--anew", help="Run all lessons again, also those that have not changed.")
    ] = False,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8000,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in your browser.")] = True,
) -> None:
    """Write the pages that are made from lessons and code, build the site, and serve it until Ctrl-C."""
    from unblocked.site import building, runs

    if anew:
        runs.forget(course())
    raise typer.Exit(building.once(course()) if build else building.stay(course(), port=port, browser=browser))


@app.command(
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False, "help_option_names": []}
)
def test(arguments: Annotated[list[str] | None, typer.Argument(metavar="PYTEST ARGUMENTS")] = None) -> None:  # noqa: PT028
    """Run the tests of the course; everything after `test` goes to pytest."""
    os.chdir(course())
    words = _side_by_side(arguments or [])
    os.execv(sys.executable, [sys.executable, "-m", "pytest", *words])  # signals and exit code are pytest's


def _side_by_side(arguments: list[str]) -> list[str]:
    """Add a worker for every core and one more, unless the arguments say how many, or want a single process.

    One more, because many tests wait for servers and kernels. With two for each of two cores, what is graded took a
    fifth more of the processors' time: nobody's processes were left in peace.
    """
    single = ("-n", "--numprocesses", "--dist", "--pdb", "--trace", "-s", "--capture=no", "-h", "--help", "--version")
    if any(word.startswith(single) for word in arguments) or importlib.util.find_spec("xdist") is None:
        return arguments
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return ["-n", str(cores + 1), "--dist", "worksteal", *arguments]


@app.command()
def check(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME", help="Exercises; all that you have answered, if none is named."),
    ] = None,
    *,
    answer: Annotated[Path | None, typer.Option(metavar="FILE", help="Grade this file instead of your own.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print each verdict as one line of JSON.")] = False,
) -> None:
    """Grade answers once. Exit code 0: passed; 1: not passed; 2: unknown name, or a fault of the course."""
    from unblocked.terminal import checks

    raise typer.Exit(checks.check(names or [], answer=answer, as_json=as_json))


@app.command()
def watch(
    first: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME", help="The exercise to begin with; the first that you have not passed, if none is named."
        ),
    ] = None,
    *,
    manual: Annotated[bool, typer.Option("--manual", help="Check when asked to, not on every save.")] = False,
) -> None:
    """Work in your editor: shows the exercise, checks on every save, goes on when it is passed."""
    from unblocked.terminal import watch as watching

    raise typer.Exit(watching.run(manual=manual, first=first))


@app.command(name="list")
def list_exercises() -> None:
    """List the exercises in the order of the course, and where you stand with each."""
    from unblocked.coaching import standing

    for exercise in standing.order():
        stands = standing.standing(exercise.name)
        typer.echo(f"{stands.state:7} {exercise.lesson:14} {exercise.name}")


@app.command()
def hint(name: Annotated[str, typer.Argument(metavar="NAME", help="An exercise.")]) -> None:
    """Give the next hint for the check that refused your last answer."""
    from unblocked.coaching import advice

    typer.echo(advice.hint(name).plain)


@app.command()
def solution(
    name: Annotated[str, typer.Argument(metavar="NAME", help="An exercise.")],
    *,
    anyway: Annotated[bool, typer.Option("--anyway", help="Show it although you have not passed.")] = False,
) -> None:
    """Show our solution and its reason, once you have passed."""
    from unblocked.coaching import advice

    typer.echo(advice.solution(name, anyway=anyway).plain)


@app.command()
def reset(name: Annotated[str, typer.Argument(metavar="NAME", help="An exercise, or a lesson.")]) -> None:
    """Put the starter back as your answer, or a lesson's notebook as it was; what you had is kept beside it."""
    from unblocked.exercises import Exercise
    from unblocked.faults import unknown
    from unblocked.workspace import answers, notebooks

    exercises, lessons = Exercise.all(), notebooks.names()
    if name in exercises:
        exercise = exercises[name]
        aside = answers.replace(exercise.lesson, name, exercise.starter)
    elif name in lessons:
        _, aside = notebooks.reset(name)
    else:
        raise unknown("exercise or lesson", name, [*exercises, *lessons])
    typer.echo(f"`{name}` begins anew." + (f" What you had is in `{aside}`." if aside else ""))


@app.command()
def catch_up(lesson: Annotated[str, typer.Argument(metavar="LESSON", help="Slug or number.")]) -> None:
    """Begin a lesson with the others: earlier exercises get our solutions, and your own work is kept beside them."""
    from unblocked.coaching import catching_up

    typer.echo(str(catching_up.catch_up(lesson)))


@app.command()
def progress() -> None:
    """Show where you stand: lessons, exercises, attempts, predictions."""
    from unblocked.coaching import standing

    typer.echo(str(standing.progress()))


@app.command()
def services() -> None:
    """Show what runs: apps, Valkey, PostgreSQL, workers; where, since when, and how much memory each takes."""
    from unblocked.backends import roll

    typer.echo(str(roll.services()))


@app.command()
def doctor(
    *,
    report: Annotated[
        bool, typer.Option("--report", help="Print a text to paste into a question, without names.")
    ] = False,
) -> None:
    """Look for what keeps the course from working on this machine; say what mends it. Exit code 1: something does."""
    from unblocked import doctor as practice

    raise typer.Exit(practice.main(["--report"] if report else []))


@app.command()
def soak(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME", help="Exercises; all of them, if none is named.")
    ] = None,
    *,
    times: Annotated[int, typer.Option(min=1, help="How often each answer is graded.")] = 100,
    jobs: Annotated[int, typer.Option(min=1, max=50, help="How many gradings run at once.")] = 2,
    burners: Annotated[int, typer.Option(min=0, max=64, help="Processes that keep a core busy meanwhile.")] = 2,
    changed: Annotated[
        bool, typer.Option("--changed", help="Only exercises that differ from what is committed.")
    ] = False,
    anew: Annotated[bool, typer.Option("--anew", help="Forget the tally of earlier runs.")] = False,
) -> None:
    """Grade every kept answer many times under load: not one verdict may be false."""
    from unblocked.terminal import soaking

    raise typer.Exit(soaking.run(names or [], times=times, jobs=jobs, burners=burners, changed=changed, anew=anew))
