"""The page about choosing: every statement is backed by a lesson, and its figures hold."""

import re
from pathlib import Path

import anyio
import anyio.to_thread
import pytest

from tests.site import small
from unblocked.site import places

REAL = Path(__file__).parents[2]
PAGE = (REAL / "docs/choosing.md").read_text()


def unbacked(page):
    """Give the answers that no lesson backs."""
    answers = re.findall(r"^### (.+)\n((?:(?!^##).*\n?)*)", page, re.MULTILINE)
    assert answers
    return [name for name, text in answers if "](lessons/" not in text]


def nowhere(page):
    """Give the links of the page to itself that lead to no heading."""
    headings = [places.anchor(heading) for heading in re.findall(r"^#+ (.+)", page, re.MULTILINE)]
    return [link for link in re.findall(r"\]\(#([^)]+)\)", page) if link not in headings]


def test_every_answer_is_backed_by_a_lesson():
    assert unbacked(PAGE) == []
    assert unbacked("### A guess\n\nIt is so.\n") == ["A guess"]


def test_every_branch_leads_to_an_answer():
    assert nowhere(PAGE) == []
    assert nowhere("# Here\n\n[there](#there)\n") == ["there"]
    answers = [places.anchor(heading) for heading in re.findall(r"^### (.+)", PAGE, re.MULTILINE)]
    assert re.findall(r"\]\(#([^)]+)\)", PAGE) == answers


@pytest.mark.parametrize("page", ["choosing.md", "glossary.md", "index.md"])
def test_links_to_lessons_lead_somewhere(page):
    assert places.astray((REAL / "docs" / page).read_text(), REAL) == []


def test_link_that_leads_nowhere_is_found(tmp_path):
    course = small.course(tmp_path)
    page = "[a](lessons/01_lending.md#what-does-a-lender-do) [b](lessons/01_lending.md#gone) [c](lessons/09_gone.md)"
    assert places.astray(page, course) == ["01_lending.md#gone", "09_gone.md#"]


def test_figures_hold():
    async def tokens():
        return anyio.to_thread.current_default_thread_limiter().total_tokens

    assert f"{anyio.run(tokens)} tokens" in PAGE
    assert f"calls of 0.5 s make {anyio.run(tokens) / 0.5:.0f} a second" in PAGE
