"""What `serve` is asked for: a lab, an import string, a file, or nothing that there is."""

import sys
from pathlib import Path

import pytest

from unblocked.course import course
from unblocked.faults import Fault
from unblocked.server.target import Target, labs


def test_lab_is_found_by_name():
    found = Target.of("routes")
    assert (found.name, found.module, found.attribute) == ("routes", "labs.routes.app", "app")
    assert found.source == course() / "labs/routes/app.py"


def test_import_string_names_module_and_app(write):
    write("shop/__init__.py", "")
    file = write("shop/main.py", "")
    found = Target.of("shop.main:api")
    assert (found.module, found.attribute, found.source, found.is_file) == ("shop.main", "api", file, False)


def test_package_can_be_the_module(write):
    file = write("shop/__init__.py", "")
    assert Target.of("shop:app").source == file


def test_folder_without_init_is_a_package(write):
    file = write("shop/deep/main.py", "")
    assert Target.of("shop.deep.main").source == file


def test_finding_a_module_does_not_import_its_package(write):
    write("fragile/__init__.py", "raise RuntimeError('imported')")
    write("fragile/main.py", "")
    assert Target.of("fragile.main:app").module == "fragile.main"
    assert "fragile" not in sys.modules


def test_file_is_found_where_one_stands(write):
    file = write("answer.py", "")
    assert Target.of("answer.py") == Target("answer", "answer", "app", file, is_file=True)
    assert Target.of("answer.py:api").attribute == "api"
    assert Target.of(f"{file}:api").source == file


def test_unknown_lab_suggests_the_nearest():
    with pytest.raises(Fault, match=r"^There is no lab `ruotes`\. Did you mean `routes`\?$"):
        Target.of("ruotes")


def test_lab_far_from_all_lists_all():
    with pytest.raises(Fault, match=r"^There is no lab `xyz`\. There are: .*`routes`, `start_here`"):
        Target.of("xyz")


@pytest.mark.parametrize("module", ["nowhere.main:app", "labs.nowhere", "routes:app", "a..b", "1a.b", ".", ":app"])
def test_unknown_module_is_named(module):
    place = module.partition(":")[0]
    with pytest.raises(Fault) as told:
        Target.of(module)
    assert told.value.message.startswith(f"There is no module `{place}` to import here. Labs are named alone: `")
    assert "`routes`" in told.value.message


@pytest.mark.usefixtures("write")
@pytest.mark.parametrize("file", ["nowhere.py", "labs/routes", "/", "nowhere/main.py:api"])
def test_unknown_file_is_named(file):
    with pytest.raises(Fault) as told:
        Target.of(file)
    assert told.value.message.startswith(f"There is no file `{Path(file.partition(':')[0])}`. A lab is named without a")


@pytest.mark.parametrize("nothing", ["", "  ", None, 7])
def test_nothing_asks_what_to_serve(nothing):
    with pytest.raises(Fault, match=r"^Say what to serve: a lab such as `routes`, an import string such as"):
        Target.of(nothing)


def test_every_lab_is_listed():
    assert {"routes", "start_here"} <= set(labs())
