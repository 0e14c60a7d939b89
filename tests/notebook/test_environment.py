"""What the environment brings to every JupyterLab in it, a plain `jupyter lab` too."""

import sys
from pathlib import Path

import pytest
import zmq

from tests.notebook.kernels import SETTINGS, given_by
from unblocked.workspace import folder


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("ipython_config.py", "etc/ipython/ipython_config.py"),
        ("jupyter_lab_config.py", "etc/jupyter/jupyter_lab_config.py"),
        ("overrides.json", "share/jupyter/lab/settings/overrides.json"),
    ],
)
def test_the_environment_has_the_settings(source, place):
    mend = "`python3 -m unblocked test` or `pip install -r requirements.txt` brings them up to date"
    assert (Path(sys.prefix) / place).read_text() == (SETTINGS / source).read_text(), mend


@pytest.fixture
def small_course(tmp_path, monkeypatch):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "00_start_here.ipynb").write_text('{"cells": [], "nbformat": 4, "metadata": {}}')
    monkeypatch.setattr(folder, "course", lambda: tmp_path)
    monkeypatch.delenv("UNBLOCKED_WORKSPACE")
    return tmp_path


def test_a_plain_jupyter_lab_in_the_course_opens_the_first_lesson(small_course, monkeypatch):
    monkeypatch.chdir(small_course)
    config = given_by("jupyter_lab_config.py")
    assert config.LabApp.default_url == "/lab/tree/workspace/notebooks/00_start_here.ipynb"
    assert (small_course / "workspace" / "notebooks" / "00_start_here.ipynb").exists()


def test_a_jupyter_lab_elsewhere_is_left_alone(small_course, monkeypatch):
    (small_course / "elsewhere").mkdir()
    monkeypatch.chdir(small_course / "elsewhere")
    config = given_by("jupyter_lab_config.py")
    assert "default_url" not in config.LabApp
    assert not (small_course / "workspace").exists()


def test_a_broken_notebook_does_not_keep_jupyter_lab_from_starting(small_course, monkeypatch):
    monkeypatch.chdir(small_course)
    (small_course / "notebooks" / "00_start_here.ipynb").write_text("<<<<<<< HEAD")
    assert "default_url" not in given_by("jupyter_lab_config.py").LabApp


def test_kernels_talk_in_secret_where_they_can():
    wanted = "auto" if zmq.has("curve") else "disabled"
    assert given_by("jupyter_lab_config.py").KernelManager.transport_encryption == wanted


def test_every_kernel_loads_the_course():
    assert given_by("ipython_config.py").InteractiveShellApp.extensions == ["unblocked.notebook"]
