"""Each label is a task, one more joins them when all are there, and a sheet tells the truth until its end."""

import ast
from time import perf_counter
from typing import Any

from unblocked.grading import Code, Outside, Stack, advice, expect, hints

LABELS, SHEETS = "/printer/labels/*", "/printer/sheets/*"
ENDS = ("done", "failed")
PLACES = 2
"""So many has the worker that is there from the beginning."""

ROUNDS = 3
"""So often that is waited for the end of a sheet: somebody may try again."""

PAUSE = 0.1
"""Seconds between two questions for a sheet."""

MANY = "The section “Many tasks that belong together” "


@hints(
    "What is a task of its own here, and what must have come before the last one can begin?",
    MANY + "has the shape: many tasks, and one that is sent when the last of them is done.",
    "A task for a label, a task for the sheet that is given all labels, and a chord of the two.",
)
def check_a_hundred_labels_make_one_sheet(stack: Stack, carriers: Outside) -> None:
    """A hundred labels are drawn, each once, and one sheet with all of them is posted once."""
    carriers.mend(latency=0)
    parcels = [number * 37 % 101 for number in range(1, 101)]
    did = "ordered a sheet of a hundred labels, and asked for it when no task was left"
    sheet = Sheet(stack, parcels)
    ended = sheet.ends(did=did, carriers=carriers)
    expect(
        (ended["state"], ended["done"], ended["total"]) == ("done", 100, 100),
        did=did,
        got=told(ended),
        expected="'done', 100 of 100",
        meaning=f"All labels are drawn, and the sheet has to say so.{raised(stack)}",
        line=line(stack),
    )
    expect(
        drawn(carriers) == sorted(parcels),
        did="ordered a sheet of a hundred labels, and counted what the printer was asked for",
        got=f"{len(drawn(carriers))} labels of {len(set(drawn(carriers)))} parcels",
        expected="each of the hundred, once",
        meaning="Every parcel has one label, and each label is drawn once.",
    )
    expect(
        sorted(ended["labels"]) == sorted(f"label {parcel}" for parcel in parcels),
        did=did,
        got=f"`labels` with {len(ended['labels'])}: {str(ended['labels'])[:60]}",
        expected="`labels` with all hundred",
        meaning="What the tasks have drawn is not what the sheet has.",
    )
    expect(
        posted(carriers) == [sheet.number],
        did="ordered a sheet of a hundred labels, and counted the sheets that were posted",
        got=f"{len(posted(carriers))} sheets",
        expected=f"one, at `/printer/sheets/{sheet.number}`",
        meaning="Nobody joins the labels." if not posted(carriers) else "One sheet is posted once, under its number.",
    )


@hints(
    "Which of your lines stand before the `return` of the route, and does one of them wait for a task?",
    MANY + "gives the customer a number, and the work to the queue.",
    "The route sends the tasks and returns the number; who wants to know more asks `GET /sheets/…`.",
)
def check_the_customer_has_the_number_first(stack: Stack, carriers: Outside) -> None:
    """The customer has the number of the sheet before any label is drawn."""
    carriers.hold()
    Sheet(stack, [3, 1, 2], but="; the printer kept every label")


@hints(
    "Two workers' places: what is done in each of them while the labels of three sheets wait?",
    MANY + "shows what becomes of a task that waits for others.",
    "No task waits for another one. What comes after the labels is sent when they are there.",
)
def check_sheets_do_not_wait_for_each_other(stack: Stack, carriers: Outside) -> None:
    """Three sheets that are ordered at once are all done, each with its own labels."""
    carriers.hold(LABELS)
    first = Sheet(stack, [1], but="; the printer kept its label")
    stack.works(lambda: carriers.waiting(LABELS))
    second, third = Sheet(stack, [11, 12]), Sheet(stack, [21, 22, 23])
    carriers.release(path=LABELS)
    did = "ordered three sheets while the printer kept the first label, and then let it draw"
    for sheet, right in ((first, [1]), (second, [11, 12]), (third, [21, 22, 23])):
        ended = sheet.ends(did=did, carriers=carriers)
        expect(
            sorted(ended["labels"]) == [f"label {parcel}" for parcel in right],
            did=f"{did}; asked for one of the three",
            got=f"`labels`: {ended['labels']}"[:200],
            expected=f"its own: {[f'label {parcel}' for parcel in right]}",
            meaning="Whoever asks for a sheet must get its labels, and no other's.",
        )


@hints(
    "How many tasks do you send for a sheet, and how many labels does one of them draw?",
    MANY + "sends each label as a task of its own, to whoever is free.",
    "A task draws one label, and no task does anything else meanwhile.",
)
def check_every_place_draws_a_label(stack: Stack, carriers: Outside) -> None:
    """As many labels are drawn at a time as the workers have places."""
    carriers.hold()
    Sheet(stack, [3, 1, 2], but="; the printer kept every label")
    did = "ordered a sheet of three labels from one worker with two places"
    expect_held(stack, carriers, 2, did=f"{did}; the printer kept every label")
    carriers.release(2)
    stack.works(lambda: carriers.waiting("/printer/labels/2"))
    stack.hire()
    Sheet(stack, list(range(10, 60)), but="; the printer kept every label")
    did = f"{did}; let it draw two of them; hired a second worker, and ordered fifty labels more"
    expect_held(stack, carriers, 4, did=did)


@hints(
    "Which number changes between two labels, and which process has it?",
    MANY + "says how far a group of tasks is.",
    "`done` is counted where all processes look: by the results of the tasks, or in Redis; `state` changes last.",
)
def check_a_sheet_tells_how_far_it_is(stack: Stack, carriers: Outside) -> None:
    """At every moment a sheet tells how many labels are drawn, and it is not done before it is posted."""
    carriers.hold(LABELS)
    carriers.hold(SHEETS)
    sheet = Sheet(stack, [3, 1, 2], but="; the printer kept every label")
    for already in range(4):
        right = {"state": "drawing", "done": already, "total": 3}
        begun = min(3, already + PLACES)
        stack.works(lambda begun=begun: len(carriers.asked(LABELS)) >= begun)
        stack.works(lambda already=already: already < 3 or carriers.waiting(SHEETS))
        stack.works(lambda right=right: sheet.looked(right))
        got = sheet.look()
        expect(
            sheet.is_seen(right),
            did=f"ordered a sheet of three labels, and asked for it when {already} of them were drawn"
            + ("; the printer kept the sheet" if already == 3 else ""),
            got=told(got),
            expected=told(right),
            meaning=lie(got, right) + raised(stack),
            line=line(stack),
        )
        carriers.release(1, path=LABELS)
    carriers.release(path=SHEETS)
    did = "ordered a sheet of three labels, and let the printer take them and the sheet"
    ended = sheet.ends(did=did, carriers=carriers)
    right = {"state": "done", "done": 3, "total": 3}
    expect(
        ended == {**ended, **right},
        did=did,
        got=told(ended),
        expected=told(right),
        meaning=lie(ended, right) + raised(stack),
        line=line(stack),
    )


@hints(
    "Who decides in which order the labels come to the task that joins them?",
    MANY + "says in which order the results of many tasks are handed on.",
    "Results stand in the order in which the tasks were made; what you collect yourself needs a place for each.",
)
def check_labels_stand_in_the_order_of_the_parcels(stack: Stack, carriers: Outside) -> None:
    """The labels stand in the order of the parcels, whichever was drawn first."""
    carriers.hold(LABELS)
    sheet = Sheet(stack, [2, 3, 1], but="; the printer kept every label")
    for already, parcel in enumerate((3, 1, 2), start=1):
        stack.works(lambda parcel=parcel: carriers.waiting(f"/printer/labels/{parcel}"))
        carriers.release(path=f"/printer/labels/{parcel}")
        stack.works(lambda already=already: sheet.looked({"done": already}))
    carriers.mend(latency=0)  # they may be drawn in any order
    did = "ordered a sheet of the parcels 2, 3 and 1; label 3 was drawn first, then 1, then 2"
    expect_order(sheet, carriers, [2, 3, 1], drawn_as=[3, 1, 2], did=did)
    carriers.forget()
    parcels = list(range(12, 0, -1))
    expect_order(
        Sheet(stack, parcels), carriers, parcels, did="ordered a sheet of twelve parcels, 12, 11, 10 and so on"
    )


@hints(
    "A label raises. Which task is sent then, and which line of yours notes it?",
    MANY + "says what becomes of the joining task when one of the many has failed, and who is told.",
    "Either the state of the joining task is asked for, or it has an `on_error`, or a `try` notes every end.",
)
def check_a_sheet_that_cannot_be_made_has_failed(stack: Stack, carriers: Outside) -> None:
    """When the printer refuses a label, or the sheet, the sheet has failed and says so."""
    carriers.mend(latency=0)
    for refused, what in (("/printer/labels/2", "the second label"), (SHEETS, "the sheet")):
        carriers.fail(refused)
        did = f"ordered a sheet of three labels; the printer answered 503 for {what}"
        ended = Sheet(stack, [3, 2, 1]).ends(did=did, carriers=carriers, refused=True)
        expect(
            ended["state"] == "failed",
            did=did,
            got=told(ended),
            expected="'failed'",
            meaning="The customer waits for a sheet that cannot come, and believes that it does.",
        )
        most = 3 if refused == SHEETS else 2
        expect(
            ended["done"] <= most,
            did=did,
            got=told(ended),
            expected=f"{most} of 3 at most",
            meaning="A label that was refused is counted as drawn: nobody has it.",
        )
        stack.works(lambda refused=refused: len(carriers.asked(refused)) > 1, patience=0.5)
        expect(
            len(carriers.asked(refused)) == 1,
            did=did,
            got=f"{len(carriers.asked(refused))} questions for {what}",
            expected="one",
            meaning="The customer was told that the sheet has failed, and it is tried again behind that: nothing is.",
        )
        holes = [call for call in carriers.asked(SHEETS) if refused != SHEETS]
        expect(
            not holes,
            did=did,
            got="a sheet was posted all the same",
            expected="no sheet",
            meaning="A sheet with a hole is no sheet: the customer believes that all labels are there.",
        )
        carriers.mend(latency=0)


@hints(
    "When is the last label of none drawn, and who notices?",
    MANY + "says what becomes of a join that has nothing to wait for.",
    "The task that joins is sent in any case, with an empty list.",
)
def check_a_sheet_of_nothing_is_done(stack: Stack, carriers: Outside) -> None:
    """A sheet of no parcels is done."""
    carriers.mend(latency=0)
    did = "ordered a sheet of no parcels"
    ended = Sheet(stack, []).ends(did=did, carriers=carriers)
    right = {"state": "done", "done": 0, "total": 0, "labels": []}
    expect(
        ended == right,
        did=did,
        got=str(ended),
        expected=str(right),
        meaning="Nothing is left to be drawn, so that the sheet is done.",
    )


@hints(
    "Which of your lines ask the broker or Redis, and on which thread do they wait for its answer?",
    "The section “Which line blocks, and how do I find it?” of the lesson on routes knows how to see that.",
    "A `def` route waits on a worker thread; in an `async def` one, such a call is handed to a thread.",
)
def check_a_silent_broker_keeps_nobody_else(stack: Stack, carriers: Outside) -> None:
    """While the broker is silent, others are served."""
    carriers.mend(latency=0)
    sheet = Sheet(stack, [1])
    sheet.ends(did="ordered a sheet of one label", carriers=carriers)
    for method, path in (("POST", "/sheets"), ("GET", f"/sheets/{sheet.number}")):
        stack.broker.pause()
        body: dict[str, Any] = {"json": {"parcels": [2]}} if method == "POST" else {}
        asked = stack.start(path, method=method, **body)
        stack.settles(lambda asked=asked: asked.over, patience=0.2)
        free = stack.blocked is None and stack.beats()
        expect(
            free,
            did=f"sent `{method} /sheets…` while the broker was silent, and asked for something else",
            got="no answer",
            expected="an answer at once",
            meaning="This line waits for the broker, and keeps the event loop meanwhile: nobody is served.",
            line=stack.line,
        )
        stack.broker.go_on()


@advice
def no_task_knows_of_the_others(code: Code) -> bool:
    """Well done: no task of yours knows how many others there are. The queue sends the last one when all are done."""
    return names(code, "chord") or names(code, "group")


@advice
def the_queue_can_count(code: Code) -> bool:
    """Good to know: a `chord` counts for you, also when a task is delivered twice, and tells when one has failed."""
    return not names(code, "chord") and not names(code, "group")


@advice
def the_process_forgets(code: Code) -> bool:
    """Worth changing: which sheets there are is kept in a dict of one process. Another web process knows none of it."""
    values = (node.value for node in code.tree.body if isinstance(node, ast.Assign | ast.AnnAssign))
    return any(isinstance(value, ast.Dict) and not value.keys for value in values)


def names(code: Code, name: str) -> bool:
    """Say whether a name stands in the code."""
    return any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(code.tree))


class Sheet:
    """A sheet of the answer, as its customer sees it."""

    def __init__(self, stack: Stack, parcels: list[int], *, but: str = "") -> None:
        """Order it."""
        self._stack, self._seen, self._asked = stack, dict[str, object](), 0.0
        sent = stack.start("/sheets", method="POST", json={"parcels": parcels})
        stack.settles_at_last(lambda: sent.over)
        reply = sent.reply
        data = reply.json if reply and isinstance(reply.json, dict) else {}
        expect(
            reply and reply.status == 202 and isinstance(data.get("sheet"), str | int),
            did=f"ordered a sheet of {len(parcels)} labels{but}",
            got=str(reply or sent.error or "no answer"),
            expected='202 {"sheet":"…"}',
            meaning="The customer must be answered at once, with a number to ask for, whatever the labels take."
            if reply is None
            else "An order is answered with 202, and a number under `sheet`.",
            line=stack.line if reply is None else None,
        )
        self.number = str(data["sheet"])

    def look(self) -> dict[str, object]:
        """Ask for it, and see that the answer is one."""
        reply = self._stack.get(f"/sheets/{self.number}")
        got = reply.json if isinstance(reply.json, dict) else {}
        expect(
            reply.status == 200
            and got.get("state") in ("drawing", *ENDS)
            and all(isinstance(got.get(key), int) for key in ("done", "total"))
            and (got["state"] != "done" or isinstance(got.get("labels"), list)),
            did="asked for a sheet that was ordered",
            got=str(reply),
            expected='200 {"state":"drawing","done":1,"total":2,"labels":[]}',
            meaning="A sheet answers with its `state`, one of the three, how many labels are `done`, of how many in "
            "`total`, and its `labels`.",
        )
        self._seen, self._asked = got, perf_counter()
        return {key: got.get(key) for key in ("state", "done", "total", "labels")}

    def looked(self, right: dict[str, object]) -> bool:
        """Say whether it is as it should be; ask when what is known is not quite new."""
        if perf_counter() - self._asked > PAUSE:
            self.look()
        return self.is_seen(right)

    def is_seen(self, right: dict[str, object]) -> bool:
        """Say whether it was as it should be, when it was last asked for."""
        return {**self._seen, **right} == self._seen

    def ends(self, *, did: str, carriers: Outside, refused: bool = False) -> dict[str, Any]:
        """Ask for it until it has ended; give what it then is. The line that was refused is not to blame."""
        for _ in range(ROUNDS):
            self._stack.finishes()
            if (ended := self.look())["state"] in ENDS:
                break
        expect(
            ended["state"] in ENDS,
            did=did,
            got=told(ended),
            expected="'done' or 'failed'",
            meaning=endless(self._stack, carriers, refused=refused),
            line=None if refused else line(self._stack),
        )
        return ended


def told(seen: dict[str, object]) -> str:
    """Say how far a sheet is."""
    return f"{seen['state']!r}, {seen['done']} of {seen['total']}"


def endless(stack: Stack, carriers: Outside, *, refused: bool) -> str:
    """Say why a sheet does not come to its end."""
    waiting = [task for task in stack.tasks() if not task.over]
    if any(task.state == "RETRY" for task in waiting):
        return f"A task is tried again and again, or much later: the customer asks for ever.{raised(stack)}"
    if waiting and not any(task.stretches for task in waiting):
        return "No worker takes these tasks: they wait in a queue that it does not serve."
    if len(waiting) > PLACES and not carriers.waiting():
        return (
            "All places of the workers are taken by tasks that wait for others, and those wait for a place: each waits "
            "for the other, for ever."
        )
    if stack.failures:
        return f"The customer asks for ever: a task has failed, and nobody hears of it.{raised(stack)}"
    if refused and not posted(carriers):
        return (
            "The customer asks for ever: a label was refused, and the sheet does not say so. Either nobody has noted "
            "it, or somebody has noted something else afterwards."
        )
    if not posted(carriers):
        return "The customer asks for ever: nobody joins the labels when all of them are there."
    return "The customer asks for ever: the sheet is posted, and nobody says so."


def lie(got: dict[str, object], right: dict[str, object]) -> str:
    """Say in what a sheet does not tell the truth."""
    if got["state"] == "failed":
        return "Nothing has been refused, and the sheet says that it has failed."
    if got["state"] == "done" and right["state"] == "drawing":
        return "The sheet says that it is done, and it is not posted yet."
    if got["total"] != right["total"]:
        return "`total` is how many labels were ordered."
    if int(str(got["done"])) > int(str(right["done"])):
        return "A label that is still at the printer is counted as drawn."
    if int(str(got["done"])) < int(str(right["done"])):
        return (
            "What is drawn is not counted at once, or where the app cannot see it: every process of a worker has a "
            "memory of its own, and the app another."
        )
    return "`state` is `drawing` until the sheet is posted, and `done` then."


def raised(stack: Stack) -> str:
    """Say what a task raised last, to go on with after a meaning; nothing where none did."""
    return f" A task raised `{stack.failures[-1]['message'].splitlines()[0]}`." if stack.failures else ""


def line(stack: Stack) -> int | None:
    """Give the line of the answer on which a task raised last."""
    return stack.failures[-1]["line"] if stack.failures else None


def expect_held(stack: Stack, carriers: Outside, places: int, *, did: str) -> None:
    """See that the printer keeps as many labels at once as there are places."""
    stack.works(lambda: len(carriers.waiting(LABELS)) >= places)
    stack.works(lambda: len(carriers.waiting(LABELS)) > places, patience=0.2)
    held = len(carriers.waiting(LABELS))
    expect(
        held == places,
        did=did,
        got=f"{held} labels at the printer at once",
        expected=str(places),
        meaning=(
            "A worker's place stands still, or is kept by a task that waits, and labels wait for it."
            if held < places
            else "One task draws several labels at once: the printer gets more than the workers have places."
        ),
        line=line(stack),
    )


def expect_order(
    sheet: Sheet, carriers: Outside, parcels: list[int], *, drawn_as: list[int] | None = None, did: str
) -> None:
    """See that the customer, and the printer, have the labels in the order of the parcels."""
    told = sheet.ends(did=did, carriers=carriers)["labels"]
    sheets = carriers.asked(SHEETS)
    for labels, what in ((told, "`labels`"), (sheets[-1].json if sheets else None, "the sheet that was posted")):
        expect(
            labels == labels_of(parcels),
            did=did,
            got=f"{what}: {labels}"[:200],
            expected=f"{labels_of(parcels)}"[:200],
            meaning="The labels stand in the order in which they were drawn, and that is another one every time."
            if drawn_as and labels == labels_of(drawn_as)
            else "The customer reads the sheet beside the order: the first label is that of the first parcel.",
        )


def labels_of(parcels: list[int]) -> list[str]:
    """Give the label of each parcel."""
    return [f"label {parcel}" for parcel in parcels]


def drawn(carriers: Outside) -> list[int]:
    """Give the parcel of every label that the printer was asked for, in the order of their numbers."""
    return sorted(int(call.place.rsplit("/", 1)[-1]) for call in carriers.asked(LABELS))


def posted(carriers: Outside) -> list[str]:
    """Give the number of every sheet that the printer was given."""
    return [call.place.rsplit("/", 1)[-1] for call in carriers.asked(SHEETS)]
