"""Predictions: kept before the run, beside the measurement after it."""

import math
from types import SimpleNamespace

import nbformat
import pytest
from nbclient import NotebookClient

import unblocked
from tests.notebook import kernels
from unblocked.workspace import journal
from unblocked.workspace.predictions import compare, predict, take_pending

RUN = SimpleNamespace(slowest=2.5312, first=0.5, median=1.5, throughput=20.0, answered=60, failed=0)


def entries(kind):
    return [
        {key: value for key, value in entry.items() if key != "at"}
        for entry in journal.entries()
        if entry["kind"] == kind
    ]


def test_predict_is_a_verb_of_the_course():
    assert unblocked.predict is predict


def test_prediction_is_kept():
    prediction = predict("last of five", seconds=0.5)
    assert str(prediction) == "Noted: 0.5 s. Now run it and see."
    assert entries("prediction") == [
        {"kind": "prediction", "question": "last of five", "unit": "seconds", "value": 0.5, "of": "slowest"}
    ]


def test_unanswered_asks_and_records_nothing(mine):
    prediction = predict("last of five", seconds=...)
    assert str(prediction) == (
        "Replace the `...` with your number of seconds and run this cell again. A wrong guess is worth more than none."
    )
    assert prediction.value is None
    assert take_pending() == []
    assert not mine.exists()


class Awkward:
    """A value with nothing that works."""

    def _fail(self, *_):
        raise RuntimeError

    __repr__ = __str__ = __eq__ = __float__ = __bool__ = __hash__ = __len__ = _fail


UNUSABLE = [-1, math.nan, 10**5000, [], {}, b"b", Awkward(), object, "\n", "9" * 5000, "\ud83d", 1j]


@pytest.mark.parametrize("unit", ["seconds", "number", "choice"])
@pytest.mark.parametrize("given", UNUSABLE, ids=[type(given).__name__ for given in UNUSABLE])
def test_predict_never_raises(unit, given):
    prediction = predict("anything", **{unit: given})
    assert prediction.value is None
    assert str(prediction) in prediction._repr_mimebundle_()["text/plain"]
    assert entries("prediction") == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "Give one answer: `seconds=`, `number=` or `choice=`."),
        ({"seconds": 1, "number": 2}, "Give one answer: `seconds=`, `number=` or `choice=`."),
        ({"seconds": 1, "of": "slowset"}, "There is no measurement `slowset`. Did you mean `slowest`?"),
        pytest.param({"seconds": 1, "of": Awkward()}, "There is no measurement `Awkward`.", id="awkward"),
    ],
)
def test_wrong_call_is_explained(given, said):
    assert str(predict("last of five", **given)).startswith(said)
    assert take_pending() == []


def test_question_of_any_kind_is_taken():
    assert predict(Awkward(), seconds=1).question == "your prediction"
    assert predict("half a character \ud83d", seconds=1).value == 1


def test_pending_is_handed_over_once():
    predict("one", seconds=1)
    predict("two", choice="b")
    assert [prediction.question for prediction in take_pending()] == ["one", "two"]
    assert take_pending() == []


def test_second_thought_replaces_the_first():
    predict("last of five", seconds=1)
    predict("last of five", seconds=2)
    assert [prediction.value for prediction in take_pending()] == [2]
    assert [entry["value"] for entry in entries("prediction")] == [1, 2]


def test_prediction_that_is_taken_back_does_not_wait():
    predict("last of five", seconds=1)
    predict("last of five", seconds=...)
    assert take_pending() == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"seconds": 0.5}, "You said 0.5 s. It was 2.53 s: 5.1 times as long."),
        ({"seconds": 0.5, "of": "first"}, "You said 0.5 s. It was 0.5 s: as you said."),
        ({"seconds": 15, "of": "median"}, "You said 15 s. It was 1.5 s: 10 % of that."),
        ({"number": 5, "of": "throughput"}, "You said 5 a second. It was 20 a second: 4.0 times as many."),
        ({"number": 40, "of": "answered"}, "You said 40 requests. It was 60 requests: 1.5 times as many."),
        ({"number": 20, "of": "failed"}, "You said 20 requests. It was 0 requests."),
        ({"seconds": 20, "of": "failed"}, "You said 20 s. It was 0 requests."),
        ({"choice": "b"}, "You chose b. The slowest took 2.53 s."),
        ({"choice": "b", "of": "throughput"}, "You chose b. The throughput was 20 a second."),
        ({"choice": "b", "of": "failed"}, "You chose b. Failed: 0 requests."),
    ],
)
def test_prediction_and_measurement_stand_side_by_side(given, said):
    predict("last of five", **given)
    [comparison] = compare(take_pending(), RUN)
    assert str(comparison) == said


@pytest.mark.parametrize("measured", [None, math.nan, math.inf, "fast"])
def test_run_without_a_measurement_says_so(measured):
    predict("last of five", seconds=0.5)
    [comparison] = compare(take_pending(), SimpleNamespace(slowest=measured))
    assert str(comparison) == "You said 0.5 s. The run has nothing to set beside it."
    assert entries("comparison")[0]["measured"] is None


def test_run_of_another_kind_has_nothing():
    predict("last of five", seconds=0.5)
    assert str(*compare(take_pending(), object())).endswith("The run has nothing to set beside it.")


def test_comparison_is_kept():
    predict("last of five", seconds=0.5)
    compare(take_pending(), RUN)
    assert entries("comparison") == [
        {
            "kind": "comparison",
            "question": "last of five",
            "unit": "seconds",
            "value": 0.5,
            "of": "slowest",
            "measured": 2.5312,
            "measured_unit": "seconds",
        }
    ]


def test_measurement_from_elsewhere_can_be_compared():
    comparison = predict("free threads", number=40).against(38, "number")
    assert str(comparison) == "You said 40. It was 38: very close."


def test_prediction_after_the_run_is_marked():
    predict("last of five", seconds=0.5)
    compare(take_pending(), RUN)
    assert str(predict("last of five", seconds=2.53)) == "Noted: 2.53 s, with the run already seen."
    assert "after" not in entries("prediction")[0]
    assert entries("prediction")[1]["after"] is True
    assert "after" not in entries("comparison")[0]
    compare(take_pending(), RUN)
    assert entries("comparison")[1]["after"] is True


def test_prediction_of_something_else_is_not_marked():
    predict("last of five", seconds=0.5)
    compare(take_pending(), RUN)
    assert not predict("last of sixty", seconds=1).after


def test_full_disk_costs_neither_prediction_nor_run(full_disk):
    full_disk()
    prediction = predict("last of five", seconds=0.5)
    assert str(prediction).startswith("Noted: 0.5 s. Now run it and see. It is not in your history. The disk is full:")
    [comparison] = compare(take_pending(), RUN)
    assert str(comparison).startswith("You said 0.5 s. It was 2.53 s: 5.1 times as long. It is not in your history.")


def test_workspace_that_cannot_be_made_is_said(mine):
    mine.write_text("a file in the way")
    assert "There is a file where a folder is needed" in str(predict("last of five", seconds=0.5))


def test_page_is_safe_and_readable():
    bundle = predict("<b>five & six</b>", seconds=...)._repr_mimebundle_()
    assert bundle["text/plain"].startswith("<b>five & six</b>\nReplace the `...`")
    assert "&lt;b&gt;five &amp; six&lt;/b&gt;" in bundle["text/html"]
    assert "<code>...</code>" in bundle["text/html"]
    assert 'role="group" aria-label="Prediction"' in bundle["text/html"]


def test_colours_follow_the_page():
    predict("last of five", seconds=0.5)
    page = compare(take_pending(), RUN)[0]._repr_mimebundle_()["text/html"]
    assert "var(--jp-content-font-color1, var(--md-default-fg-color, inherit))" in page
    assert "var(--jp-brand-color1, var(--md-typeset-a-color, #4a86d8))" in page
    assert '<div aria-hidden="true">' in page
    assert "width:19.8%" in page
    assert "width:100.0%" in page


def test_only_lengths_of_one_kind_become_bars():
    predict("one", seconds=1, of="failed")
    predict("two", choice="b")
    assert [comparison.card().bars for comparison in compare(take_pending(), RUN)] == [(), ()]


def shown(source, folder):
    """What a cell shows, in a real kernel."""
    setup = "from unblocked.workspace.predictions import predict, take_pending"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(each) for each in [setup, source]])
    NotebookClient(notebook, timeout=60, config=kernels.talking_in(folder)).execute()
    return [output.data["text/plain"].splitlines()[-1] for output in notebook.cells[1].outputs]


def test_cell_shows_every_prediction_once(tmp_path):
    first, second, last = shown(
        "predict('one', seconds=...)\n"
        "predict('two', seconds=2)\n"
        "predict('taken by a run', seconds=3)\n"
        "taken = take_pending()[:0]\n"
        "predict('two', seconds=4)\n"
        "predict('three', choice='b')",
        tmp_path,
    )
    # The last thing in a cell is shown when it is reached, the others when the cell ends.
    assert first == "Noted: b. Now run it and see."
    assert second.startswith("Replace the `...`")
    assert last == "Noted: 4 s. Now run it and see."
