"""What a cell shows, as Markdown."""

from pathlib import Path

from nbformat.v4 import new_code_cell, new_output

from tests.drawing.runs import blocking
from unblocked.drawing.look import style
from unblocked.drawing.picture import timeline
from unblocked.site.outputs import Aside, code, markdown

COURSE = Path("/home/me/unblocked")


def written(*outputs, aside=None):
    return markdown(new_code_cell("x", outputs=list(outputs)), aside or Aside(), course=COURSE)


def data(**kinds):
    return new_output("display_data", data={name.replace("_", "/"): text for name, text in kinds.items()})


def printed(text):
    return new_output("stream", name="stdout", text=text)


def test_printed_pieces_are_one_block():
    assert written(printed("one\n"), printed("two\n")) == "``` { .text .output .no-copy }\none\ntwo\n```"
    assert written() == written(printed("\n")) == ""


def test_printed_fence_does_not_end_its_block():
    assert written(printed("````\n")).startswith("````` {")


def test_style_sheets_are_shared():
    aside = Aside()
    html = "<div><style>.a{}</style>1</div>"
    assert written(data(text_html=html), data(text_html=html), aside=aside).count("style") == 0
    written(data(text_html="<p><style>.a{}.b{}</style></p>"), aside=aside)
    assert aside.sheets.text == f"{style()}\n.a{{}}.b{{}}\n"


def test_html_is_left_alone_by_markdown_and_search():
    shown = written(data(text_html='<div role="status"><p>2 * 3</p></div>', text_plain="2 * 3"))
    assert shown == '<div class="output" data-search-exclude><div><p>2 * 3</p></div></div>'


def test_link_to_ended_server_is_text():
    link = '<p><a href="http://127.0.0.1:1/docs">try</a></p>'
    shown = written(data(text_html=link, text_plain="`routes` runs at http://127.0.0.1:1"))
    assert "`routes` runs at http://127.0.0.1:1" in shown
    assert "href" not in shown


def test_code_in_a_card_can_be_reached():
    assert '<pre tabindex="0">' in written(data(text_html="<div><pre>x = 1</pre></div>"))


def test_markdown_stays_markdown():
    assert "\n\n```python\nx = 1\n```\n\n" in written(data(text_markdown="```python\nx = 1\n```", text_plain="x = 1"))


def test_error_is_shown_without_colours():
    error = new_output("error", ename="ValueError", evalue="no", traceback=["\x1b[31mValueError\x1b[0m: no"])
    assert "\nValueError: no\n" in written(error)


def test_places_on_this_computer_are_left_out():
    told = "/home/me/unblocked/labs/routes/app.py and /tmp/unblocked-x1_2/workspace/answers/a.py"
    assert "\nlabs/routes/app.py and workspace/answers/a.py\n" in written(printed(told))


def test_places_on_this_computer_are_left_out_of_html():
    told = "<p>a</p><code>/tmp/unblocked-x1_2/workspace/answers/a.py</code>"
    assert "<p>a</p><code>workspace/answers/a.py</code>" in written(data(text_html=told))


def test_drawings_are_taken_aside_without_places():
    aside, run = Aside(), blocking(25)
    run.add(f"{COURSE}/labs/routes/app.py", 13.0)
    shown = written(data(text_html=timeline(run).html), aside=aside)
    (script,) = aside.drawings.scripts.values()
    assert 'class="ub-plot"' in shown
    assert "<rect" not in shown.partition('class="ub-plot"')[2].partition("</svg>")[0]
    assert "labs/routes/app.py" in script
    assert str(COURSE) not in script + shown


def test_code_may_have_a_title():
    assert code("x = 1") == "``` python\nx = 1\n```"
    assert code("x = 1", title="Where you start") == '``` python title="Where you start"\nx = 1\n```'
