"""What pyproject.toml asks for is what the locks install. Offline: both are only read."""

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import COURSE

GIVEN = {"jupyterlab", "fastapi", "uvicorn", "httpx", "nest-asyncio", "mkdocs-material"}
TEXT = (COURSE / "pyproject.toml").read_text(encoding="utf-8")
PROJECT = tomllib.loads(TEXT)
DIRECT = [Requirement(word) for word in PROJECT["project"]["dependencies"]]
DEV = [Requirement(word) for word in PROJECT["dependency-groups"]["dev"]]
BUILD = [Requirement(word) for word in PROJECT["build-system"]["requires"]]


def lines_of(lock: str) -> list[str]:
    text = (COURSE / lock).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]


def pins_of(lock: str) -> dict[str, list[Requirement]]:
    """Give the pins of each package; there are several where Pythons need different ones."""
    pins: dict[str, list[Requirement]] = {}
    for line in lines_of(lock):
        if line != "-e .":
            pin = Requirement(line)
            pins.setdefault(name(pin), []).append(pin)
    return pins


def pins(found: dict[str, list[Requirement]]) -> list[Requirement]:
    return [pin for several in found.values() for pin in several]


def name(wanted: Requirement) -> str:
    return canonicalize_name(wanted.name)


PLAIN_PINS, DEV_PINS = pins_of("requirements.txt"), pins_of("requirements-dev.txt")


@pytest.mark.parametrize("wanted", [*DIRECT, *BUILD], ids=str)
def test_the_lock_has_what_is_asked_for(wanted):
    assert_satisfied(wanted, PLAIN_PINS)


@pytest.mark.parametrize("wanted", [*DIRECT, *BUILD, *DEV], ids=str)
def test_the_lock_for_tests_has_what_is_asked_for(wanted):
    assert_satisfied(wanted, DEV_PINS)


def assert_satisfied(wanted: Requirement, pins: dict[str, list[Requirement]]) -> None:
    found = pins.get(name(wanted))
    assert found, f"`{wanted.name}` is not locked"
    for pin in found:
        assert wanted.specifier.contains(version_of(pin)), f"`{pin}` is locked, `{wanted}` is asked for"


def version_of(pin: Requirement) -> str:
    (only,) = pin.specifier
    assert only.operator == "==", f"`{pin}` is not a pin"
    return only.version


def test_every_line_of_the_locks_is_a_pin():
    assert all(version_of(pin) for pin in [*pins(PLAIN_PINS), *pins(DEV_PINS)])


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-dev.txt"])
def test_the_locks_install_the_course_itself(lock):
    assert lines_of(lock)[0] == "-e ."


def test_the_lock_for_tests_has_all_of_the_plain_one():
    plain, dev = ({(name(pin), version_of(pin)) for pin in pins(found)} for found in (PLAIN_PINS, DEV_PINS))
    assert plain - dev == set()


def test_what_is_given_is_there():
    assert {name(wanted) for wanted in DIRECT} >= GIVEN


def test_every_dependency_has_its_reason():
    block = re.search(r"^dependencies = \[\n(.*?)^\]", TEXT, re.DOTALL | re.MULTILINE)
    assert block
    named = [line.strip() for line in block.group(1).splitlines() if line.strip().startswith('"')]
    assert len(named) == len(DIRECT)
    without = [line for line in named if not re.fullmatch(r'"[^"]+",\s+# \S.{4,}', line)]
    assert without == []


def test_the_development_group_says_what_it_is_for():
    assert re.search(r"^\[dependency-groups\]\n# Only for `python3 -m unblocked test`", TEXT, re.MULTILINE)


def test_no_dependency_is_named_twice():
    names = [name(wanted) for wanted in [*DIRECT, *DEV]]
    assert sorted(names) == sorted(set(names))
