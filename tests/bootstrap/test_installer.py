"""Which installer is taken, and what happens when it fails."""

import os

import pytest

from tests.bootstrap.conftest import Pretender
from unblocked.bootstrap import environment, installer, pip
from unblocked.bootstrap.course import DEV, PLAIN
from unblocked.faults import Fault

NO_NETWORK = "error: Request failed\n  cause: Connection refused (os error 111)"


@pytest.fixture
def made(course):
    environment.prepare(course)
    return course


@pytest.fixture
def fake_pip(tmp_path, monkeypatch):
    pretender = Pretender(tmp_path / "pretended-pip")
    monkeypatch.setattr(pip, "command", lambda _course: [str(pretender.script)])
    return pretender


@pytest.fixture
def install(made):
    def install(lock=PLAIN, *, again=False):
        held = os.open(made.folder, os.O_RDONLY)
        try:
            installer.install(made, lock=lock, again=again, held=held)
        finally:
            os.close(held)

    return install


def called(pretender) -> list[str]:
    return pretender.calls.read_text().splitlines() if pretender.calls.exists() else []


def test_a_uv_that_is_there_is_used(install, made, uv, fake_pip):
    install()
    assert uv.installs == [f"pip install --python {made.python} --reinstall-package unblocked -r {PLAIN}"]
    assert called(fake_pip) == []


def test_what_is_not_trusted_is_installed_again(install, made, uv):
    install(DEV, again=True)
    assert uv.installs == [f"pip install --python {made.python} --reinstall -r {DEV}"]


@pytest.mark.usefixtures("bin_folder")
def test_otherwise_it_is_fetched_into_the_environment(install, made, fake_pip, capfd):
    fetched = Pretender(made.venv / "bin" / "uv")
    fetched.script.rename(made.venv / "kept")
    fake_pip.script.write_text(f'#!/bin/sh\necho "$@" >> {fake_pip.calls}\n{move(made)}\n')
    install()
    assert called(fake_pip) == ["install --only-binary=:all: --no-compile uv>=0.8,<1"]
    assert len(fetched.installs) == 1
    assert capfd.readouterr().err.splitlines() == [
        "Fetching `uv`, which installs the rest.",
        "Installing the packages of `requirements.txt`.",
    ]


def move(course) -> str:
    return f"/bin/mv {course.venv}/kept {course.venv}/bin/uv"


@pytest.mark.usefixtures("bin_folder")
def test_where_there_is_no_uv_pip_does_it(install, fake_pip):
    fake_pip.does(says="ERROR: No matching distribution found for uv", code=1)
    with pytest.raises(Fault, match="could not be installed"):
        install()
    assert called(fake_pip)[-1] == f"install --no-compile -r {PLAIN}"


def test_a_uv_that_fails_is_replaced_by_pip(install, uv, fake_pip, capfd):
    uv.does(code=2, says="error: no wheel for this system")
    install()
    assert called(fake_pip) == [f"install --no-compile -r {PLAIN}"]
    assert "`uv` could not do it (error: no wheel for this system). Trying it with pip" in capfd.readouterr().err


def test_a_uv_that_is_no_program_is_replaced_by_pip(install, uv, fake_pip):
    uv.script.write_bytes(b"\x7fELF, but not for this machine")
    install()
    assert len(called(fake_pip)) == 1


def test_no_network_is_not_tried_again_with_pip(install, uv, fake_pip):
    uv.does(code=2, says=NO_NETWORK)
    with pytest.raises(Fault, match="No network"):
        install()
    assert called(fake_pip) == []


@pytest.mark.usefixtures("bin_folder")
def test_no_network_is_noticed_while_uv_is_fetched(install, fake_pip):
    fake_pip.does(code=1, says="WARNING: Retrying: Connection refused\nERROR: No matching distribution found for uv")
    with pytest.raises(Fault, match="No network"):
        install()
    assert len(called(fake_pip)) == 1


@pytest.mark.usefixtures("bin_folder")
def test_pip_may_reach_what_the_uv_that_it_fetched_cannot(install, made, fake_pip):
    fetched = Pretender(made.venv / "bin" / "uv")
    fetched.does(code=2, says=NO_NETWORK)
    fetched.script.rename(made.venv / "kept")
    fake_pip.script.write_text(f'#!/bin/sh\necho "$@" >> {fake_pip.calls}\n[ -e {fetched.script} ] || {move(made)}\n')
    install()
    assert called(fake_pip)[-1] == f"install --no-compile -r {PLAIN}"


def test_no_space_ends_it(install, uv, fake_pip):
    uv.does(code=2, says="error: No space left on device (os error 28)")
    with pytest.raises(Fault, match="No space left"):
        install()
    assert called(fake_pip) == []


def test_an_unknown_error_shows_what_pip_said(install, uv, fake_pip, capfd):
    uv.does(code=2, says="error: strange")
    fake_pip.does(code=1, says="ERROR: stranger still")
    with pytest.raises(Fault, match="the lines above say why"):
        install()
    assert "ERROR: stranger still" in capfd.readouterr().err
