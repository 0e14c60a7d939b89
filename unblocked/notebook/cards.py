"""What a notebook shows of a verdict or a fault: HTML that is right in light and dark, and the same as text."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, replace
from typing import Any

from unblocked import grading
from unblocked.drawing import style, timeline
from unblocked.grading.sight import Sight
from unblocked.grading.verdict import MEDIA_TYPE
from unblocked.workspace.answers import Kept

_MARKS = {True: ("✓", "proven", "ub-yes"), False: ("✗", "not so", "ub-no"), None: ("·", "not proven", "ub-open")}

_STYLE = """
.ub.ub.ub-verdict{border-left:4px solid var(--ub-mark);padding:2px 0 6px 14px;max-width:780px}
.ub-verdict>.ub-title{color:var(--ub-mark)}
.ub.ub-yes{--ub-mark:#1a7f37}.ub.ub-no{--ub-mark:#c4301c}
[data-jp-theme-light=false] .ub.ub-yes,[data-md-color-scheme=slate] .ub.ub-yes{--ub-mark:#4ac26b}
[data-jp-theme-light=false] .ub.ub-no,[data-md-color-scheme=slate] .ub.ub-no{--ub-mark:#ff7b6b}
.ub-verdict ul{list-style:none;margin:4px 0 6px!important;padding:0!important}
.ub-verdict li{margin:2px 0!important;padding-left:22px;text-indent:-22px}
.ub-verdict li>b{display:inline-block;width:22px;text-indent:0}
.ub-verdict dl{display:grid;grid-template-columns:max-content 1fr;gap:2px 14px;margin:6px 0}
.ub-verdict dt{opacity:.75;margin:0;font-weight:400;white-space:nowrap}
.ub-verdict dd{margin:0;min-width:0;overflow-wrap:anywhere}
.ub.ub-verdict pre{margin:4px 0;padding:6px 10px;overflow-x:auto;white-space:pre;word-break:normal;
border:1px solid var(--ub-rule);border-radius:4px;
background:none;color:inherit;font-size:12px;line-height:1.45}
.ub.ub-verdict pre mark{background:color-mix(in srgb,var(--ub-mark) 18%,transparent);color:inherit;display:block}
.ub-verdict p{margin:4px 0}
"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A verdict under the cell that was graded."""

    verdict: grading.Verdict
    exercise: grading.Exercise
    kept: Kept
    before: grading.Verdict | None = None

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {"text/html": self.html(), "text/plain": self.text(), MEDIA_TYPE: self.verdict.as_json()}

    def html(self) -> str:
        """Give it as HTML; it needs nothing but itself."""
        mark = "ub-yes" if self.verdict.passed else "ub-no"
        parts = [f'<p class="ub-title">{_rich(self._heading())}</p>', self._lead(), self._checks(), self._picture()]
        parts.append(self._foot())
        return _card("".join(parts), role="status", mark=mark)

    def text(self) -> str:
        """Give it as plain text."""
        lines = [_plain(self._heading()), *(f"  {text}" for text in self._findings())]
        lines += [f"  {_MARKS[c.passed][0]} {c.claim} ({_MARKS[c.passed][1]})" for c in self.verdict.checks]
        lines += [f"  {_plain(note)}" for note in (*self.verdict.afterwards, *self._notes())]
        return "\n".join(lines)

    def _heading(self) -> str:
        verdict = self.verdict
        if verdict.passed:
            return f"Passed. `{verdict.exercise}`: all {len(verdict.checks)} checks proven in {verdict.seconds:.1f} s."
        if verdict.broken:
            return "Your code could not be run."
        proven = sum(c.passed is True for c in verdict.checks)
        return f"Not yet. `{verdict.exercise}`: {proven} of {len(verdict.checks)} checks proven."

    def _findings(self) -> list[str]:
        verdict, failure = self.verdict, self.verdict.failure
        if verdict.broken:
            return [verdict.broken + (f" (line {verdict.line})" if verdict.line else "")]
        if failure is None:
            return [] if verdict.passed else [f"The grading ended {verdict.ended}."]
        found = [f"Did: {failure.did}", f"Got: {failure.got}", f"Expected: {failure.expected}", failure.meaning]
        return [*found, *([f"Line {failure.line}"] if failure.line else [])]

    def _lead(self) -> str:
        verdict, failure = self.verdict, self.verdict.failure
        if verdict.broken:
            return f"<p>{_rich(verdict.broken)}</p>{_excerpt(verdict.code, verdict.line)}"
        if failure is None:
            told = "".join(f"<p>{_rich(text)}</p>" for text in verdict.afterwards)
            return told if verdict.passed else f"<p>The grading ended {verdict.ended}.</p>"
        rows = (("We", failure.did), ("Came back", failure.got), ("Expected", failure.expected))
        facts = "".join(f"<dt>{name}</dt><dd>{_rich(text)}</dd>" for name, text in rows)
        claim = f"<p><b>{_rich(failure.claim)}</b> Not so:</p>"
        return f"{claim}<dl>{facts}</dl><p>{_rich(failure.meaning)}</p>{_excerpt(verdict.code, failure.line)}"

    def _checks(self) -> str:
        items = "".join(
            f'<li class="{_MARKS[c.passed][2]}"><b aria-hidden="true">{_MARKS[c.passed][0]}</b>'
            f'{_rich(c.claim)} <span class="ub-dim">{_MARKS[c.passed][1]}</span></li>'
            for c in self.verdict.checks
        )
        return f"<ul>{items}</ul>"

    def _picture(self) -> str:
        """Draw what the failing check saw; after a pass, what it sees now beside what it saw before."""
        leading = self.verdict.failure or (self.before and self.before.failure) or self.verdict.checks[-1]
        now = Sight.of(self.verdict, leading.name)
        before = Sight.of(self.before, leading.name) if self.before and self.verdict.passed else None
        if now is None or (self.verdict.passed and before is None):
            return ""
        if before is None:
            return timeline(now, title="What the server did meanwhile", mark=now.guilty).html
        now, before = replace(now, title="Now"), replace(before, title="Before")
        return timeline(now, beside=before, mark=before.guilty, title=self._claim(leading)).html

    @staticmethod
    def _claim(outcome: grading.Outcome) -> str:
        return _plain(outcome.claim)

    def _foot(self) -> str:
        parts = []
        if self.verdict.printed.strip():
            printed = html.escape(self.verdict.printed.strip())
            parts.append(f"<details><summary>What your code printed</summary><pre>{printed}</pre></details>")
        if self.verdict.passed and self.exercise.solution.is_file():
            solution = html.escape(self.exercise.solution.read_text(encoding="utf-8").strip())
            parts.append(f"<details><summary>Our solution, and why</summary><pre>{solution}</pre></details>")
        return "".join([*parts, *(f"<p>{_rich(note)}</p>" for note in self._notes())])

    def _notes(self) -> list[str]:
        """Say what became of the cell and the file, where they differ."""
        path, aside = self.kept.path, self.kept.aside
        place = "/".join(path.parts[-4:])
        if self.kept.instead:
            load = f"`%%exercise {self.exercise.name} --load` puts it into the cell."
            return [f"This cell is still the starter, so your file `{place}` was graded. {load}"]
        if aside is not None:
            return [f"Your file had been changed outside of this cell: it is kept as `{aside.name}`, beside `{place}`."]
        return []


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence to a verdict, which is neither good nor bad."""

    message: str

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {"text/html": _card(f"<p>{_rich(self.message)}</p>", role="note"), "text/plain": _plain(self.message)}


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault, as its sentence."""

    message: str

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        sentence, _line, details = self.message.partition("\n")
        more = f"<pre>{html.escape(details.strip())}</pre>" if details.strip() else ""
        card = _card(f"<p>{_rich(sentence)}</p>{more}", role="alert", mark="ub-no")
        return {"text/html": card, "text/plain": self.message}


def _card(body: str, *, role: str, mark: str = "") -> str:
    """Put HTML into a card with its own style sheet; `mark` says whether it is good news or bad."""
    sheet = f"<style>{style()}{_STYLE}</style>".replace("\n", "")
    return f'<div class="{" ".join(["ub", "ub-verdict", *mark.split()])}" role="{role}">{sheet}{body}</div>'


def _plain(text: str) -> str:
    return text.replace("`", "")


def _rich(text: str) -> str:
    """Escape a sentence and set what stands in backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))


def _excerpt(code: str, line: int | None, *, around: int = 2) -> str:
    """Show a line of the answer between its neighbours, marked."""
    lines = code.splitlines()
    if line is None or not 0 < line <= len(lines):
        return ""
    first, last = max(1, line - around), min(len(lines), line + around)
    rows = []
    for number in range(first, last + 1):
        row = f"{number:>3}  {html.escape(lines[number - 1])}"
        rows.append(f"<mark>{row}</mark>" if number == line else f"{row}\n")
    return f"<pre>{''.join(rows)}</pre>"
