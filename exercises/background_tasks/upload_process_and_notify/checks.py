"""A file is taken within its limit, worked on after the answer, told of truly, and its end is told once."""

import ast
import secrets
import time
from pathlib import Path
from time import perf_counter
from typing import Any

from unblocked.grading import App, Code, Outside, Pending, advice, expect, hints
from unblocked.grading.disk import files_with

LARGEST = 100_000
PRINTER, MAIL = "/printer/*", "/mail/*"
ENDS = ("done", "failed")
STATES = ("waiting", "working", *ENDS)
EARLY = 600.0
"""Seconds: what a temporary folder has held for longer was there before."""

PAUSE = 0.05
"""Seconds between two questions for a job."""

FOLLOW = "The section “How does a customer follow a file of labels?” "


@hints(
    "What has the customer after the upload, and which of your lines changes what the customer can ask for?",
    FOLLOW + "has a job from its beginning to its end.",
    "A number for each file, a place where all jobs are, and a task that draws, counts and ends its own.",
)
def check_a_file_is_taken_and_drawn(app: App, carriers: Outside) -> None:
    """A file is answered with 202 and a job, and in the end each of its labels is drawn once and the job is done."""
    carriers.mend(latency=0)
    parcels = numbers(3)
    job = taken(app, parcels)
    did = "uploaded a file of three labels, and asked for the job until it had ended"
    ended = job.ends(did=did)
    expect(
        ended == {"state": "done", "done": 3, "total": 3},
        did=did,
        got=str(ended),
        expected="{'state': 'done', 'done': 3, 'total': 3}",
        meaning="Every label is drawn, and the job has to say so."
        if drawn(carriers) == sorted(parcels)
        else "The task could not do its work: your code printed why. What belongs to the request is closed with it.",
    )
    expect(
        drawn(carriers) == sorted(parcels),
        did="uploaded a file of three labels, and counted what the printer was asked for",
        got=f"{len(drawn(carriers))} labels",
        expected="each of the three, once",
        meaning="Every line of the file is a label, and is drawn once.",
    )


@hints(
    "Which of your lines runs before the answer, and does one of them draw?",
    "The section “The customer has an answer. Who sends the letter now?” shows what runs before the answer.",
    "The route reads the file and notes a job. Whoever draws is handed over.",
)
def check_the_answer_comes_before_the_labels(app: App, carriers: Outside) -> None:
    """The customer has a job's number before any label is drawn."""
    carriers.mend(latency=0)
    carriers.hold(PRINTER)
    taken(app, numbers(3), but="; the printer kept every label")


@hints(
    "`draw_label` keeps its thread until the label is drawn. Which thread is that in your code?",
    "The section “The customer has an answer. Who sends the letter now?” has a task that blocks, and who pays.",
    "A task on the event loop hands each label to a worker thread and awaits it; or the task is `def`.",
)
def check_others_are_served_while_a_label_is_drawn(app: App, carriers: Outside) -> None:
    """While a label is drawn, everybody else is served."""
    job = begun(app, carriers, 3)
    polled = app.start(f"/jobs/{job.number}")
    came = app.comes(lambda: polled.over)
    expect(
        came and polled.reply,
        did="uploaded a file of three labels, and asked for the job while the printer drew the first",
        got="no answer",
        expected="how far the job is",
        meaning="The answer is out, and the work still runs on the event loop: this line keeps its only thread.",
        line=app.line,
    )


@hints(
    "Between which two of your lines is a label drawn, and which number changes before, which after?",
    FOLLOW + "counts a label when it is drawn.",
    "`total` is known when the file is read, `done` grows by one after each label, and the state changes last.",
)
def check_a_job_tells_how_far_it_is(app: App, carriers: Outside) -> None:
    """At every moment a job tells how many of its labels are drawn, and that it is not done before they all are."""
    job = begun(app, carriers, 3)
    for already in range(3):
        right = {"state": "working", "done": already, "total": 3}
        app.settles(lambda right=right: job.looked() == right)
        got = job.look()
        expect(
            got == right,
            did=f"uploaded a file of three labels, and asked for the job when {already} of them were drawn",
            got=str(got),
            expected=str(right),
            meaning=lie(got, right),
        )
        app.settles(lambda: carriers.waiting(PRINTER))
        carriers.release(1, path=PRINTER)
    ended = job.ends(did="uploaded a file of three labels, and let the printer draw them all")
    right = {"state": "done", "done": 3, "total": 3}
    expect(
        ended == right,
        did="uploaded a file of three labels, and let the printer draw them all",
        got=str(ended),
        expected=str(right),
        meaning=lie(ended, right),
    )


@hints(
    "The printer breaks the connection, and `draw_label` raises. Which of your lines changes the state then?",
    "The section “One task fails. Who hears of it?” says where the exception goes when nobody catches it.",
    "Every way out of the work sets a state that is an end, and then the customer is notified.",
)
def check_a_job_that_fails_says_so(app: App, carriers: Outside) -> None:
    """When the printer fails, the job has failed, and its customer is notified of that once."""
    job = begun(app, carriers, 3)

    def has_ended() -> bool:
        carriers.drop(PRINTER)  # again and again: somebody may try again
        return job.looked()["state"] in ENDS

    app.settles_at_last(has_ended)
    did = "uploaded a file of three labels; the printer broke every connection"
    ended = job.ends(did=did)
    expect(
        ended["state"] == "failed" and ended["total"] == 3 and ended["done"] < 3,
        did=did,
        got=str(ended),
        expected="{'state': 'failed', 'done': 0, 'total': 3}",
        meaning="A label is missing, and the job does not say so.",
    )
    expect_notice(app, carriers, job, "failed", did=did)


@hints(
    "Which line notifies, and which lines stand before it?",
    FOLLOW + "notifies the customer at the end, whatever the end is.",
    "First the last label, then the state, then the notice: outside of what decides whether the job has failed.",
)
def check_the_customer_is_notified_once_at_the_end(app: App, carriers: Outside) -> None:
    """The customer is notified once, when the job has ended and says so."""
    job = begun(app, carriers, 2)
    carriers.hold(MAIL)
    app.settles(lambda: carriers.waiting(PRINTER))
    carriers.release(1, path=PRINTER)
    early = app.settles(lambda: notices(carriers), patience=0.3)
    expect(
        not early,
        did="uploaded a file of two labels, of which one was drawn",
        got=f"a notice: {listed(notices(carriers))}",
        expected="no notice before the job has ended",
        meaning="The customer comes for labels that are not there.",
    )
    carriers.release(path=PRINTER)
    did = "uploaded a file of two labels, and let the printer draw them"
    expect_notice(app, carriers, job, "done", did=did)
    now = job.look()
    expect(
        now == {"state": "done", "done": 2, "total": 2},
        did=f"{did}; asked for the job when the notice had come",
        got=str(now),
        expected="{'state': 'done', 'done': 2, 'total': 2}",
        meaning="The notice says that the job is done, and the job says that it is not: who asks at once is confused.",
    )
    carriers.break_off(MAIL)
    app.settles(lambda: job.looked() != now, patience=0.3)
    expect(
        job.look() == now,
        did=f"{did}; the mail broke the connection on which the notice was sent",
        got=str(job.look()),
        expected=str(now),
        meaning="All labels are drawn, and a notice that is lost does not undo them: what notifies stands in the `try` "
        "of what draws.",
    )


@hints(
    "What do two files have in common in your code, and what does each need for itself?",
    FOLLOW + "gives each job a number that nobody else has.",
    "A new number for each file, under which its state is kept; 404 for a number that nobody was given.",
)
def check_every_job_is_its_own(app: App, carriers: Outside) -> None:
    """Two files are two jobs, and a job that nobody has begun is answered with 404."""
    carriers.mend(latency=0)
    jobs = {size: taken(app, numbers(size)) for size in (1, 2)}
    did = "uploaded a file of one label, and one of two"
    expect(
        len({job.number for job in jobs.values()}) == 2,
        did=did,
        got="the same job's number for both",
        expected="two",
        meaning="Whoever asks for a job must hear of that one. Two customers share this number.",
    )
    for size, job in jobs.items():
        ended = job.ends(did=did)
        expect(
            (ended["done"], ended["total"]) == (size, size),
            did=f"{did}; asked for the job of {size}",
            got=str(ended),
            expected=f"{size} of {size}",
            meaning="Whoever asks for a job must hear of that one, and of no other.",
        )
    unknown = app.get(f"/jobs/{secrets.token_hex(4)}")
    expect(
        unknown.status == 404,
        did="asked for a job that nobody had begun",
        got=str(unknown),
        expected="404",
        meaning="Whoever mistypes a number must not be told that the job is under way, or done.",
    )


@hints(
    "Who reads the upload before the first line of your route, and how much of it?",
    FOLLOW + "says who refuses a file that is too large, and when.",
    "A route can be given a limit. It counts what comes, and does not trust what the client announces.",
)
def check_a_file_that_is_too_large_is_refused_early(app: App, carriers: Outside) -> None:
    """A file that is too large is refused while it is still on its way, and nothing of it is drawn."""
    carriers.mend(latency=0)
    taken(app, numbers(1))
    endless = sent_without_end(app)
    app.settles(lambda: endless.over)
    status = endless.reply.status if endless.reply else None
    expect(
        status == 413,
        did=f"sent a form of {2 * LARGEST:,} bytes without announcing its length, and did not end it",
        got=f"status {status}" if status else "no answer",
        expected="413",
        meaning="What is raised while FastAPI reads a form becomes 400, unless it is an `HTTPException`."
        if status == 400
        else "The limit is looked at when all of it has come, however much that is, or only where the client "
        "announces a length. Whoever sends without end fills your disk or your memory.",
    )
    announced = app.post("/label-files", files={"upload": ("labels.txt", b"7\n" * LARGEST)})
    expect(
        announced.status == 413,
        did=f"uploaded a file of {2 * LARGEST:,} bytes",
        got=str(announced),
        expected="413",
        meaning=f"A request of more than {LARGEST:,} bytes must be answered with 413.",
    )
    app.settles(lambda: len(drawn(carriers)) > 1, patience=0.3)
    expect(
        len(drawn(carriers)) <= 1,
        did="counted what the printer was asked for after two files that were too large",
        got=f"{len(drawn(carriers)) - 1} of their labels",
        expected="none",
        meaning="What is refused must not be worked on.",
    )


@hints(
    "Which file does your code make, and which line removes it when the work fails?",
    FOLLOW + "removes its file whatever the end is.",
    "`finally`, or a temporary file in a `with`: around the work that needs it.",
)
def check_nothing_of_the_file_stays_on_disk(app: App, carriers: Outside) -> None:
    """When a job has ended, whatever the end, nothing of its file is on disk."""
    since = time.time() - EARLY
    carriers.mend(latency=0)
    parcels = numbers(2)
    job = taken(app, parcels)
    job.ends(did="uploaded a file of two labels")
    expect_no_file(app, parcels, since, did="uploaded a file of two labels, and waited until they were drawn")
    parcels = numbers(2)
    carriers.hold(PRINTER)
    job = taken(app, parcels)
    app.settles_at_last(lambda: carriers.waiting(PRINTER))
    carriers.break_off(PRINTER)
    job.ends(did="uploaded a file of two labels; the printer broke the connection")
    expect_no_file(app, parcels, since, did="uploaded a file of two labels, and waited until the job had failed")


@advice
def the_jobs_are_never_forgotten(_: Code) -> bool:
    """Good to know: the jobs are kept for ever. A registry that forgets is an exercise of its own in this lesson."""
    return True


@advice
def the_route_has_the_limit(code: Code) -> bool:
    """Well done: the limit counts what comes, so that no line of yours sees a file that is too large."""
    return any(isinstance(node, ast.keyword) and node.arg == "max_body_size" for node in ast.walk(code.tree))


def numbers(size: int) -> list[int]:
    """Make numbers of parcels that are found again wherever they are."""
    return [secrets.randbelow(9 * 10**11) + 10**11 for _ in range(size)]


def taken(app: App, parcels: list[int], *, but: str = "") -> "Job":
    """Upload a file, and give its job."""
    content = "".join(f"{parcel}\n" for parcel in parcels).encode()
    sent = app.start("/label-files", method="POST", files={"upload": ("labels.txt", content)})
    app.settles_at_last(lambda: sent.over)
    reply = sent.reply
    expect(
        reply and reply.status == 202 and isinstance(reply.json, dict) and isinstance(reply.json.get("job"), str | int),
        did=f"uploaded a file of {len(parcels)} labels{but}",
        got=str(reply or sent.error or "no answer"),
        expected='202 {"job":"…"}',
        meaning="The route raised an exception; your code printed which."
        if reply and reply.status == 500
        else "The customer must be answered at once, with a number to ask for, whatever the labels take."
        if reply is None
        else "A file is answered with 202, and a job's number under `job`.",
        line=app.line if reply is None else None,
    )
    assert reply is not None
    return Job(app, str(reply.json["job"]))


def sent_without_end(app: App) -> Pending:
    """Upload a file that announces no length, is too large already, and is never ended."""
    disposition = 'form-data; name="upload"; filename="labels.txt"'
    head = f"--parcel\r\ncontent-disposition: {disposition}\r\n\r\n".encode()
    headers = {"content-type": "multipart/form-data; boundary=parcel"}
    return app.start("/label-files", method="POST", body=[head, b"7\n" * LARGEST], ends=False, headers=headers)


def begun(app: App, carriers: Outside, size: int) -> "Job":
    """Upload a file; give its job when the printer, who keeps every label, has been asked for one."""
    carriers.mend(latency=0)
    carriers.hold(PRINTER)
    job = taken(app, numbers(size), but="; the printer kept every label")
    came = app.settles_at_last(lambda: carriers.waiting(PRINTER))
    expect(
        came,
        did=f"uploaded a file of {size} labels, which was answered",
        got="no label at the printer",
        expected="one that is being drawn",
        meaning="After the answer the labels must be drawn. If the task raised an exception, your code printed which.",
    )
    return job


class Job:
    """A job of the answer, as somebody sees it who asks for it again and again."""

    def __init__(self, app: App, number: str) -> None:
        self._app, self.number = app, number
        self._seen: list[dict[str, object]] = []
        self._asked = 0.0

    def look(self) -> dict[str, object]:
        """Ask for it, and see that the answer is one, and does not take back what an earlier one said."""
        self._asked = perf_counter()
        reply = self._app.get(f"/jobs/{self.number}")
        got = reply.json if isinstance(reply.json, dict) else {}
        expect(
            reply.status == 200
            and got.get("state") in STATES
            and is_count(got.get("done"))
            and is_count(got.get("total")),
            did="asked for a job that had begun",
            got=str(reply),
            expected='200 {"state":"working","done":1,"total":2}',
            meaning="A job answers with its `state`, one of the four, and how many labels are `done`, of how many in "
            "`total`.",
        )
        now = {each: got[each] for each in ("state", "done", "total")}
        before = self._seen[-1] if self._seen else now
        expect(
            rank(now) >= rank(before) and now["done"] <= now["total"],
            did="asked for a job again and again",
            got=f"{before}, then {now}",
            expected="`done` that grows up to `total`, and an end that stays",
            meaning="What is drawn stays drawn, no more can be drawn than there are, and what has ended has ended.",
        )
        self._seen.append(now)
        return now

    def looked(self) -> dict[str, object]:
        """Say what is known of it; ask when that is not quite new."""
        return self.look() if perf_counter() - self._asked > PAUSE else self._seen[-1]

    def ends(self, *, did: str) -> dict[str, Any]:
        """Ask for it until it has ended; give what it then is."""
        self._app.settles_at_last(lambda: self.looked()["state"] in ENDS)
        last = self.look()
        expect(
            last["state"] in ENDS,
            did=did,
            got=str(last),
            expected="`done` or `failed`",
            meaning="The customer asks for ever: the work has ended in a way in which nobody sets a state.",
        )
        return last


def is_count(value: object) -> bool:
    """Say whether it is a number of labels."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def rank(told: dict[str, object]) -> tuple[object, ...]:
    """Say how far a job is: a later answer has none that is smaller."""
    return min(STATES.index(str(told["state"])), 2), told["done"]


def lie(got: dict[str, object], right: dict[str, object]) -> str:
    """Say in what a job does not tell the truth."""
    if got["state"] in {"done", "failed"} and right["state"] == "working":
        return "The job says that it has ended, and labels are still to be drawn."
    if got["total"] != right["total"]:
        return "`total` is how many labels the file has."
    if int(str(got["done"])) > int(str(right["done"])):
        return "A label that is being drawn is counted as drawn already: the customer sees the end before it is there."
    if int(str(got["done"])) < int(str(right["done"])):
        return "What is drawn is not counted at once: the customer sees nothing move."
    return "`state` is `working` while labels are drawn, and `done` when all are."


def expect_notice(app: App, carriers: Outside, job: Job, state: str, *, did: str) -> None:
    """See that one notice comes, and what it says."""
    app.settles_at_last(lambda: notices(carriers))
    app.settles(lambda: len(notices(carriers)) > 1, patience=0.2)
    expect(
        notices(carriers) == [(job.number, state)],
        did=f"{did}; looked for the notice",
        got=listed(notices(carriers)),
        expected=f"one, that the job is {state}",
        meaning="Nobody tells the customer that the job has ended."
        if not notices(carriers)
        else "The customer is notified once, with the job's own number and the state in which it has ended.",
    )


def expect_no_file(app: App, parcels: list[int], since: float, *, did: str) -> None:
    """See that no file has the numbers of these parcels in it."""

    def left_over() -> list[Path]:
        return files_with([str(parcel) for parcel in parcels], since=since, largest=2 * LARGEST)

    app.settles(lambda: not left_over())
    left = left_over()
    expect(
        not left,
        did=f"{did}; looked for what is left of the file",
        got=f"`{left[0].name}` in `{left[0].parent}`" if left else "",
        expected="nothing",
        meaning="What every upload leaves behind fills the disk, and holds what customers sent.",
    )


def drawn(carriers: Outside) -> list[int]:
    """Give every label that the printer was asked for, in the order of their numbers."""
    return sorted(int(call.path.rsplit("/", 1)[-1]) for call in carriers.asked(PRINTER))


def notices(carriers: Outside) -> list[tuple[str, str]]:
    """Give every notice that was sent: the job and its state."""
    queries = [call.query for call in carriers.asked("/mail/notices*")]
    return [(query.get("job", [""])[0], query.get("state", [""])[0]) for query in queries]


def listed(them: list[tuple[str, str]]) -> str:
    """Name the notices."""
    return ", ".join(f"job {job[:8]} is {state}" for job, state in them) or "no notice"
