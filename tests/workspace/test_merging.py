"""What becomes of a learner's cells when the course has changed."""

import random

import pytest

from unblocked.workspace import merging
from unblocked.workspace.merging import NOTES, given

STARTER = "%%exercise books_come_back\ndef lend(): ...  # TODO: Lend it."


def cells(**sources):
    """Make cells by their ids: text for code, a list with one text for prose."""
    return [
        {"id": name, "cell_type": "markdown", "source": text[0]}
        if isinstance(text, list)
        else {"id": name, "cell_type": "code", "source": text, "outputs": [], "execution_count": None}
        for name, text in sources.items()
    ]


def merged(before, now, mine):
    return merging.merged(None if before is None else given(before), now, mine)


def shown(found):
    return [(cell["id"], merging.source(cell)) for cell in found]


HANDED_OUT = cells(title=["# Books"], ask="ask()", task=["Lend a book."], lend=STARTER, end="stop()")


def test_nothing_changes_where_the_course_has_not():
    assert merged(HANDED_OUT, HANDED_OUT, HANDED_OUT) == HANDED_OUT


def test_untouched_cell_takes_the_correction():
    now = cells(title=["# Books, lent"], ask="ask(2)", task=["Lend a book."], lend=STARTER, end="stop()")
    assert merged(HANDED_OUT, now, HANDED_OUT) == now


def test_cell_that_was_run_is_not_touched():
    ran = [*HANDED_OUT]
    ran[1] = ran[1] | {"execution_count": 7, "outputs": [{"output_type": "stream"}], "metadata": {"collapsed": True}}
    now = cells(title=["# Books"], ask="ask()", task=["Lend two books."], lend=STARTER, end="stop()")
    found = merged(HANDED_OUT, now, ran)
    assert found[1] == ran[1]  # its outputs stay, for it has not changed
    assert shown(found) == shown(now)
    now[1]["source"] = "ask(2)"
    assert merged(HANDED_OUT, now, ran)[1] == now[1]  # and those of another cell go


def test_lines_are_the_same_as_one_text():
    lines = [*HANDED_OUT]
    lines[3] = lines[3] | {"source": STARTER.splitlines(keepends=True)}
    now = cells(title=["# Books"], ask="ask()", task=["Lend a book."], lend=STARTER + "\n", end="stop()")
    assert shown(merged(HANDED_OUT, now, lines)) == shown(now)


def test_what_the_learner_has_changed_stays():
    mine = cells(title=["# My books"], ask="ask(99)", task=["Lend a book."], lend=STARTER, end="stop()")
    now = cells(title=["# Books"], ask="ask()", task=["Lend two books."], lend=STARTER, end="stop()")
    assert shown(merged(HANDED_OUT, now, mine)) == shown(
        cells(title=["# My books"], ask="ask(99)", task=["Lend two books."], lend=STARTER, end="stop()")
    )


def test_what_both_have_changed_is_shown_twice_the_learners_first():
    mine = cells(title=["# My books"], ask="ask(99)", task=["Lend a book."], lend=STARTER, end="stop()")
    now = cells(title=["# All books"], ask="ask(2)", task=["Lend a book."], lend=STARTER, end="stop()")
    found = merged(HANDED_OUT, now, mine)
    assert shown(found)[:4] == [
        ("title", "# My books"),
        ("title-new", f"{NOTES['markdown']}\n\n# All books"),
        ("ask", "ask(99)"),
        ("ask-new", f"{NOTES['code']}\n\nask(2)"),
    ]
    assert shown(merged(now, now, found)) == shown(found)


def test_next_correction_of_what_both_have_changed_is_shown_as_well():
    mine = cells(ask="ask(99)")
    first, second = cells(ask="ask(2)"), cells(ask="ask(3)")
    found = merged(first, second, merged(cells(ask="ask()"), first, mine))
    assert [name for name, _ in shown(found)] == ["ask", "ask-new-2", "ask-new"]
    assert shown(found)[1][1].endswith("ask(3)")


def test_exercise_keeps_the_learners_code_and_its_task_is_corrected():
    mine = [
        cell | {"source": "%%exercise books_come_back\nmine = 1"} if cell["id"] == "lend" else cell
        for cell in HANDED_OUT
    ]
    now = cells(title=["# Books"], ask="ask()", task=["Lend two books."], lend=STARTER + "  # two", end="stop()")
    found = dict(shown(merged(HANDED_OUT, now, mine)))
    assert (found["lend"], found["task"]) == ("%%exercise books_come_back\nmine = 1", "Lend two books.")
    assert "lend-new" not in found


def test_own_cells_stay_where_they_are():
    top, inner, last = cells(a="top = 1", b="inner = 1", c="last = 1")
    mine = [top, *HANDED_OUT[:2], inner, *HANDED_OUT[2:], last]
    now = cells(title=["# Books"], new="new()", ask="ask(2)", task=["Lend it."], lend=STARTER, end="stop(2)")
    names = [name for name, _ in shown(merged(HANDED_OUT, now, mine))]
    assert names == ["a", "title", "new", "ask", "b", "task", "lend", "end", "c"]


def test_own_cell_follows_what_was_above_it_when_its_neighbour_is_removed():
    [inner] = cells(b="inner = 1")
    now = cells(title=["# Books"], task=["Lend a book."], lend=STARTER, end="stop()")
    names = [name for name, _ in shown(merged(HANDED_OUT, now, [*HANDED_OUT[:2], inner, *HANDED_OUT[2:]]))]
    assert names == ["title", "b", "task", "lend", "end"]


def test_removed_cell_goes_unless_it_was_changed():
    now = cells(title=["# Books"], task=["Lend a book."], lend=STARTER)
    mine = cells(title=["# Books"], ask="ask(99)", task=["Lend a book."], lend=STARTER, end="stop()")
    assert [name for name, _ in shown(merged(HANDED_OUT, now, mine))] == ["title", "ask", "task", "lend"]


def test_deleted_cells_stay_deleted_except_exercises():
    now = cells(title=["# All books"], ask="ask(2)", task=["Lend two."], lend=STARTER, end="stop()")
    assert shown(merged(HANDED_OUT, now, HANDED_OUT[:1])) == [("title", "# All books"), ("lend", STARTER)]


def test_exercise_that_was_deleted_and_written_anew_is_the_learners():
    [anew] = cells(x="%%exercise books_come_back\nmine = 1")
    now = cells(title=["# Books"], ask="ask(2)", task=["Lend a book."], lend=STARTER, end="stop()")
    found = shown(merged(HANDED_OUT, now, [*HANDED_OUT[:3], anew, HANDED_OUT[4]]))
    assert found[3] == ("lend", "%%exercise books_come_back\nmine = 1")
    assert len(found) == 5


def test_second_cell_for_an_exercise_stays_an_own_one():
    [second] = cells(x="%%exercise books_come_back\nother = 1")
    found = shown(merged(HANDED_OUT, HANDED_OUT, [*HANDED_OUT, second]))
    assert found[-1] == ("x", "%%exercise books_come_back\nother = 1")
    assert found[3] == ("lend", STARTER)


def test_cell_whose_id_was_moved_by_another_is_known_by_its_text():
    """A cell put in before others of its section takes the id of the first, and each of them the next one's."""
    before = cells(s1=["## Books"], s2="one()", s3="two()")
    now = cells(s1=["## Books"], s2=["New words."], s3="one()", s4="two()")
    mine = cells(s1=["## Books"], s2="one(99)", s3="two()")
    assert shown(merged(before, now, mine)) == shown(
        cells(s1=["## Books"], s2=["New words."], s3="one(99)", s4="two()")
    )


def test_of_two_that_say_the_same_each_is_itself():
    handed_out = cells(first="stop()", second="stop()")
    ran = [handed_out[0], handed_out[1] | {"outputs": ["stopped"]}]
    assert merged(handed_out, [handed_out[1]], ran) == [ran[1]]


def test_exercise_whose_id_was_moved_is_known_by_its_name():
    before, now = cells(a=STARTER), cells(a="new()", b=STARTER + "\n# more")
    mine = cells(a="%%exercise books_come_back\nmine = 1")
    assert shown(merged(before, now, mine)) == [("a", "new()"), ("b", "%%exercise books_come_back\nmine = 1")]


def test_own_cell_with_the_id_of_a_new_one_gets_another():
    [own] = cells(new="own = 1")
    now = cells(title=["# Books"], new="new()")
    found = shown(merged(HANDED_OUT[:1], now, [HANDED_OUT[0], own]))
    assert found == [("title", "# Books"), ("new-2", "own = 1"), ("new", "new()")]


def test_ids_are_never_there_twice_and_never_too_long():
    long = "x" * 60 + "-123"
    [own] = cells(**{long: "own = 1"})
    found = merged([], cells(**{long: "new()"}), [own])
    assert len({cell["id"] for cell in found}) == 2
    assert all(len(cell["id"]) <= 64 for cell in found)


def test_where_nobody_knows_what_was_handed_out_nothing_is_lost():
    mine = cells(title=["# Books"], ask="ask(99)", own="own = 1", lend="%%exercise books_come_back\nmine = 1")
    now = cells(title=["# Books"], ask="ask(2)", new="new()", lend=STARTER)
    names = [name for name, _ in shown(merged(None, now, mine))]
    assert names == ["title", "ask", "ask-new", "own", "new", "lend"]
    assert dict(shown(merged(None, now, mine)))["lend"] == "%%exercise books_come_back\nmine = 1"


def test_correction_is_shown_once_where_nobody_knows_what_was_handed_out():
    mine, now = cells(ask="ask(1)"), cells(ask="ask(2)")
    once = merged(None, now, mine)
    assert [text for _, text in shown(once)] == ["ask(1)", f"{NOTES['code']}\n\nask(2)"]
    assert merged(None, now, once) == once


@pytest.mark.parametrize("change", [{"source": "ask(2)"}, {"id": "x"}, {"cell_type": "raw"}])
def test_versions_differ_in_text_id_and_type(change):
    assert given(HANDED_OUT) == given(cell | {"outputs": ["seen"]} for cell in HANDED_OUT)
    assert given(HANDED_OUT) != given(cell | change if cell["id"] == "ask" else cell for cell in HANDED_OUT)


def numbered(texts):
    """Give cells as the course makes them: their ids count."""
    return cells(**{f"s-{number}": text for number, text in enumerate(texts, 1)})


def edited(texts, chance, *, by):
    """Change, remove and add some texts."""
    result = []
    for text in texts:
        do = chance.random()
        if do < 0.15:
            result.append(f"{by}_added_{chance.random()}")
        if 0.15 <= do < 0.3 and not text.startswith("%%exercise"):
            continue
        result.append(f"{text}\n# changed by {by} {chance.random()}" if 0.3 <= do < 0.5 else text)
    return result


@pytest.mark.parametrize("seed", range(300))
def test_nothing_is_lost_whatever_was_changed(seed):
    chance = random.Random(seed)
    handed_out = [f"cell_{number}" for number in range(8)]
    handed_out.insert(chance.randrange(9), "%%exercise one\n...")
    before, now = numbered(handed_out), numbered(edited(handed_out, chance, by="course"))
    mine = []
    for cell in before:
        [*added, text] = edited([merging.source(cell)], chance, by="learner") or [None]
        mine += [{"id": f"own-{chance.random()}", "cell_type": "code", "source": each} for each in added]
        mine += [cell | {"source": text}] if text is not None else []
    found = merged(before, now, mine)
    texts = [merging.source(cell) for cell in found]
    assert len({cell["id"] for cell in found}) == len(found)
    assert [each for each in map(merging.source, mine) if "learner" in each and each not in texts] == []
    deleted = {cell["id"] for cell in before} - {cell["id"] for cell in mine}
    new = [cell for cell in now if merging.source(cell).startswith("course_added") and cell["id"] not in deleted]
    assert [cell for cell in new if merging.source(cell) not in "\n".join(texts)] == []
    assert shown(merged(now, now, found)) == shown(found)
    assert merged(before, now, before) == now
