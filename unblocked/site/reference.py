"""The reference: a notebook's verbs, from their docstrings, and a terminal's commands, from their `--help`."""

from __future__ import annotations

import importlib
import inspect
import json
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import typer

import unblocked
from unblocked import cli
from unblocked.faults import Fault
from unblocked.site import docstrings

LONGEST = 88
"""Letters that a signature may have on one line."""

HANDLED = {
    "serve": "unblocked.stack.service.Service",
    "upstream": "unblocked.outside.carriers.Outside",
    "load": "unblocked.traffic.result.Result",
    "timeline": "unblocked.drawing.picture.Timeline",
}
"""Verbs that give something with which a lesson goes on working, and what that is."""


def pages(course: Path) -> dict[str, str]:  # noqa: ARG001  # all kinds of pages are asked alike
    """Make the pages of the verbs and of the commands.

    Raises:
        Fault: a verb, an argument or a command does not say what it is.

    """
    return {
        "reference/verbs.md": "\n\n".join(_verbs()) + "\n",
        "reference/commands.md": "\n\n".join(_commands(typer.main.get_command(cli.app))) + "\n",
    }


def described(name: str, verb: Callable[..., Any]) -> str:
    """Write what there is to know of a function: how it is called, and its docstring.

    Raises:
        Fault: it has no docstring, or says nothing of an argument, or something of one that it does not have.

    """
    if not (doc := inspect.getdoc(verb)):
        raise Fault(f"`{name}` has no docstring; the reference is made of it.")
    has = [each for each in inspect.signature(verb).parameters if each != "self"]
    told = docstrings.entries(doc, "Args")
    if wrong := [each for each in has if each not in told] + [each for each in told if each not in has]:
        raise Fault(f"`{name}`: its signature and the `Args` of its docstring differ in `{'`, `'.join(wrong)}`.")
    return f"```python\n{signature(name, verb)}\n```\n\n{docstrings.written(doc)}"


def signature(name: str, function: Callable[..., Any]) -> str:
    """Write a function's signature, a line for each parameter if it is long.

    >>> def wait(seconds: float, *, quietly: bool = True) -> None: ...
    >>> signature("wait", wait)
    'wait(seconds: float, *, quietly: bool = True) -> None'
    """
    found = inspect.signature(function)
    words = list(_parameters(found))
    gives = f" -> {_type(found.return_annotation)}"
    if len(line := f"{name}({', '.join(words)}){gives}") <= LONGEST:
        return line
    return f"{name}(\n" + "".join(f"    {each},\n" for each in words) + f"){gives}"


def _parameters(found: inspect.Signature) -> Iterator[str]:
    named_only = False
    for each in found.parameters.values():
        if each.name == "self":
            continue
        if each.kind is each.KEYWORD_ONLY and not named_only:
            named_only = True
            yield "*"
        star = "*" if each.kind is each.VAR_POSITIONAL else ""
        default = "" if each.default is each.empty else f" = {_literal(each.default)}"
        yield f"{star}{each.name}: {_type(each.annotation)}{default}"


def _literal(value: object) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def _type(annotation: Any) -> str:
    return annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)


def _verbs() -> Iterator[str]:
    yield "# What can you say in a notebook?"
    yield (
        "A notebook of the course knows the verbs below, and the magic `%%exercise`. In a program of your own, import "
        "them: `from unblocked import serve`."
    )
    for name in unblocked.__all__:
        verb = getattr(unblocked, name)
        yield f"## `{name}`"
        yield described(name, verb)
        if name in HANDLED:
            yield from _given(HANDLED[name])
    yield "## `%%exercise`"
    yield docstrings.written(inspect.getdoc(importlib.import_module("unblocked.notebook.exercise").exercise) or "")


def _given(place: str) -> Iterator[str]:
    """Say what a verb gives, and what that can do."""
    module, _, name = place.rpartition(".")
    kind = getattr(importlib.import_module(module), name)
    doc = inspect.getdoc(kind) or ""
    yield f"### `{kind.__name__}`"
    yield docstrings.parts(doc)[0].text
    has = [*docstrings.entries(doc, "Attributes").items(), *_members(kind)]
    yield "\n".join(f"- `.{name}`: {words[0].upper()}{words[1:]}" for name, words in has)


def _members(kind: type) -> Iterator[tuple[str, str]]:
    known = {name: member for each in reversed(kind.__mro__[:-1]) for name, member in vars(each).items()}
    for name, member in known.items():
        if name.startswith("_") or not (doc := inspect.getdoc(member)):
            continue
        if isinstance(member, property | cached_property):
            yield name, docstrings.summary(doc)
        elif inspect.isfunction(function := getattr(kind, name)):
            named = [each.split(":")[0] for each in _parameters(inspect.signature(function))]
            yield f"{name}({', '.join(named)})", docstrings.summary(doc)


def _commands(group: Any) -> Iterator[str]:
    yield "# What can you say in a terminal?"
    yield "All commands are typed in the folder of the course. `--help` behind any of them says what stands here."
    for name, command in group.commands.items():
        yield f"## `{name}`"
        yield from command_described(name, command)


def command_described(name: str, command: Any) -> Iterator[str]:
    """Give the parts of a command's description.

    Raises:
        Fault: the command has no help, or an option of it has none.

    """
    context = command.context_class(command, info_name=name)
    records = [(each, *each.get_help_record(context)) for each in command.params]
    silent = [record for each, record, _ in records if not each.help and each.param_type_name == "option"]
    if silent or not command.help:
        raise Fault(f"`python3 -m unblocked {name}` does not say what {f'`{silent[0]}`' if silent else 'it'} is for.")
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    words = [piece.strip("{}") for each in arguments for piece in each.get_usage_pieces(context)]
    words += ["[OPTIONS]"] if len(words) < len(records) else []
    yield f"```console\n$ {' '.join(['python3 -m unblocked', name, *words])}\n```"
    yield command.help
    told = [f"- `{_label(each, record)}`: {said.replace('<', '&lt;')}" for each, record, said in records if said]
    if told:
        yield "\n".join(told)


def _label(parameter: Any, record: str) -> str:
    """Write an option as `--help` does, and an argument by what it is called."""
    if parameter.param_type_name == "option":
        return record
    return str(parameter.metavar or parameter.name.upper())
