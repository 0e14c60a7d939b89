"""Who has a list already is told so without a body, a change is seen at once, and nobody gets another one's prices."""

from unblocked.grading import App, Code, Reply, advice, expect, hints

HAVE = "The section “Do you have it already?” "
BOTH = ("/rates", "/rates/own")
ADA, JOHN = {"x-customer": "ada"}, {"x-customer": "john"}
CONTROL = {"/rates": {"public", "max-age=60"}, "/rates/own": {"private", "max-age=60"}}
OTHERS = '"of-yesterday"'


@hints(
    "Of what could a tag be made, so that it changes with the list and with nothing else?",
    HAVE + "makes a tag of the bytes that it stands for.",
    "A digest of the body, in quotes, computed from what is sent now.",
)
def check_a_tag_stands_for_the_content(app: App) -> None:
    """The same list has the same tag, a list that has changed has another one at once, and both may be kept."""
    for path in BOTH:
        first, again = expect_list(app, path), expect_list(app, path)
        expect(
            tag(first) == tag(again),
            did=f"asked for `{path}` twice",
            got=f"ETag {tag(first)} and {tag(again)}",
            expected="the same tag",
            meaning="It is the same list, and its tag is another one each time: nobody will ever have it already.",
        )
        expect(
            not any(made in tag(first) for made in hashes(first.text)),
            did=f"asked for `{path}`, and compared the tag with what `hash` makes of the list in this process",
            got=f"ETag {tag(first)}, which is just that",
            expected="a tag that is the same in every process",
            meaning="`hash` of a text is another number in each process: after a restart, or from the next worker, the "
            "same list has another tag, and nobody has it already.",
        )
    expect_control("/rates", expect_list(app, "/rates"), did="asked for `/rates`")
    before = {path: expect_list(app, path) for path in BOTH}
    app.start("/rates/7", method="PUT", json={"zone": 7, "price": 99.5}).finish()
    for path in BOTH:
        did = f"changed the price of zone 7, and asked for `{path}` with the tag from before the change"
        reply = app.get(path, headers={**ADA, "if-none-match": tag(before[path])})
        expect(
            reply.status == 200 and tag(reply) != tag(before[path]),
            did=did,
            got=f"{reply.status}, ETag {tag(reply)}",
            expected="200 and another tag",
            meaning="A tag must change as soon as a price does; else customers keep the old prices for ever, and are "
            "told that they are right.",
        )
        right = 99.5 if path == "/rates" else round(99.5 * 0.97, 2)
        expect_price(reply, right, did=did)
    rates = {rate["zone"]: rate["price"] for rate in expect_list(app, "/rates").json}
    before = {path: expect_list(app, path) for path in BOTH}
    for zone, other in ((8, 9), (9, 8)):
        app.start(f"/rates/{zone}", method="PUT", json={"zone": zone, "price": rates[other]}).finish()
    for path in BOTH:
        reply = app.get(path, headers={**ADA, "if-none-match": tag(before[path])})
        expect(
            reply.status == 200 and tag(reply) != tag(before[path]),
            did=f"gave zones 8 and 9 each other's price, and asked for `{path}` with the tag from before that",
            got=f"{reply.status}, ETag {tag(reply)}",
            expected="200 and another tag",
            meaning="It is another list. A sum or a count stays what it was when two prices change places.",
        )


@hints(
    "What does the client send the second time, and who compares it with the tag?",
    HAVE + "answers 304, and says which headers come with it.",
    "Compare before you send the body; a response with status 304 has the headers of the other one, and nothing else.",
)
def check_who_has_it_gets_no_body(app: App) -> None:
    """Who sends the tag gets 304, without a body and with the same headers; who sends another one gets the list."""
    for path in BOTH:
        expect_list(app, path, known=OTHERS)
        known = expect_list(app, path)
        expect_not_modified(app, path, known, tag(known), did=f"asked for `{path}` with the tag of its answer")
    message = app.uncaught()
    expect(
        not message,
        did="asked for `/rates` and `/rates/own` with the tags of their answers",
        got=f"304, and then an exception that nobody caught: `{message}`",
        expected="304 and nothing of a body",
        meaning="An answer with status 304 has no body, and the server refuses to send one.",
    )


@hints(
    "In which forms may a tag stand in `If-None-Match`, and how many of them?",
    HAVE + "reads what a client may send.",
    "Take all tags out of the header, without `W/`, and look whether yours is one of them; think of `*`.",
)
def check_all_that_a_client_may_send_is_understood(app: App) -> None:
    """Several tags, weak ones and `*` are understood, and what is part of another tag is not taken for it."""
    known = expect_list(app, "/rates")
    mine = tag(known)
    bare = mine.removeprefix("W/")
    forms = {
        f"{OTHERS}, {mine}": "A client may have several lists, and name them all.",
        f'{mine} ,"b,c"': "A client may have several lists, and name them all.",
        f"W/{bare}": "A weak tag, with `W/`, is the same tag here: who has packed the list makes it weak.",
        f"W/{OTHERS}, W/{bare}": "A weak tag is the same tag here, also among several.",
        "*": "`*` stands for any tag.",
    }
    for header, meaning in forms.items():
        did = f"asked for `/rates`, whose tag is `{mine}`, with `If-None-Match: {header}`"
        expect_not_modified(app, "/rates", known, header, did=did, meaning=meaning)
    for header in (f'"x{bare[1:]}', f'{bare[:-1]}x"', '""', '"*"', bare[:5] + '"'):
        expect_list(app, "/rates", known=header, meaning="That is not this tag, and the client does not have the list.")


@hints(
    "A cache stands between you and the customer. Which header tells it not to keep this for others?",
    HAVE + "sends a customer's own list.",
    "`private` says who may keep it, `Vary` on what it depends; and the tag stands for this customer's list.",
)
def check_a_customer_s_own_stays_with_the_customer(app: App) -> None:
    """A customer's own list is private and varies, and another customer's tag is another one."""
    own = expect_list(app, "/rates/own")
    for reply, status in ((own, 200), (app.get("/rates/own", headers={**ADA, "if-none-match": tag(own)}), 304)):
        did = f"asked for `/rates/own`, answered with {status}"
        expect_control("/rates/own", reply, did=did)
        vary = {each.strip().lower() for each in reply.headers.get("vary", "").split(",")}
        expect(
            "x-customer" in vary,
            did=did,
            got=f"Vary: {reply.headers.get('vary', 'none')}",
            expected="Vary: X-Customer",
            meaning="`*` says that nobody can tell for whom this is good: no cache uses it again, "
            "not the customer's either."
            if "*" in vary
            else "The address is the same for all customers, and the answer is not: `Vary` names the header "
            "on which it depends.",
        )
    other = app.get("/rates/own", headers={**JOHN, "if-none-match": tag(own)})
    did = "asked for `/rates/own` as another customer, whose prices are others, with the first one's tag"
    expect(
        other.status == 200 and tag(other) != tag(own),
        did=did,
        got=f"{other.status}, ETag {tag(other)}",
        expected="200 and another tag",
        meaning="The tag says that these are another customer's prices, too; a browser that two of them use shows the "
        "wrong ones.",
    )


@advice
def the_body_is_made_all_the_same(code: Code) -> bool:
    """Good to know: a tag of the body saves the way, not the work; a version that changes with the data saves both."""
    return digests(code)


@advice
def a_version_saves_the_work(code: Code) -> bool:
    """Well done: with a version as the tag, nobody has to write the list to know that it is the same."""
    return not digests(code)


def digests(code: Code) -> bool:
    """Say whether a digest is made."""
    return code.uses("hashlib.sha256", "hashlib.sha1", "hashlib.md5", "hashlib.blake2b", "zlib.crc32")


def hashes(text: str) -> list[str]:
    """Give what `hash` makes of a text, as it is often written. An answer's process has its number from ours."""
    numbers = [hash(text), hash(text.encode())]
    return [f(each) for each in numbers for f in (str, lambda n: f"{n & 0xFFFFFFFF:08x}", lambda n: f"{abs(n):x}")]


# What clients see.


def tag(reply: Reply) -> str:
    """Give its tag."""
    return reply.headers.get("etag", "none")


def expect_list(app: App, path: str, *, known: str = "", meaning: str = "") -> Reply:
    """Expect the whole list, with a tag."""
    headers = {**ADA, "if-none-match": known} if known else ADA
    reply = app.get(path, headers=headers)
    did = f"asked for `{path}`" + f" with `If-None-Match: {known}`" * bool(known)
    rows = reply.json
    expect(
        reply.status == 200 and isinstance(rows, list) and len(rows) == 300,
        did=did,
        got=f"{reply.status} {reply.text[:60]}…" if reply.text else f"{reply.status}",
        expected="200 and the list",
        meaning=meaning or "Who does not have this list gets all of it." + app.behind(reply),
    )
    found = tag(reply)
    quoted = found.removeprefix("W/")
    expect(
        len(quoted) > 2 and quoted[0] == quoted[-1] == '"' and '"' not in quoted[1:-1],
        did=did,
        got=f"ETag: {found}",
        expected='ETag: "…"',
        meaning="Without a tag, a client cannot ask whether it is still the same."
        if found == "none"
        else "A tag stands in quotes: clients and caches read no other.",
    )
    return reply


def expect_not_modified(app: App, path: str, known: Reply, header: str, *, did: str, meaning: str = "") -> None:
    """Expect that the client is told that it has the list, and for how long that is good."""
    reply = app.get(path, headers={**ADA, "if-none-match": header})
    expect(
        reply.status == 304,
        did=did,
        got=f"{reply.status} {reply.text[:40]}…",
        expected="304",
        meaning=meaning or "The client has the list already, and all of it is sent again." + app.behind(reply),
    )
    wanted = ["etag", "cache-control", *(["vary"] if "vary" in known.headers else [])]
    lost = [name for name in wanted if reply.headers.get(name) != known.headers.get(name)]
    expect(
        not lost,
        did=did,
        got=f"304; {', '.join(f'{name}: {reply.headers.get(name)}' for name in lost)}",
        expected=", ".join(f"{name}: {known.headers.get(name)}" for name in lost),
        meaning="The client renews its copy with the headers of a 304: without them it does not know for how "
        "long it is good.",
    )


def expect_control(path: str, reply: Reply, *, did: str) -> None:
    """Expect that who may keep it is told so."""
    control = reply.headers.get("cache-control", "none")
    words = {each.strip().lower() for each in control.split(",")}
    leaks = path != "/rates" and "private" not in words
    expect(
        words == CONTROL[path],
        did=did,
        got=f"Cache-Control: {control}",
        expected=f"Cache-Control: {', '.join(sorted(CONTROL[path], reverse=True))}",
        meaning="Any cache on the way may keep that, and gives it to the next customer who asks for this address."
        if leaks
        else "Nobody knows who may keep it, and for how long.",
    )


def expect_price(reply: Reply, right: float, *, did: str) -> None:
    """Expect a price of zone 7."""
    [found] = [each["price"] for each in reply.json if each["zone"] == 7]
    expect(
        found == right,
        did=did,
        got=f"{found} for zone 7",
        expected=f"{right}",
        meaning="The list must be the one that is true now.",
    )
