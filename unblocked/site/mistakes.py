"""An index of the mistakes: what is seen, what a verdict says of it, the beliefs behind it, and where it is mended."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from unblocked.exercises import Exercise
from unblocked.faults import Fault
from unblocked.grading.cases import Case, cases
from unblocked.lessons import source
from unblocked.lessons.source import Lesson
from unblocked.site import places
from unblocked.site.signs import SIGNS, Sign

_BELIEF = "Believes that "


@dataclass(frozen=True, slots=True)
class Mistake:
    """A kept wrong answer, for its reader. `belief` goes on after "believes that"; `verdict` is what it gets."""

    lesson: Lesson
    exercise: Exercise
    name: str
    belief: str
    says: str
    verdict: str


def pages(course: Path, *, signs: Sequence[Sign] = SIGNS) -> dict[str, str]:
    """Make the page of all mistakes.

    Raises:
        Fault: a kept wrong answer has no belief, or belongs to no sign.

    """
    if wrong := homeless(course, signs=signs):
        raise Fault("\n".join(wrong))
    found = list(mistakes(course))
    shown = [(sign, [each for each in found if each.says in sign.says]) for sign in signs]
    shown = [(sign, those) for sign, those in shown if those]
    lessons = {lesson.slug: lesson for lesson in source.lessons(course=course)}
    return {"reference/mistakes.md": "\n\n".join(_page(shown, lessons)) + "\n"}


def homeless(course: Path, *, signs: Sequence[Sign] = SIGNS) -> list[str]:
    """Say which mistakes the index cannot show, because they have no belief, or no sign that is theirs alone."""
    wrong = []
    for exercise, case in _wrong_answers(course):
        if not _doc(case).startswith(_BELIEF):
            wrong.append(f"`{_place(exercise, case)}`: its docstring begins with `{_BELIEF}…`, the belief behind it.")
        homes = [sign.seen for sign in signs if case.says in sign.says]
        if len(homes) != 1:
            where = "no sign has" if not homes else f"{len(homes)} signs have"
            wrong.append(
                f"`{_place(exercise, case)}`: {where} `{case.says}`; name it once in `unblocked/site/signs.yaml`."
            )
    return wrong


def unused(course: Path, *, signs: Sequence[Sign] = SIGNS) -> list[str]:
    """Say which words the signs have that no wrong answer says any more."""
    said = {case.says for _, case in _wrong_answers(course)}
    named = {words for sign in signs for words in sign.says}
    return [f"`unblocked/site/signs.yaml`: no wrong answer says `{words}`." for words in sorted(named - said)]


def mistakes(course: Path) -> Iterator[Mistake]:
    """Give all kept wrong answers, in the order of the course."""
    for lesson, exercise in _exercises(course):
        checks = ast.parse(exercise.checks.read_text(encoding="utf-8"))
        for case in _wrong(exercise):
            belief = _doc(case).partition("\n\n")[0].replace("\n", " ").removeprefix(_BELIEF)
            yield Mistake(lesson, exercise, case.name, belief, case.says, _verdict(case, checks))


def _verdict(case: Case, checks: ast.Module) -> str:
    """Give the one sentence of the refusing check that has the words of its verdict; just the words if several have.

    `{}` stands where a run fills something in; such a sentence is not whole, so its words stand alone, too.
    """
    found = {sentence for node in _reached(case.refused_by or "", checks) for sentence in _sentences(node)}
    fitting = [sentence for sentence in found if case.says in sentence]
    whole = len(fitting) == 1 and fitting[0].endswith(".") and "{}" not in fitting[0]
    return fitting[0] if whole else f"… {case.says} …"


def _reached(check: str, checks: ast.Module) -> Iterator[ast.stmt]:
    """Give a check and all that it uses of its module, and what that uses."""
    defined: dict[str, ast.stmt] = {}
    for node in checks.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            defined[node.name] = node
        elif isinstance(node, ast.Assign):
            defined |= {target.id: node for target in node.targets if isinstance(target, ast.Name)}
    wanted, seen = [check], set()
    while wanted:
        if (name := wanted.pop()) in defined and name not in seen:
            seen.add(name)
            yield defined[name]
            wanted += [node.id for node in ast.walk(defined[name]) if isinstance(node, ast.Name)]


def _sentences(part: ast.stmt) -> set[str]:
    """Give all sentences that a verdict can have of this part of the checks: no docstrings, no hints."""
    quiet = {inner for node in ast.walk(part) if _is_quiet(node) for inner in ast.walk(node)}
    quiet |= {inner for node in ast.walk(part) if isinstance(node, ast.JoinedStr) for inner in node.values}
    texts = [_text(node) for node in ast.walk(part) if node not in quiet]
    return {sentence for text in texts for sentence in re.split(r"(?<=[.?!]) +", text) if sentence}


def _is_quiet(node: ast.AST) -> bool:
    is_doc = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    is_hint = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "hints"
    return is_doc or is_hint


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) or "{}" for part in node.values)
    return ""


def _exercises(course: Path) -> Iterator[tuple[Lesson, Exercise]]:
    for lesson in source.lessons(course=course):
        for name in lesson.exercises:
            yield lesson, Exercise.of(lesson.slug, name, place=course)


def _wrong_answers(course: Path) -> Iterator[tuple[Exercise, Case]]:
    for _, exercise in _exercises(course):
        for case in _wrong(exercise):
            yield exercise, case


def _wrong(exercise: Exercise) -> Iterator[Case]:
    return (case for case in cases(exercise) if case.name.startswith("wrong/"))


def _doc(case: Case) -> str:
    return ast.get_docstring(ast.parse(case.code)) or ""


def _place(exercise: Exercise, case: Case) -> str:
    return f"exercises/{exercise.lesson}/{exercise.name}/{case.name}.py"


def _page(shown: list[tuple[Sign, list[Mistake]]], lessons: dict[str, Lesson]) -> Iterator[str]:
    yield "# What goes wrong, and how do you see it?"
    yield (
        "Look for what you see. Under it stand exercises, each with what a verdict says there, and the beliefs that "
        "lead to it. Every line goes on after “I believed that”; what follows a colon is what happens."
    )
    yield "\n".join(f"- [{sign.seen}](#{places.anchor(sign.seen)})" for sign, _ in shown)
    for sign, those in shown:
        yield f"## {sign.seen}"
        links = [_section(lessons[slug], heading) for slug, heading in sign.read if slug in lessons]
        if links:
            yield f"Explained in {' and '.join(links)}."
        yield from _groups(those)


def _section(lesson: Lesson, heading: str) -> str:
    return f"[lesson {lesson.number:02}, “{heading}”]({places.section(lesson, heading)})"


def _groups(those: list[Mistake]) -> Iterator[str]:
    """Give the beliefs of each exercise, those of the same verdict together, in the order of the course."""
    groups: dict[tuple[str, str], list[Mistake]] = {}
    for each in those:
        groups.setdefault((each.exercise.name, each.verdict), []).append(each)
    for group in groups.values():
        lesson, exercise = group[0].lesson, group[0].exercise
        title = f"[{places.title(exercise)}]({places.exercise(lesson, exercise)})"
        beliefs = "\n".join(f"- … {each.belief}" for each in group)
        yield f"**{title}**, lesson {lesson.number:02}: *“{group[0].verdict}”*\n\n{beliefs}"
