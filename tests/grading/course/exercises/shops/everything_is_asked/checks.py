"""All that a check can ask of a served answer."""

import threading

from unblocked.grading import App, Outside, expect


def says(holds: object, got: object, expected: str) -> None:
    """Refuse with what came back."""
    expect(holds, did="asked", got=str(got), expected=expected, meaning="It is not what was asked for.")


def check_headers_go_both_ways(app: App) -> None:
    """A header is sent, and one comes back."""
    reply = app.get("/whose", headers={"X-Customer": "owl"})
    says(reply.headers.get("x-customer") == "owl", reply.headers, "owl")
    recorded = [trace["path"] for trace in app.seen()["recording"]["traces"]]
    says(recorded == ["/whose"], recorded, "what its process recorded of this request")


def check_files_arrive(app: App) -> None:
    """A form's file arrives with its name."""
    upload = app.start("/labels", method="POST", files={"label": ("label 7.png", b"\x89PNG")})
    reply = upload.finish()
    upload.leave()  # too late to change anything
    says(reply.json == {"label 7.png": 4}, reply, "its name and length")


def check_bytes_arrive_in_pieces(app: App) -> None:
    """The second piece of a body is sent when the first one was seen."""
    seen = threading.Event()

    def pieces():
        yield b"one"
        seen.wait(app.limit)
        yield b"two"

    upload = app.start("/bytes", method="POST", body=pieces())
    says(app.comes(lambda: app.value("app.state.pieces") == ["one"]), app.value("app.state.pieces"), "one piece")
    seen.set()
    says(upload.finish().json == {"application/octet-stream": 6}, upload.reply, "6 bytes")


def check_what_is_refused_early_says_why(app: App) -> None:
    """A body that nobody wants to read to its end has a reply all the same."""
    reply = app.post("/refused", body=(b"x" * 65536 for _ in range(200)))
    says(reply.status == 413, reply, "413")


def check_a_body_need_not_end(app: App) -> None:
    """A body that is never ended may have a reply, and has none from who waits for its end."""
    refused = app.start("/refused", method="POST", body=[b"x" * 65536] * 4, ends=False)
    says(app.comes(lambda: refused.over) and refused.reply.status == 413, refused.reply, "413")
    waiting = app.start("/bytes", method="POST", body=b"one", ends=False)
    says(app.comes(lambda: app.value("app.state.pieces") == ["one"]), app.value("app.state.pieces"), "one piece")
    says(app.stays(lambda: not waiting.over), waiting.reply, "no reply before the end")
    says(waiting.written, "not written", "all that there is has been written")


def check_it_is_known_what_was_written(app: App) -> None:
    """Lines of the log are seen, of threads too."""
    app.get("/logged/7")
    says("parcel 7 is logged" in app.printed and "parcel 7 is printed" in app.printed, app.printed, "both lines")


def check_who_hangs_up_is_gone(app: App, carriers: Outside) -> None:
    """A customer who hangs up is noticed."""
    carriers.hold()
    waiting = app.start("/quotes/7")
    says(app.comes(lambda: carriers.in_flight == 1), carriers, "one question")
    waiting.leave()
    says(app.comes(lambda: waiting.over), waiting.reply, "the end of the request")
    says(app.comes(lambda: app.value("app.state.left") == 1), app.value("app.state.left"), "1 who left")


def check_what_nobody_caught_is_said(app: App) -> None:
    """An exception that a route raises is said, whole and in its first sentence, and only of a status of 500."""
    says(app.uncaught() == app.nobody_caught() == "", app.uncaught(), "no exception yet")
    reply = app.post("/failures/7")
    says(reply.status == 500, reply, "500")
    message = "LookupError: nobody knows parcel {7}. Ask again."
    says(app.uncaught() == message, app.uncaught(), message)
    says(app.nobody_caught() == f"; nobody caught `{message}`", app.nobody_caught(), "its message")
    says(app.behind(reply) == " Your code raised `LookupError: nobody knows parcel {7}`.", app.behind(reply), "a part")
    says(app.behind(None) == app.behind(app.post("/refused")) == "", "words", "nothing, where the status is not 500")


def check_it_comes_to_rest(app: App) -> None:
    """What follows a reply is done when the answer rests, in threads too."""
    app.post("/sums")
    app.rests()
    says(app.value("app.state.sums") == 5, app.value("app.state.sums"), "5")


def check_a_shutdown_waits(app: App, carriers: Outside) -> None:
    """What was promised is done before the process ends."""
    carriers.hold()
    says(app.post("/promises").status == 202, "", "202")
    says(app.comes(lambda: carriers.in_flight == 1), carriers, "one question")
    app.shut_down()
    ending = app.comes(lambda: app.value("app.state.limits") == [None])
    says(ending, app.value("app.state.limits"), "no limit for requests: the check says when there was time enough")
    says(not app.settles(lambda: app.gone), "the process has ended", "it waits for the carrier")
    carriers.release()
    says(app.ends(lambda: app.gone), "the process is still there", "its end")
    says(carriers.total == 2, carriers.total, "2 questions")
