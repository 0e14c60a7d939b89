"""What is shown of an installer, and what is kept."""

import os
import sys

import pytest

from unblocked.bootstrap import console


@pytest.fixture
def run(tmp_path):
    def run(script, **options):
        held = os.open(tmp_path, os.O_RDONLY)
        try:
            return console.run(["sh", "-c", script], cwd=tmp_path, env=dict(os.environ), held=held, **options)
        finally:
            os.close(held)

    return run


def test_progress_is_shown_and_everything_kept(run, capfd):
    done = run("echo progress >&2; echo more; exit 3")
    assert (done.code, done.text) == (3, "more\nprogress\n")
    assert capfd.readouterr().err == "progress\n"


def test_the_list_of_packages_is_not_shown(run, capfd):
    done = run("printf 'Prepared 2 packages\nInstalled 2 packages in 3ms\n + one==1\n + two==2\n' >&2")
    assert capfd.readouterr().err == "Prepared 2 packages\nInstalled 2 packages in 3ms\n"
    assert " + two==2" in done.text


@pytest.mark.parametrize("error", ["error: no such thing", r"\033[1m\033[31merror\033[39m\033[0m: no such thing"])
def test_an_error_is_kept_for_our_own_words(run, capfd, error):
    done = run(f"printf 'Resolving\n{error}\n  cause: more\n' >&2; exit 2")
    assert capfd.readouterr().err == "Resolving\n"
    assert "no such thing" in done.text
    assert "cause: more" in done.text


def test_pip_draws_on_the_other_stream(run, capfd):
    done = run("echo Collecting; echo WARNING: retrying >&2", progress="stdout")
    assert capfd.readouterr().err == "Collecting\n"
    assert "WARNING: retrying" in done.text


def test_a_command_that_cannot_be_run_is_an_outcome(tmp_path):
    done = console.run([str(tmp_path / "missing")], cwd=tmp_path, env={}, held=0)
    assert done.code == 127
    assert "No such file" in done.text


def test_on_a_terminal_the_installer_has_one_too(run, monkeypatch):
    ours, theirs = os.openpty()
    with open(theirs, "w") as stderr:  # noqa: PTH123
        monkeypatch.setattr(sys, "stderr", stderr)
        done = run("test -t 2 && echo a terminal >&2; test -t 1 || echo a pipe")
    os.close(ours)
    assert "a terminal" in done.text
    assert "a pipe" in done.text
