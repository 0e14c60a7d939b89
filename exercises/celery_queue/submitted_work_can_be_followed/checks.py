"""Whoever has ordered a label can follow it to its end, whichever process is asked, and hears nothing but the truth."""

import re
import secrets
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

from unblocked.grading import Code, Outside, Pending, Reply, Stack, advice, expect, hints

PRINTER = "/printer/*"
STATES = ("waiting", "drawing", "done", "failed")
ENDS = ("done", "failed")
LONGEST = 200
"""Characters of a problem that a customer reads."""

PAUSE = 0.1
"""Seconds between two questions for a job."""

WHERE = "The section “Where is my task?” "


@hints(
    "Which id does the task have, which one does the customer get, and who keeps what the task returns?",
    WHERE + "looks a task up by its id.",
    "The id of the task is the job's; the state of its result is looked up, and put into Parcel's words.",
)
def check_a_label_is_drawn_and_its_job_is_done(stack: Stack, carriers: Outside) -> None:
    """A label that was ordered is drawn once, and its job is done and has it."""
    carriers.mend(latency=0)
    job = ordered(stack, 7)
    did = "ordered a label for parcel 7, and asked for the job when the task was over"
    told = job.ends(did=did)
    expect(
        told["state"] == "done",
        did=did,
        got=f"{job.last}{raised(stack)}",
        expected='"state":"done"',
        meaning=unknown_end(stack, job),
        line=line_of(stack),
    )
    expect(
        told.get("label") == "label 7",
        did=did,
        got=str(job.last),
        expected='"label":"label 7"',
        meaning="The customer comes for the label. It is what the task returns, and the job has to give it.",
    )
    drawn = [call.place for call in carriers.asked(PRINTER)]
    expect(
        drawn == ["/printer/labels/7"],
        did="ordered a label for parcel 7, and looked what the printer was asked for",
        got=f"{len(drawn)} labels",
        expected="that one, once",
        meaning="A label is drawn by its task, once, and by nobody else.",
    )


@hints(
    "Which of your lines waits for the printer, directly or through somebody else?",
    WHERE + "hands a task over and has its id at once.",
    "The route sends the task and returns. What becomes of it, somebody asks for later.",
)
def check_the_customer_is_answered_at_once(stack: Stack, carriers: Outside) -> None:
    """While the printer keeps the label, the customer has a job's id and where to ask for it."""
    carriers.hold(PRINTER)
    job = ordered(stack, 7, but="; the printer kept it")
    location = job.reply.headers.get("location")
    expect(
        location is not None and urlsplit(location).path == f"/labels/jobs/{job.id}",
        did="ordered a label, and looked for the header `Location`",
        got=str(location or "no such header"),
        expected=f"/labels/jobs/{job.id}",
        meaning="Whoever reads 202 looks for the place where the work can be followed: `Location` is where.",
    )


@hints(
    "In which of your lines does the customer hear that a worker has the task, and who told you?",
    WHERE + "says when Celery reports `STARTED`.",
    "A task that nobody has begun, one that is being worked on, and one that is over are three states.",
)
def check_a_job_tells_where_its_label_is(stack: Stack, carriers: Outside) -> None:
    """A job waits until a worker has its label, says so while it is drawn, and is done when it is drawn."""
    carriers.hold(PRINTER)
    jobs = {f"/printer/labels/{parcel}": ordered(stack, parcel, but="; the printer kept it") for parcel in (7, 8, 9)}
    did = "ordered three labels, of which two were at the printer and one waited for a worker; asked for the job"
    stack.works(lambda: len(carriers.waiting(PRINTER)) == 2)  # so many processes the worker has
    drawn = {call.place for call in carriers.waiting(PRINTER)}
    expect(
        len(drawn) == 2,
        did="ordered three labels from a worker that draws two at once",
        got=f"{len(drawn)} labels at the printer{raised(stack)}",
        expected="two",
        meaning="What was ordered is drawn by the worker, as soon as it can.",
        line=line_of(stack),
    )
    for path, job in jobs.items():
        right = "drawing" if path in drawn else "waiting"
        told = job.look(did=f"{did} of one that {'was drawn' if path in drawn else 'waited'}")
        expect(
            told["state"] == right,
            did=f"{did} of one that {'was drawn' if path in drawn else 'waited'}",
            got=str(job.last),
            expected=f'"state":"{right}"',
            meaning=lie(str(told["state"]), right),
        )
    carriers.release(path=PRINTER)
    for job in jobs.values():
        did = f"ordered three labels, and asked for the job of parcel {job.parcel} when all were drawn"
        told = job.ends(did=did)
        expect(
            (told["state"], told.get("label")) == ("done", f"label {job.parcel}"),
            did=did,
            got=f"{job.last}{raised(stack)}",
            expected=f'"state":"done","label":"label {job.parcel}"',
            meaning="The task raised an exception, although the printer draws, if only after a while."
            if stack.failures
            else "Every job is one of its own: it ends with its own label.",
            line=line_of(stack),
        )
    expect_waiting_without_a_worker(stack)


@hints(
    "What does Celery keep of a task that raised, and what of that is for a customer?",
    WHERE + "shows what a result has when its task has failed.",
    "A job that failed is an answer like the others, with status 200. Its sentence is yours, not the exception's.",
)
def check_a_job_that_fails_says_so_in_a_sentence(stack: Stack, carriers: Outside) -> None:
    """When the printer answers 503, or not at all, the job has failed, and says so in a sentence for a customer."""
    carriers.mend(latency=0)
    for answers in (True, False):
        did = f"ordered a label; {'the printer answered 503' if answers else 'the connection to the printer broke'}"
        if answers:
            carriers.fail(PRINTER)
            job = ordered(stack, 7)
        else:
            carriers.hold(PRINTER)
            job = ordered(stack, 8)
            stack.works(lambda: carriers.waiting(PRINTER))
            carriers.break_off(PRINTER)
        told = job.ends(did=f"{did}; asked for the job")
        expect(
            told["state"] == "failed",
            did=f"{did}; asked for the job",
            got=str(job.last),
            expected='"state":"failed"',
            meaning=no_failure(stack, told),
        )
        expect_sentence(told.get("problem"), carriers, did=f"{did}; asked for the job")


@hints(
    "What does Celery answer when it is asked for an id that nobody has ever sent?",
    WHERE + "asks for such an id.",
    "Parcel has to note, where every process sees it, which ids it gave. A look at that note comes first.",
)
def check_an_id_that_was_never_given_is_not_found(stack: Stack, carriers: Outside) -> None:
    """An id that Parcel never gave is answered with 404, beside one that it gave."""
    carriers.mend(latency=0)
    job = ordered(stack, 7)
    did = "ordered a label, and asked for another id, which nobody had been given"
    job.look(did="ordered a label, and asked for the job")
    unknown = asked(stack, other_than(job.id), did=did)
    expect(
        unknown.status == 404,
        did=did,
        got=str(unknown),
        expected="404",
        meaning="Celery answers `PENDING` for every id that it knows nothing of: whoever mistypes one waits for ever.",
    )


@hints(
    "Where does your code keep what it knows of a job, and what becomes of it when its process ends?",
    WHERE + "asks a second process for a task that the first one has sent.",
    "What all processes must know belongs where all of them look: beside the results, in Redis, or into the id itself.",
)
def check_another_process_knows_the_job_too(stack: Stack, carriers: Outside) -> None:
    """When the web process is killed, the one that takes its place tells of the same jobs."""
    carriers.hold(PRINTER)
    job = ordered(stack, 7, but="; the printer kept it")
    stack.works(lambda: carriers.waiting(PRINTER))
    stack.renew()
    did = "ordered a label; while it was drawn, killed the web process, started another one, and asked that for the job"
    reply = asked(stack, job.id, did=did)
    told = reply.json if isinstance(reply.json, dict) else {}
    expect(
        reply.status == 200 and told.get("state") == "drawing",
        did=did,
        got=str(reply),
        expected='"state":"drawing"',
        meaning="The label is drawn, and this process does not know of it: what the first one kept in its memory went "
        "with it, and a second one beside it would never have had it.",
    )
    carriers.release(path=PRINTER)
    did = f"{did} when the label was drawn"
    told = job.ends(did=did)
    expect(
        (told["state"], told.get("label")) == ("done", "label 7"),
        did=did,
        got=str(job.last),
        expected='"state":"done","label":"label 7"',
        meaning="Nothing has happened to the worker, and whoever is asked must say that the label is there.",
    )


@advice
def the_result_ends_with_its_day(_: Code) -> bool:
    """Good to know: Celery forgets a result after a day (`result_expires`). Whatever notes the ids should do so too."""
    return True


@advice
def an_id_can_prove_itself(code: Code) -> bool:
    """Well done: an id that carries its own proof needs no note, and nobody has to forget it."""
    return code.uses("hmac.new", "hmac.digest")


class Job:
    """A job of the answer, as its customer sees it."""

    def __init__(self, stack: Stack, parcel: int, reply: Reply) -> None:
        self._stack, self.parcel, self.reply = stack, parcel, reply
        self.id = str(reply.json["job"])
        self.last: Reply | None = None
        self._state, self._asked = "", 0.0

    def look(self, *, did: str) -> dict[str, Any]:
        """Ask for it, and see that the answer is one."""
        self.last = reply = asked(self._stack, self.id, did=did)
        got = reply.json if isinstance(reply.json, dict) else {}
        expect(
            reply.status == 200 and got.get("state") in STATES and str(got.get("job")) == self.id,
            did=did,
            got=str(reply),
            expected=f'200 {{"job":"{self.id}","state":"…","label":…}}, with one of `{"`, `".join(STATES)}`',
            meaning=no_job(reply),
        )
        for part, state in (("label", "done"), ("problem", "failed")):
            expect(
                got["state"] == state or got.get(part) is None,
                did=did,
                got=str(reply),
                expected=f'"{part}":null',
                meaning=f"There is a `{part}` when a job is `{state}`, and not before: what Celery has under `result` "
                "depends on the state, and may be who works on the task, or an exception.",
            )
        self._state, self._asked = str(got["state"]), perf_counter()
        return got

    def ends(self, *, did: str) -> dict[str, Any]:
        """Ask for it until it has ended, or all rests; give what it then is."""
        self._stack.finishes()
        self._stack.works(lambda: self._has_ended(did))
        return self.look(did=did)

    def _has_ended(self, did: str) -> bool:
        """Say whether it has; ask when that is not quite new: somebody who asks without a pause is never at rest."""
        if perf_counter() - self._asked > PAUSE:
            self.look(did=did)
        return self._state in ENDS


def expect_waiting_without_a_worker(stack: Stack) -> None:
    """See that a job waits while there is no worker at all, and is done when there is one."""
    stack.worker.kill()
    job = ordered(stack, 10)
    did = "killed the worker, ordered a label, and asked for the job"
    told = job.look(did=did)
    expect(
        told["state"] == "waiting",
        did=did,
        got=str(job.last),
        expected='"state":"waiting"',
        meaning=lie(str(told["state"]), "waiting"),
    )
    stack.hire()
    did = "killed the worker, ordered a label, hired another worker, and asked for the job when the label was drawn"
    expect(
        job.ends(did=did)["state"] == "done",
        did=did,
        got=str(job.last),
        expected='"state":"done"',
        meaning="The label lay in the broker, and a worker has drawn it: its job ends like any other.",
    )


def expect_sentence(problem: object, carriers: Outside, *, did: str) -> None:
    """See that a problem is a sentence for a customer."""
    expect(
        is_sentence(problem) and not has_inner_parts(str(problem), carriers),
        did=did,
        got=repr(problem)[:LONGEST],
        expected="a `problem` in a sentence, such as `The printer could not draw this label.`",
        meaning="What an exception says is for your log: it tells strangers where your printer is and how your code is "
        "made, and the customer nothing."
        if isinstance(problem, str) and problem
        else "The customer must learn why there is no label: `problem` is a sentence of one line.",
    )


def no_failure(stack: Stack, told: dict[str, Any]) -> str:
    """Say what it means that a job whose label cannot be drawn has not failed."""
    if told["state"] == "done":
        return "The printer refused, and no label is there: a task that catches this and returns has succeeded."
    if any(task.state == "RETRY" for task in stack.tasks()):
        return (
            "The task is set for another try, in three minutes where nothing else is said: until then nobody ends it."
        )
    return "The task has failed, and the job does not say so: the customer asks for ever."


def ordered(stack: Stack, parcel: int, *, but: str = "") -> Job:
    """Order a label, and see that its customer gets a job's id."""
    reply = soon(
        stack,
        stack.start(f"/labels/{parcel}", method="POST"),
        did=f"ordered a label for parcel {parcel}{but}",
        expected='202 {"job":"…"}',
        meaning="The customer waits for the printer: a line of the route waits until the task has ended.",
    )
    has_id = isinstance(reply.json, dict) and isinstance(reply.json.get("job"), str | int) and reply.json["job"] != ""
    expect(
        reply.status == 202 and has_id,
        did=f"ordered a label for parcel {parcel}{but}",
        got=str(reply),
        expected='202 {"job":"…"}',
        meaning="202 says that the work is accepted and not done yet, and `job` by which id it is asked for.",
    )
    return Job(stack, parcel, reply)


def asked(stack: Stack, job: str, *, did: str) -> Reply:
    """Ask for a job, and see that an answer comes."""
    return soon(
        stack,
        stack.start(f"/labels/jobs/{job}"),
        did=did,
        expected="how far the job is",
        meaning="Whoever asks how far a job is must not wait until it has ended: a line of the route waits for that.",
    )


def soon(stack: Stack, sent: Pending, *, did: str, expected: str, meaning: str) -> Reply:
    """Give the reply to a request, which has to come whatever the printer does."""
    stack.settles_at_last(lambda: sent.over)
    expect(
        sent.reply,
        did=did,
        got=sent.error or "no answer",
        expected=expected,
        meaning=f"{meaning} It keeps the event loop's only thread as well." if stack.blocked else meaning,
        line=stack.line,
    )
    assert sent.reply is not None
    return sent.reply


def no_job(reply: Reply) -> str:
    """Say what it means that a job which Parcel gave is answered like this."""
    if reply.status == 404:
        return (
            "Parcel gave this id, and has to find it: `PENDING` says that no worker has begun with its task, or that "
            "there is none. Which of the two, Parcel must know."
        )
    if reply.status == 200:
        return "A job answers with its own id and with one of Parcel's four states, in Parcel's words, not in Celery's."
    return "The job is asked for, and whatever has become of it, that is no failure of the asking: status 200."


def unknown_end(stack: Stack, job: Job) -> str:
    """Say why the job of a label that was drawn is not done."""
    tasks = stack.tasks()
    if not tasks:
        return "No task was ever sent: a worker draws only what it finds in the queue."
    if any(task.state == "FAILURE" for task in tasks):
        return "The task raised an exception, although the printer draws."
    if job.id not in {task.id for task in tasks}:
        return "The task is done, and no task has the id that the customer was given: give the task that `task_id`."
    return "The task is done, and what it returned was not kept: nobody can look it up."


def lie(told: str, right: str) -> str:
    """Say in what a job does not tell the truth."""
    if told in ENDS:
        return "The printer still keeps the label, and the job says that it has ended."
    if right == "drawing":
        return (
            "The printer draws, and the customer hears that nobody has begun: Celery tells of a beginning only where "
            "it was asked to (`task_track_started`)."
        )
    return "Sent is not begun: the label lies in the queue, and the customer hears that it is being drawn."


def is_sentence(problem: object) -> bool:
    """Say whether it is a line that somebody can read."""
    return (
        isinstance(problem, str) and " " in problem.strip() and len(problem) <= LONGEST and "\n" not in problem.strip()
    )


def has_inner_parts(problem: str, carriers: Outside) -> bool:
    """Say whether it has what belongs into a log: an address, a traceback, the name of an exception."""
    names = re.search(r"\b[A-Z]\w+(Error|Exception|Status)\b|<class|Traceback|File \"|\.py\b", problem)
    return bool(names) or urlsplit(carriers.url).netloc in problem


def other_than(job: str) -> str:
    """Make an id that looks like this one and was never given."""
    if job.isdigit():
        return str(int(job) + 1000 + secrets.randbelow(1000))
    return "".join(secrets.choice("0123456789abcdef") if each in "0123456789abcdef" else each for each in job)


def raised(stack: Stack) -> str:
    """Say what a task raised, to go on with after what came back."""
    return f"; the task raised `{stack.failures[0]['message'].splitlines()[0]}`" if stack.failures else ""


def line_of(stack: Stack) -> int | None:
    """Give the line of the answer on which a task raised."""
    return stack.failures[0]["line"] if stack.failures else None
