"""Which modules an app's process compiles anew: what its author edits, and nothing that is installed."""

import importlib.util
import json
from importlib.machinery import ExtensionFileLoader, ModuleSpec, SourcelessFileLoader

import fastapi
import pytest

from unblocked.server import compiling


def loaders(spec):
    """Give what loads a module as Python finds it, and in an app's process."""
    return spec.loader, compiling.anew(spec).loader


@pytest.mark.parametrize("installed", [json, fastapi])
def test_installed_module_is_taken_from_its_bytecode(installed):
    found, used = loaders(importlib.util.find_spec(installed.__name__))
    assert used is found


@pytest.mark.parametrize("kind", [ExtensionFileLoader, SourcelessFileLoader])
def test_what_is_compiled_already_is_taken_as_it_is(kind, tmp_path):
    found, used = loaders(ModuleSpec("prices", kind("prices", str(tmp_path / "prices"))))
    assert used is found


def test_file_of_the_author_is_compiled_anew(tmp_path):
    file = tmp_path / "prices.py"
    file.write_text("")
    found, used = loaders(importlib.util.spec_from_file_location("prices", file))
    assert used is not found
    assert used.path == found.path == str(file)
