"""Tables, from requests made by hand."""

import html.parser

from tests.traffic.conftest import made
from unblocked.traffic import Result, Table

FAILING = Result(
    requests=[*made(0.5), *made(30.0, cause="timeout"), *made(0.1, 0.1, cause="status 500")],
    title="Four",
    said='status 500: {"detail": "<b>"}',
)


def rows(*results: Result) -> dict[str, list[str]]:
    return dict(Table(results).rows)


def test_small_run_lists_every_request():
    assert str(Result(requests=made(0.5, 1.0, 2.5), title="Three")).splitlines() == [
        "Three",
        "requests          3 at once",
        "answered          3 (100 %)",
        "answers a second  1.2",
        "first answer      500 ms",
        "median            1.00 s",
        "slowest           2.50 s",
        "",
        "   request        took    came back",
        "1  GET /quotes/7  500 ms  status 200",
        "2  GET /quotes/7  1.00 s  status 200",
        "3  GET /quotes/7  2.50 s  status 200",
    ]


def test_failures_are_in_words():
    said = rows(FAILING)
    times = "\N{MULTIPLICATION SIGN}"
    assert said["failed"] == [f"3 (2 {times} status 500, 1 {times} timeout)"]
    assert (said["median"], said["slowest"]) == (["no answer"], ["30.0 s (timeout)"])
    assert said["what it said"] == ['status 500: {"detail": "<b>"}']
    assert "A failed request counts as slower than every answer." in str(FAILING)


def test_percentiles_need_enough_requests():
    shown = {count: rows(Result(requests=made(*[0.1] * count))) for count in (2, 5, 19, 20, 99, 100)}
    assert [count for count in shown if "median" in shown[count]] == [5, 19, 20, 99, 100]
    assert [count for count in shown if "95th percentile" in shown[count]] == [20, 99, 100]
    assert [count for count in shown if "99th percentile" in shown[count]] == [100]


def test_large_run_lists_no_requests():
    assert Result(requests=made(*[0.1] * 11)).table().requests == []
    assert len(Result(requests=made(*[0.1] * 10)).table().requests) == 10


def test_results_stand_side_by_side():
    blocking, mended = Result(requests=made(0.5, 2.5), title="Blocking"), Result(requests=made(0.5), title="Mended")
    both = blocking.table(mended)
    assert dict(both.rows)["slowest"] == ["2.50 s", "500 ms"]
    assert str(both).splitlines()[0].split() == ["Blocking", "Mended"]
    assert both.requests == []


def test_remarks_say_whose_they_are():
    refused = Result(requests=made(1, cause="refused"), title="Down", url="http://127.0.0.1:9")
    assert refused.table(FAILING).remarks[0].startswith("Down: Refused: nothing listens at")


def test_rate_is_said_in_the_table():
    steady = Result(requests=made(*[0.1] * 1200, every=0.02), offered=50)
    assert rows(steady)["requests"] == ["1,200, 50 a second"]
    assert rows(steady)["answers a second"] == ["49.8"]


def test_shares_do_not_round_to_certainty():
    nearly = Result(requests=[*made(*[0.1] * 999), *made(0.1, cause="reset")])
    hardly = Result(requests=[*made(0.1), *made(*[0.1] * 999, cause="reset")])
    assert rows(nearly, hardly)["answered"] == ["999 (more than 99 %)", "1 (less than 1 %)"]


class Reader(html.parser.HTMLParser):
    """Reads what a screen reader reads: headings with their scope, and the text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.scopes: list[str | None] = []
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        if tag == "th":
            self.scopes.append(dict(attrs).get("scope"))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open[-1] != "style":
            self.words.append(data)


def test_page_can_be_read_aloud():
    page = FAILING._repr_mimebundle_()["text/html"]
    reader = Reader(page)
    assert reader.open == []
    assert set(reader.scopes) == {"row", "col"}
    assert [reader.words[0], reader.words[1], reader.words[2]] == ["Four", "requests", "4 at once"]
    assert 'status 500: {"detail": "<b>"}' in reader.words
    assert "\n\n" not in page


def test_page_takes_its_colours_from_around_it():
    page = FAILING.table(FAILING)._repr_mimebundle_()["text/html"]
    assert "--jp-" in page
    assert "--md-" in page


def test_text_is_shown_where_no_page_is():
    assert FAILING._repr_mimebundle_()["text/plain"] == str(FAILING)
    assert repr(FAILING.table()) == "<Table of 'Four'>"
