"""The course in a real kernel: verbs without a set-up cell, verdicts, faults, and nothing left behind."""

import json

import psutil
import pytest
from jupyter_client.kernelspec import KernelSpecManager

from tests.notebook.kernels import given_by, kernel
from tests.waiting import until
from unblocked.grading import Exercise
from unblocked.grading.verdict import MEDIA_TYPE

NAME = "other_requests_keep_moving"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return tmp_path_factory.mktemp("workspace")


@pytest.fixture(scope="module")
def notebook(workspace):
    with kernel(workspace) as running:
        yield running


@pytest.fixture(scope="module")
def parcel(notebook):
    """A notebook in which a lab is served under this name."""
    notebook.run("carriers = upstream(latency=0.05)\nparcel = serve('start_here')")
    return notebook


@pytest.fixture
def exercise():
    return Exercise.find(NAME)


@pytest.fixture
def own_file(workspace):
    """The file of the learner's answer, gone before and after."""
    path = workspace / "answers" / "start_here" / f"{NAME}.py"
    path.unlink(missing_ok=True)
    yield path
    path.unlink(missing_ok=True)


def test_verbs_are_there_without_set_up(notebook):
    assert notebook.run("all(map(callable, (serve, upstream, load, timeline, predict)))").text == "True"


def test_verb_tells_how_to_use_it(notebook):
    told = notebook.run("import inspect\nprint(inspect.signature(serve))\ninspect.getdoc(serve)")
    assert "Run a lab, or any ASGI app, on real uvicorn" in told.text


def test_prediction_stands_beside_measurement(parcel):
    asked = parcel.run("predict('the last of three', seconds=...)")
    assert "Replace the `...`" in asked.text
    parcel.run("predict('the last of three', seconds=0.5)")
    shown = parcel.run("before = load(parcel, '/quotes/{n}', n=3)")
    assert "the last of three\nYou said 0.5 s. It was" in shown.text


def test_prediction_of_a_cell_stands_beside_its_value(notebook):
    notebook.run("predict('ten tasks add one', number=10, of='cell')")
    assert "You said 10. It was 1: 10 % of that." in notebook.run("1").text
    notebook.run("predict('who is first', choice='b', of='cell')")
    assert "You chose b. Read above what happens." in notebook.run("print('swift')").text
    assert "You" not in notebook.run("2").text


def test_timeline_is_drawn_from_the_run(parcel):
    shown = parcel.run("load(parcel, '/quotes/{n}', n=3).timeline()")
    assert "<svg" in shown.html
    assert "runs on the event loop" in shown.text
    assert "3 /quotes/3" in shown.text


def test_served_lab_shows_its_address(parcel):
    html = parcel.run("parcel").html
    assert "<code>start_here</code> runs at" in html
    assert "/docs" in html


def test_starter_gets_a_verdict_with_its_line(notebook, exercise):
    shown = notebook.run(f"%%exercise {NAME}\n{exercise.starter}")
    assert shown.status == "ok"
    assert "Not yet." in shown.text
    assert "<mark> 13      answer = requests.get(" in shown.html
    [verdict] = [data[MEDIA_TYPE] for data in shown.data if MEDIA_TYPE in data]
    assert verdict["passed"] is False


def test_right_answer_passes_and_shows_the_solution(notebook, exercise):
    shown = notebook.run(f"%%exercise {NAME}\n{exercise.starter.replace('async def quote', 'def quote')}")
    assert "Passed." in shown.text
    assert "Our solution, and why" in shown.html


@pytest.mark.usefixtures("own_file")
def test_what_is_waited_for_is_told_where_the_verdict_comes(notebook, exercise):
    slow = """
from unblocked.grading import grader
grade = grader().grade
def waiting(*given, on_wait, **more):
    on_wait("A lost task is done again.")
    return grade(*given, on_wait=on_wait, **more)
grader().grade = waiting
"""
    notebook.run(slow)
    shown = notebook.run(f"%%exercise {NAME}\n{exercise.starter}")
    notebook.run("grader().grade = grade")
    assert "Still checking: “A lost task is done again.”" in shown.data[0]["text/plain"]
    assert "Not yet." in shown.data[1]["text/plain"]
    assert shown.kinds[:2] == ["display_data", "update_display_data"]


def test_answer_and_attempts_are_kept(workspace, notebook, exercise, own_file):
    notebook.run(f"%%exercise {NAME}\n{exercise.starter}")
    assert own_file.read_text().strip() == exercise.starter.strip()
    history = [json.loads(line) for line in (workspace / "progress.jsonl").read_text().splitlines()]
    attempts = [entry for entry in history if entry["kind"] == "attempt"]
    assert attempts[-1]["exercise"] == NAME
    assert attempts[-1]["passed"] is False


def test_file_changed_in_an_editor_is_kept_beside(notebook, exercise, own_file):
    own_file.parent.mkdir(parents=True, exist_ok=True)
    own_file.write_text("# written in an editor\n")
    shown = notebook.run(f"%%exercise {NAME}\n{exercise.starter}\n# mine")
    assert f"{NAME}.1.py" in shown.html
    assert own_file.with_name(f"{NAME}.1.py").read_text() == "# written in an editor\n"


def test_file_is_graded_while_the_cell_is_the_starter(notebook, exercise, own_file):
    own_file.parent.mkdir(parents=True, exist_ok=True)
    own_file.write_text(exercise.solution.read_text())
    shown = notebook.run(f"%%exercise {NAME}\n{exercise.starter}")
    assert "Passed." in shown.text
    assert "This cell is still the starter, so your file" in shown.text
    assert own_file.read_text() == exercise.solution.read_text()


def test_kept_answer_comes_into_the_cell(notebook, own_file):
    own_file.parent.mkdir(parents=True, exist_ok=True)
    own_file.write_text("app = 'kept'\n")
    shown = notebook.run(f"%%exercise {NAME} --load\n")
    [payload] = shown.payload
    assert payload["text"] == f"%%exercise {NAME}\napp = 'kept'\n"
    assert payload["replace"] is True


@pytest.mark.usefixtures("own_file")
def test_empty_cell_gets_a_verdict(notebook):
    assert "There is no `app`" in notebook.run(f"%%exercise {NAME}").text
    assert "There is no `app`" in notebook.run(f"%%exercise {NAME}\n\n").text


def test_comments_may_stand_above_the_magic(notebook, exercise):
    shown = notebook.run(f"# my third try\n\n%%exercise {NAME}\n{exercise.solution.read_text()}")
    assert "Passed." in shown.text


def test_answer_is_loaded_into_the_notebook(notebook, exercise):
    notebook.run(f"%%exercise {NAME}\n{exercise.solution.read_text()}")
    assert notebook.run("type(app).__name__, quote.__name__").text == "('FastAPI', 'quote')"


def test_answer_does_not_change_what_the_notebook_logs(notebook, exercise):
    logs = "import logging\nlogging.basicConfig(level=logging.INFO, force=True)\n"
    notebook.run(f"%%exercise {NAME}\n{logs}{exercise.solution.read_text()}")
    shown = notebook.run("import logging; logging.getLogger('httpx').info('heard'); logging.getLogger().level")
    assert ("heard" in shown.text, shown.text) == (False, "30")


def test_answer_does_not_change_where_the_notebook_imports_from_and_logs_to(notebook, exercise):
    notebook.run("import logging, sys; before = [*sys.path], [*logging.getLogger().handlers]")
    changes = "import logging, sys\nsys.path.append('shop')\nlogging.basicConfig(force=True)\n"
    notebook.run(f"%%exercise {NAME}\n{changes}{exercise.solution.read_text()}")
    assert notebook.run("(sys.path, logging.getLogger().handlers) == before").text == "True"


def test_answer_leaves_the_names_of_other_cells_alone(notebook, exercise):
    notebook.run("quote = 'a line of mine'")
    code = exercise.solution.read_text()
    graded = notebook.run(f"%%exercise {NAME}\n{code}")
    assert "Not taken over from your answer, because this notebook has its own: quote." in graded.text
    assert notebook.run("quote").text == "'a line of mine'"
    notebook.run("del quote")
    notebook.run(f"%%exercise {NAME}\n{code}\nCHANGED = 1\n")
    notebook.run(f"%%exercise {NAME}\n{code}\nCHANGED = 2\n")
    assert notebook.run("CHANGED, callable(quote)").text == "(2, True)"


def test_answer_that_hangs_is_not_loaded(notebook):
    notebook.run("landmark = 1")
    shown = notebook.run(f"%%exercise {NAME}\nlandmark = 2\nimport time\ntime.sleep(3600)")
    assert "still starting" in shown.text
    assert notebook.run("landmark").text == "1"


def test_tests_are_not_loaded(notebook):
    shown = notebook.run("%%exercise the_slow_carrier_is_replaced_in_tests\nleft = 1\ndef test_nothing(): pass")
    assert "Not yet" in shown.text
    assert notebook.run("'left' in globals()").text == "False"


def test_main_block_of_an_answer_is_not_run(notebook, exercise):
    block = "\nif __name__ == '__main__':\n    raise SystemExit('run')\n"
    shown = notebook.run(f"%%exercise {NAME}\n{exercise.solution.read_text()}{block}")
    assert shown.status == "ok"


def test_top_level_await_is_explained(notebook):
    shown = notebook.run(f"%%exercise {NAME}\nimport asyncio\nawait asyncio.sleep(0)")
    assert "A notebook lets a cell await at its top level" in shown.text


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("serve('ruotes')", "There is no lab `ruotes`. Did you mean `routes`?"),
        ("%%exercise\nx = 1", "Say which exercise"),
        ("%%exercise other_request_keep_moving\nx = 1", "Did you mean `other_requests_keep_moving`?"),
        ("load(parcel, '/', rate=-1)", "`rate` is a number above 0"),
        ("upstream(latency=-1)", "A latency of -1"),
    ],
)
def test_fault_is_a_sentence_without_traceback(parcel, cell, says):
    shown = parcel.run(cell)
    assert shown.status == "error"
    assert says in shown.text
    assert "Traceback" not in shown.text
    assert not shown.errors


def test_other_errors_keep_their_traceback(notebook):
    shown = notebook.run("1 / 0")
    assert shown.errors == ["division by zero"]


def test_files_beside_a_notebook_hide_no_module(tmp_path, exercise):
    """A learner tries asyncio in a file of that name: neither kernel nor servers nor grader take it for Python's."""
    before_settings = ("enum", "operator", "re", "types", "warnings")  # Jupyter needs them before it reads any
    for name in ("asyncio", "fastapi", "httpx", "labs", "pydantic", "random", "redis", *before_settings):
        path = tmp_path / "workspace" / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text("raise RuntimeError('this is not the module that was meant')")
    (tmp_path / "workspace" / "prices.py").write_text("box = 7")
    specs = KernelSpecManager(config=given_by("jupyter_lab_config.py"))
    with kernel(tmp_path / "workspace", specs) as running:
        asked = running.run("carriers = upstream(latency=0)\nload(serve('celery_queue'), '/health', n=1).answered")
        assert (asked.errors, asked.text) == ([], "1")
        assert running.run(f"%%exercise {NAME}\n{exercise.solution.read_text()}").text.startswith("Passed.")
        assert running.run("import prices\nprices.box").text == "7"


def test_restart_gives_the_verbs_and_ends_the_servers(tmp_path):
    with kernel(tmp_path / "workspace") as running:
        pid = int(running.run("serve('start_here').pid").text)
        running.restart()
        until(lambda: not psutil.pid_exists(pid), "the served lab is gone with its kernel")
        assert running.run("callable(serve)").text == "True"


def test_kernel_gets_warm_for_the_exercises_of_its_lesson(tmp_path, monkeypatch):
    monkeypatch.setenv("JPY_SESSION_NAME", "workspace/notebooks/06_database.ipynb")  # as JupyterLab tells it
    wanted = {use for each in Exercise.all().values() if each.lesson == "database" for use in each.uses}
    assert "database" in wanted
    with kernel(tmp_path / "workspace") as running:
        pid = int(running.run("import os\nos.getpid()").text)

        def told():
            commands = [each.cmdline() for each in psutil.Process(pid).children(recursive=True)]
            return [set(words[5:]) for words in commands if words[2:4] == ["-m", "unblocked.grading.zygote"]]

        until(told, "the grader's process is there")
        assert told() == [wanted]
