"""The figures of one result or several side by side, for a page and for a terminal."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from unblocked.traffic.rows import Row, figures, listed

if TYPE_CHECKING:
    from unblocked.traffic.result import Result

FEW = 10
"""So many requests are listed one by one."""
_EACH = ["", "request", "took", "came back"]


class Table:
    """Figures of results: a column a result. A notebook shows it, `print` writes it."""

    def __init__(self, results: Sequence[Result]) -> None:
        self.results = list(results)

    @property
    def rows(self) -> list[Row]:
        """The figures, as text."""
        return figures(self.results)

    @property
    def requests(self) -> list[list[str]]:
        """Every request, if it is one result of a few: its number, path, time, and what came back."""
        requests = self.results[0].requests
        if len(self.results) > 1 or len(requests) > FEW:
            return []
        return [listed(number, request) for number, request in enumerate(requests, start=1)]

    @property
    def remarks(self) -> list[str]:
        """Sentences to read with the figures; of several results, each says whose it is."""
        several = len(self.results) > 1
        own = [(f"{r.title}: {words}" if several else words) for r in self.results for words in r.remarks]
        failed = any(result.failed and result.answered for result in self.results)
        return [*own, *(["A failed request counts as slower than every answer."] if failed else [])]

    @property
    def html(self) -> str:
        """The table as a figure for a page, with its style. It has no empty line, which would end it in Markdown."""
        from unblocked.drawing import style

        titles = [result.title for result in self.results]
        caption = f'<figcaption class="ub-title">{_safe(titles[0])}</figcaption>' if len(titles) == 1 else ""
        body = _grid(["", *(titles if len(titles) > 1 else [])], [[name, *cells] for name, cells in self.rows])
        each = _grid(_EACH, self.requests) if self.requests else ""
        said = "".join(f'<p class="ub-said">{_safe(words)}</p>' for words in self.remarks)
        return f'<figure class="ub"><style>{style()}</style>{caption}{body}{each}{said}</figure>'

    def __str__(self) -> str:
        titles = [result.title for result in self.results]
        rows = [[name, *cells] for name, cells in self.rows]
        several = len(titles) > 1
        parts = [_columns([["", *titles], *rows] if several else rows)]
        parts += [_columns([_EACH, *self.requests])] if self.requests else []
        parts += ["\n".join(self.remarks)] if self.remarks else []
        return "\n".join([*([] if several else titles), "\n\n".join(parts)])

    def __repr__(self) -> str:
        return f"<Table of {', '.join(repr(result.title) for result in self.results)}>"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": str(self)}


def _columns(rows: list[list[str]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows)


def _grid(head: list[str], rows: list[list[str]]) -> str:
    top = f"<thead><tr>{''.join(_heading(cell, of='col') for cell in head)}</tr></thead>" if len(head) > 1 else ""
    lines = (f"<tr>{_heading(name, of='row')}{''.join(map(_cell, cells))}</tr>" for name, *cells in rows)
    return f'<div class="ub-scroll"><table class="ub-table">{top}<tbody>{"".join(lines)}</tbody></table></div>'


def _heading(words: str, *, of: str) -> str:
    return f'<th scope="{of}">{_safe(words)}</th>' if words else "<td></td>"


def _cell(words: str) -> str:
    return f"<td>{_safe(words)}</td>"


def _safe(words: str) -> str:
    return html.escape(" ".join(words.split()))
