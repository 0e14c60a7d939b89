"""The playground: its model does what the lab does, step by step; its page answers to its controls.

The lab's outside world holds its answers, so that what is compared is counted, and never timed.
"""

import json
import random
import re
import selectors
import socket
from contextlib import ExitStack, contextmanager
from itertools import accumulate
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.conftest import COURSE
from tests.server.asking import get
from tests.waiting import FAR, until
from unblocked.drawing import units
from unblocked.drawing.look import style
from unblocked.drawing.palette import LOOKS
from unblocked.outside import Outside
from unblocked.percentiles import percentile
from unblocked.records import REQUEST_HEADER
from unblocked.server.serving import listen, start
from unblocked.server.target import Target

ASSETS = COURSE / "docs" / "assets" / "playground"
KINDS = {
    "blocking": "/quotes/blocking/{n}",
    "awaiting": "/quotes/awaiting/{n}",
    "def": "/quotes/def/{n}",
    "processes": "/plans/processes/{n}",
}
"""The lab's route for each kind of the model's. Of the plans, it is their computing that the outside world holds."""


# The model, beside the lab.


@pytest.fixture(scope="module")
def model(browser):
    """Call a function of model.js, in a page that has nothing else."""
    page = browser.new_page()
    page.add_script_tag(path=ASSETS / "model.js")
    yield lambda name, *given: page.evaluate(f"given => UnblockedPlayground.{name}(...given)", list(given))
    page.close()


@pytest.fixture(scope="module")
def outside():
    with Outside(latency=0) as world:
        yield world


class Workers:
    """Servers of the lab, which stand for the workers of one service: requests are dealt to them in turn."""

    def __init__(self, servers, run):
        self.servers, self.run = servers, run
        self.asked = {}
        self.answers = selectors.DefaultSelector()

    def ask(self, number, path):
        """Send a request and leave it; the next one is sent later, so it comes later."""
        server = urlsplit(self.servers[(number - 1) % len(self.servers)].url)
        connection = socket.create_connection((server.hostname, server.port), timeout=FAR)
        head = f"GET {path.format(n=number)} HTTP/1.1\r\nHost: parcel\r\nConnection: close\r\n"
        connection.sendall(f"{head}{REQUEST_HEADER}: {self.run}-{number}\r\n\r\n".encode())
        self.answers.register(connection, selectors.EVENT_READ, number)

    def answered(self, many):
        """Wait until so many are answered, and give the numbers of their requests."""
        numbers = []
        while len(numbers) < many:
            ready = self.answers.select(FAR)
            assert ready, "nobody was answered"
            for key, _ in ready:
                assert key.fileobj.recv(1000).startswith(b"HTTP/1.1 200")
                self.answers.unregister(key.fileobj)
                key.fileobj.close()
                numbers.append(key.data)
        return sorted(numbers)

    def traces(self):
        return [trace for server in self.servers for trace in server.recording(f"{self.run}-").traces]

    def there(self):
        """Count the requests that are on a loop and in a thread at this moment."""
        kept = [{s.kind for s in trace.stretches if s.label == "still running"} for trace in self.traces()]
        return {kind: sum(kind in one for one in kept) for kind in ("loop", "thread")}

    def close(self):
        for key in list(self.answers.get_map().values()):
            key.fileobj.close()
        self.answers.close()


@pytest.fixture
def workers(outside):
    with ExitStack() as stack:

        def get_workers(number=1, **env):
            lab = Target.of("routes")
            servers = []
            for _ in range(number):
                with listen() as listening:
                    servers.append(stack.enter_context(start(lab, listening, carriers=outside, env=env)))
            for server in servers:
                server.wait_until_ready()
            made = Workers(servers, "compared")
            stack.callback(made.close)
            return made

        outside.mend()
        assert outside.wait_until_idle()
        outside.forget()
        outside.hold()
        yield get_workers
        outside.mend()


def held(lane):
    """When a lane's request is at the outside world, in the model."""
    return lane["asked"] or lane["apart"]


def steps(lanes):
    """Give all that happens from outside: who comes, and who is let go, in the model's order of time."""
    comes = [(lane["due"], "comes", lane["number"]) for lane in lanes]
    goes = [(held(lane)[1], "goes", lane["number"]) for lane in lanes]
    return sorted(comes + goes)


def at(lanes, moment):
    """Count who is where, in the model, as soon as all that happens at a moment has happened."""

    def there(place):
        return sum(any(p["place"] == place and p["start"] <= moment < p["end"] for p in one["pieces"]) for one in lanes)

    away = sum(held(lane)[0] <= moment < held(lane)[1] for lane in lanes)
    return {"loop": there("loop"), "thread": there("thread"), "upstream": away}


def settings_of(kind, *, workers=1, **given):
    waits, computes = (0, 433) if kind == "processes" else (433, 0)
    return {"route": kind, "cores": 8, "workers": workers, "waits": waits, "computes": computes} | given


@pytest.mark.parametrize(
    ("kind", "number"),
    [("blocking", 1), ("awaiting", 1), ("def", 1), ("processes", 1), ("blocking", 2), ("def", 2)],
)
def test_lab_and_model_agree_after_every_step(kind, number, model, workers, outside):
    run = model("run", settings_of(kind, workers=number, requests=9, every=100, tokens=3, processes=2))
    service, order, seen = workers(number, TOKENS="3"), [], []
    for moment, what, who in steps(run["lanes"]):
        if what == "comes":
            service.ask(who, KINDS[kind])
        else:
            assert outside.release(1) == 1
        order += service.answered(sum(lane["done"] == moment for lane in run["lanes"]))
        expected = at(run["lanes"], moment)
        until(lambda expected=expected: where(service, outside) == expected, f"{what} {who}: {expected}")
        seen.append(expected)
    assert order == run["order"]
    outside.catch_up()
    assert outside.peak == (run["peaks"]["upstream"] or run["peaks"]["process"])
    assert [max(one[place] for one in seen) for place in ("loop", "thread")] == [
        run["peaks"]["loop"],
        run["peaks"]["thread"],
    ]


def where(service, outside):
    return service.there() | {"upstream": outside.in_flight}


@pytest.mark.parametrize(
    ("kind", "many", "waves"),
    [
        ("blocking", 5, [1, 1, 1, 1, 1]),
        ("awaiting", 45, [45]),
        ("def", 45, [40, 5]),
        ("def", 41, [40, 1]),
        ("processes", 5, [2, 2, 1]),
    ],
)
def test_burst_comes_in_as_many_waves(kind, many, waves, model, workers, outside):
    run = model("run", settings_of(kind, requests=many))
    assert run["waves"] == waves
    service = workers()
    for number in range(1, many + 1):
        service.ask(number, KINDS[kind])
    if kind != "blocking":  # all have arrived, and had every chance to go on
        until(lambda: len(service.traces()) == many, "all have arrived")
        assert get(f"{service.servers[0].url}/health").ok
    for size, arrived in zip(waves, accumulate(waves), strict=True):
        until(lambda: (outside.total, outside.in_flight) == (arrived, size), f"{arrived} in all, {size} of them now")  # noqa: B023
        assert outside.release(size) == size
    assert service.answered(many) == sorted(run["order"])
    assert (outside.peak, outside.total) == (max(waves), many)


# The model alone.


@pytest.mark.parametrize(
    ("given", "slowest"),
    [
        ({"route": "def", "requests": 3, "waits": 0, "computes": 100}, 300),  # one GIL
        ({"route": "def", "requests": 4, "waits": 0, "computes": 100, "workers": 2}, 200),  # two GILs on two cores
        ({"route": "def", "requests": 4, "waits": 0, "computes": 100, "workers": 2, "cores": 1}, 400),
        ({"route": "processes", "requests": 3, "waits": 0, "computes": 100}, 200),
        ({"route": "processes", "requests": 4, "waits": 0, "computes": 100, "processes": 4}, 200),  # on two cores
        ({"route": "processes", "requests": 4, "waits": 0, "computes": 100, "processes": 4, "cores": 4}, 100),
        ({"route": "awaiting", "requests": 4, "waits": 500, "computes": 100}, 900),
        ({"route": "blocking", "requests": 4, "waits": 500, "computes": 100, "workers": 2}, 1200),
    ],
    ids=str,
)
def test_computing_takes_its_share(given, slowest, model):
    assert model("run", given)["figures"]["slowest"] == pytest.approx(slowest)


def test_answer_of_a_def_route_needs_a_token_again(model):
    lanes = model("run", {"route": "def", "requests": 3, "tokens": 1})["lanes"]
    assert [lane["done"] for lane in lanes] == [1500, 1500, 1500]  # each check stands behind those who came before it
    assert [piece["place"] for piece in lanes[0]["pieces"]] == ["thread", "token"]


def test_no_time_is_lost_or_counted_twice(model):
    chance = random.Random(7)
    for kind in KINDS:
        given = {"route": kind, "requests": 60, "tokens": 7, "processes": 3, "workers": 2, "cores": 3}
        arrivals = [
            {"due": n * 20, "waits": chance.randrange(300), "computes": chance.randrange(60)} for n in range(60)
        ]
        for lane, arrival in zip(model("simulate", given, arrivals), arrivals, strict=True):
            edges = [lane["due"], *(edge for p in lane["pieces"] for edge in (p["start"], p["end"])), lane["done"]]
            assert edges == sorted(edges)
            assert edges[::2] == pytest.approx(edges[1::2])  # each piece begins where the one before ends
            spent = lane["done"] - lane["due"]
            assert spent == pytest.approx(arrival["waits"] + arrival["computes"] + sum(lane["lost"].values()))


def test_percentiles_are_the_courses_own(model):
    chance = random.Random(7)
    for many in (1, 2, 5, 20, 41, 100):
        values = [chance.randrange(1000) for _ in range(many)]
        for p in (50, 90, 95, 99, 100):
            assert model("percentile", values, p) == percentile(sorted(values), p)


@pytest.mark.parametrize(
    ("given", "name", "ceiling"),
    [
        ({"route": "blocking"}, "loop", 2),
        ({"route": "def"}, None, None),
        ({"route": "def", "requests": 41}, "token", 80),
        ({"route": "def", "requests": 41, "waits": 0, "computes": 100}, "gil", 10),
        ({"route": "def", "computes": 100, "tokens": 1}, "token", pytest.approx(1.67, abs=0.01)),
        ({"route": "awaiting", "requests": 300}, None, None),
        ({"route": "awaiting", "computes": 100}, "loop", 10),
        ({"route": "processes", "waits": 0, "computes": 100, "cores": 8}, "process", 20),
        ({"route": "processes", "waits": 0, "computes": 100, "processes": 8}, "cores", 20),
        ({"route": "blocking", "every": 500, "requests": 9}, None, None),  # each is done when the next one comes
    ],
    ids=str,
)
def test_bottleneck_is_named(given, name, ceiling, model):
    found = model("run", given)["bottleneck"]
    assert found == (name and {"name": name, "ceiling": ceiling})


def test_loop_is_late_by_all_that_stands_before(model):
    assert model("late", model("run", {})["lanes"]) == [[0, 2500]]
    assert model("late", model("run", {"route": "awaiting", "waits": 100, "computes": 50})["lanes"]) == [[100, 350]]


def test_what_is_out_of_bounds_is_brought_back(model):
    wild = {"route": "toString", "requests": "1e9", "waits": "-3", "computes": "x", "tokens": "", "cores": "2.4"}
    assert model("sane", wild) == model("sane", {"requests": 300, "waits": 0, "cores": 2})


# The look: the course's own.


@pytest.fixture(scope="module")
def drawn(browser):
    """Read values of picture.js."""
    page = browser.new_page()
    for name in ("model", "picture"):
        page.add_script_tag(path=ASSETS / f"{name}.js")
    yield lambda expression: page.evaluate(f"(() => {{ const pg = UnblockedPlayground; return {expression}; }})()")
    page.close()


def test_palette_is_the_courses_own(drawn):
    for place, look in drawn("pg.LOOKS").items():
        own = LOOKS[place]
        pattern = look.get("pattern", "")
        assert (look["name"], look["colour"], look["tall"], pattern) == (own.name, own.colour, own.tall, own.pattern)
        assert look.get("slanted", False) == own.slanted
    assert list(drawn("pg.LOOKS")) == [place for place in LOOKS if place in drawn("pg.LOOKS")]


def test_style_is_the_courses_own(site):
    assert style() in (site / "lessons" / "outputs.css").read_text()
    assert ".ub.ub" not in (ASSETS / "playground.css").read_text()


def test_times_are_written_as_in_the_course(drawn):
    times = [0, 0.4, 9.996, 99.96, 506.1, 999.4, 999.6, 2500, 75_000]
    assert drawn(f"{times}.map(pg.duration)") == [units.duration(time / 1000) for time in times]
    for span in (3, 500, 999.6, 2600, 75_000):
        marks = [[pytest.approx(at * 1000), words] for at, words in units.ticks(span / 1000)]
        assert drawn(f"pg.ticks({span})") == marks


# The page.


@pytest.fixture(scope="module")
def address(site):
    return (site / "playground.html").as_uri()


@contextmanager
def visit(browser, address, **options):
    """Open the page; when it is left, nothing has been said on its console, and nothing was fetched from elsewhere."""
    context = browser.new_context(**{"reduced_motion": "reduce", **options})
    page, trouble, fetched = context.new_page(), [], []
    page.on("console", lambda message: trouble.append(message.text))
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("request", lambda request: fetched.append(request.url))
    page.goto(address)
    page.wait_for_selector("#playground[data-ready]")
    yield page
    assert trouble == []
    assert [url for url in fetched if not url.startswith(("file:", "data:"))] == []
    context.close()


@pytest.fixture
def page(browser, address):
    with visit(browser, address) as opened:
        yield opened


def customers(page):
    """The names of the lanes in the model's picture."""
    return page.locator(".ub-plot").first.locator("text.ub-wide").filter(has_text="customer")


def test_first_picture_is_that_of_the_first_lesson(page):
    expect(page.get_by_role("button", name="Five customers, one blocking route")).to_have_attribute(
        "aria-pressed", "true"
    )
    expect(page.locator(".pg-verdict")).to_contain_text(
        "The bottleneck is the event loop: each request keeps it for 500 ms of waiting, and only one at a time can"
    )
    expect(page.locator(".pg-verdict")).to_contain_text("at most 2.0 answers a second")
    expect(page.locator(".ub-plot").first).to_have_accessible_name(re.compile("waits for its turn 67 %"))
    expect(customers(page)).to_have_count(5)


def test_picture_follows_its_controls(page):
    page.get_by_label("Requests", exact=True).fill("3")
    expect(customers(page)).to_have_count(3)
    page.get_by_label("def in a worker thread", exact=True).check()
    expect(page.locator(".pg-verdict")).to_contain_text("Nothing is a bottleneck")
    expect(page.locator(".ub-key")).to_have_text("runs in a worker thread")
    page.get_by_label("Tokens for def routes").fill("1")
    expect(page.locator(".pg-verdict")).to_contain_text("one token, and each request takes one for 500 ms of waiting")
    expect(page.locator(".ub-key")).to_contain_text("waits for a thread")


def test_keyboard_is_enough(page):
    page.get_by_label("async def the call blocks").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("async def the call is awaited")).to_be_checked()
    expect(page.locator(".pg-code")).to_contain_text("await client.get(carrier)")
    page.get_by_label("Requests, slider").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_label("Requests", exact=True)).to_have_value("6")


def test_field_that_is_emptied_is_filled_again(page):
    field = page.get_by_label("Requests", exact=True)
    field.fill("")
    expect(customers(page)).to_have_count(5)
    field.fill("5000")
    field.blur()
    expect(field).to_have_value("300")


def test_nothing_to_do_is_nothing_to_draw(page):
    page.get_by_label("Each waits for a carrier").fill("0")
    expect(page.locator(".pg-verdict")).to_contain_text("Nobody waits and nobody computes")
    expect(page.locator(".ub-plot")).to_have_count(0)
    page.get_by_label("Each computes after that").fill("100")
    expect(customers(page)).to_have_count(5)


def test_only_what_matters_to_a_route_is_asked(page):
    tokens, processes = page.get_by_label("Tokens, slider"), page.get_by_label("Processes, slider")
    expect(tokens).to_be_hidden()
    page.get_by_label("def in a worker thread", exact=True).check()
    expect(tokens).to_be_visible()
    expect(processes).to_be_hidden()
    page.get_by_label("async def computes in a process pool").check()
    expect(processes).to_be_visible()


def test_link_keeps_the_settings(page, browser):
    page.get_by_label("def in a worker thread", exact=True).check()
    page.get_by_label("Requests", exact=True).fill("45")
    page.get_by_label("Each waits for a carrier").fill("250")
    told = page.locator(".pg-verdict").inner_text()
    with visit(browser, page.url) as other:
        expect(other.get_by_label("Requests", exact=True)).to_have_value("45")
        expect(other.get_by_label("Each waits for a carrier")).to_have_value("250")
        expect(other.get_by_label("def in a worker thread", exact=True)).to_be_checked()
        assert other.locator(".pg-verdict").inner_text() == told


def test_link_is_copied(browser, address):
    with visit(browser, address, permissions=["clipboard-read", "clipboard-write"]) as page:
        page.get_by_role("button", name="Copy a link to this").click()
        expect(page.locator(".pg-copied")).not_to_be_empty()
        assert "route=blocking&requests=5&every=0" in page.url


def test_strange_link_does_no_harm(browser, address):
    with visit(browser, f"{address}#route=%3Cb%3E&requests=1e99&waits=%3Cscript%3E") as page:
        expect(page.get_by_label("Requests", exact=True)).to_have_value("300")
        expect(page.get_by_label("async def the call blocks")).to_be_checked()


def presets():
    found = re.search(r"presets = (\[.*\]);", (ASSETS / "presets.js").read_text(), re.DOTALL)
    return json.loads(found[1])


def test_every_preset_was_run_for_real(page):
    for preset in presets():
        page.get_by_role("button", name=preset["title"], exact=True).click()
        expect(page.locator(".pg-preset[aria-pressed=true]")).to_have_text(preset["title"])
        expect(page.locator(".pg-was").first).to_contain_text("measured: ")
        expect(page.locator(".ub-plot")).to_have_count(2)
        expect(page.locator(".pg-where")).to_contain_text("fastapi")
    page.get_by_label("Workers uvicorn processes").fill("2")
    expect(page.locator(".pg-was")).to_have_count(0)
    expect(page.locator(".ub-plot")).to_have_count(1)


def test_presets_belong_to_lessons():
    assert {one["lesson"] for one in presets()} <= {path.stem[3:] for path in (COURSE / "lessons").glob("*.md")}


def test_crowd_is_drawn_as_an_area(page):
    page.get_by_label("Requests", exact=True).fill("200")
    expect(page.locator(".ub-plot")).to_contain_text("Requests at each place, over time")
    expect(page.locator(".pg-figures")).to_contain_text("99th percentile")


def test_numbers_are_there_as_a_table(page):
    page.get_by_text("The numbers, as a table").click()
    rows = page.locator(".ub-table").first.get_by_role("row")
    expect(rows).to_have_count(6)
    expect(rows.nth(5)).to_have_text("50 ms2.50 s500 ms2.00 s")
    page.get_by_label("Requests", exact=True).fill("3")
    expect(page.locator(".ub-table").first).to_be_visible()


def test_picture_plays_to_its_end(browser, address):
    with visit(browser, address, reduced_motion="no-preference") as page:
        page.get_by_role("button", name="Play it").click()
        expect(page.locator(".pg-playing")).to_have_count(1)
        expect(page.locator(".pg-playing")).to_have_count(0)
        assert page.locator(".pg-end").last.is_visible()


def test_nothing_moves_for_who_wants_no_motion(page):
    expect(page.get_by_role("button", name="Play it")).to_be_hidden()
    page.get_by_role("button", name="The 41st customer").click()
    expect(page.locator(".pg-playing")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_it(scheme, browser, address):
    with visit(browser, address, color_scheme=scheme, viewport={"width": 390, "height": 800}) as page:
        for preset in presets():
            page.get_by_role("button", name=preset["title"], exact=True).click()
            assert page.evaluate("document.documentElement.scrollWidth") == 390
        found = Axe().run(page, context="#playground", options={"preload": False}).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []


def test_page_says_what_it_needs_without_a_script():
    assert "<noscript>The playground is computed by a script" in (COURSE / "docs" / "playground.md").read_text()


def test_playground_weighs_little():
    assert sum(len(path.read_bytes()) for path in Path(ASSETS).iterdir()) < 100_000
