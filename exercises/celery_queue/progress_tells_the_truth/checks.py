"""Whenever a mailing is asked for, it tells how many letters are sent, and a refused letter turns nothing back."""

from collections import Counter
from time import perf_counter
from typing import Any

from unblocked.grading import Code, Outside, Pending, Reply, Stack, advice, expect, hints

MAIL = "/mail/*"
FIRST, SECOND = "/mail/customer/1", "/mail/customer/2"
STATES = ("waiting", "sending", "done")
REFUSED = 5
"""So often a letter is refused: more often than Celery tries again by itself."""

OFTEN = 500
"""So often a task was tried already when its letter is refused once more."""

SOON = 0.21
"""Seconds until the next try at the most, told to `retry`."""

BACKWARDS = (
    "What is sent stays sent, and the progress runs backwards: the numbers went with the state that had them, or every "
    "try counts anew."
)
PAUSE = 0.1
"""Seconds between two questions for a mailing."""

WHERE = "The section “Where is my task?” "


@hints(
    "What is kept of a task that has returned, and who puts the numbers there?",
    WHERE + "shows what a result has in each state.",
    "The last state needs the numbers as well: the task returns them, or they are kept where no state touches them.",
)
def check_a_mailing_ends_with_all_its_letters(stack: Stack, carriers: Outside) -> None:
    """A mailing's letters are sent in their order, each once, and in the end it is done, with all of them."""
    carriers.mend(latency=0)
    did = "sent a mailing of three letters, and asked for it when it was over"
    told = begun(stack, 3).ends(did=did)
    expect(
        told == {"state": "done", "done": 3, "total": 3},
        did=did,
        got=f"{told}{raised(stack)}",
        expected="{'state': 'done', 'done': 3, 'total': 3}",
        meaning=no_end(stack, carriers, told),
        line=line_of(stack),
    )
    sent = [call.place for call in carriers.asked(MAIL)]
    expect(
        sent == [f"/mail/customer/{customer}" for customer in (1, 2, 3)],
        did="sent a mailing of three letters, and looked what came to the mail",
        got=listed(carriers),
        expected="letters 1, 2 and 3, in this order",
        meaning="Every customer gets one letter, and the next is sent when the mail has taken the one before.",
    )


@hints(
    "Between which two of your lines is a letter sent, and on which side of it is it counted?",
    WHERE + "has a task that tells how far it is.",
    "What is counted is sent. Before the first letter, that is none, of as many as there are.",
)
def check_every_letter_is_counted_when_it_is_sent(stack: Stack, carriers: Outside) -> None:
    """At every moment a mailing tells how many of its letters the mail has taken."""
    carriers.hold(MAIL)
    mailing = begun(stack, 3)
    for already in range(3):
        did = f"sent a mailing of three letters, and asked for it when the mail had taken {already} of them"
        held = f"/mail/customer/{already + 1}"
        come = stack.works(lambda held=held: carriers.waiting(held))
        expect(
            come,
            did=f"sent a mailing of three letters; the mail took {already} of them",
            got=f"no letter {already + 1} at the mail{raised(stack)}",
            expected=f"letter {already + 1}",
            meaning="Letters are sent one after the other, to customer 1, 2 and so on, each when the last one is out.",
            line=line_of(stack),
        )
        expect_told(mailing, did, {"state": "sending", "done": already, "total": 3})
        carriers.release(1, path=held)
    did = "sent a mailing of three letters, and let the mail take them all"
    told, right = mailing.ends(did=did), {"state": "done", "done": 3, "total": 3}
    expect(told == right, did=did, got=str(told), expected=str(right), meaning=lie(told, right))


@hints(
    "Which of your lines tells how far the mailing is, and does it run when there is no letter?",
    WHERE + "shows what a result has of which nobody has told anything.",
    "A mailing of no letters is done like any other: none of none. Its numbers come from somewhere, too.",
)
def check_an_empty_mailing_is_done(stack: Stack, carriers: Outside) -> None:
    """A mailing of no letters ends like any other: none of none are sent."""
    carriers.mend(latency=0)
    did = "sent a mailing of no letters, and asked for it when it was over"
    told, right = begun(stack, 0).ends(did=did), {"state": "done", "done": 0, "total": 0}
    expect(
        told == right,
        did=did,
        got=f"{told}{raised(stack)}",
        expected=str(right),
        meaning="What a task tells in its loop is not told when there is no letter: a mailing of none is none of none.",
        line=line_of(stack),
    )


@hints(
    "With which arguments is a task tried again, when, and how often?",
    "The section “The worker dies. How often is the customer charged?” has a task that is tried again.",
    "The next try has to know how far the one before came: from its arguments, or from where that is kept.",
)
def check_a_refused_letter_is_tried_again_and_no_other(stack: Stack, carriers: Outside) -> None:
    """A letter that the mail refuses is tried again until the mail takes it, and no other letter is sent twice."""
    carriers.mend(latency=0)
    carriers.fail(SECOND)
    mailing = begun(stack, 3)
    tries = f"sent a mailing of three letters; the mail refused the second {REFUSED} times"
    for tried in range(1, REFUSED + 1):  # each has a patience of its own: between two, all rests
        if not stack.works(lambda tried=tried: len(carriers.asked(SECOND)) >= tried or len(carriers.asked(FIRST)) > 1):
            break
    expect_no_letter_twice(carriers, did=tries, but=SECOND)
    expect(
        len(carriers.asked(SECOND)) >= REFUSED,
        did=tries,
        got=f"{len(carriers.asked(SECOND))} tries{raised(stack)}",
        expected="that it is tried again, as often as it takes",
        meaning=no_try(stack, len(carriers.asked(SECOND))),
        line=line_of(stack),
    )
    late = [each["again_in"] for each in stack.failures if (each["again_in"] or 0) > SOON]
    expect(
        not late,
        did=tries,
        got=f"a try that comes {late[0]:g} s after the one before it" if late else "",
        expected="0.2 s at most",
        meaning="Each try waits for longer than the one before: the mail may take letters again, and nobody asks it.",
        line=line_of(stack),
    )
    carriers.mend(latency=0)
    did = f"{tries}, and then took it"
    told, right = mailing.ends(did=did), {"state": "done", "done": 3, "total": 3}
    expect_no_letter_twice(carriers, did=did, but=SECOND)
    expect(
        told == right,
        did=did,
        got=f"{told}{raised(stack)}",
        expected=str(right),
        meaning="The letter was taken at last: under the id that its customer has, the mailing has to come to its end, "
        "with all of its letters.",
        line=line_of(stack),
    )
    expect_no_last_try(stack, carriers)


@hints(
    "What does a result have while its task waits for the next try, and when that has begun?",
    WHERE + "shows what a result has in each state.",
    "No state of Celery may take the numbers with it: what all of them need is kept where none of them writes.",
)
def check_a_refusal_turns_no_number_back(stack: Stack, carriers: Outside) -> None:
    """Between two tries, and in the next, a mailing tells how many letters are sent, as does every other of its own."""
    carriers.hold(MAIL)
    mailing = begun(stack, 3)
    stack.works(lambda: len(carriers.waiting(FIRST)) == 1)
    other = begun(stack, 1)
    stack.works(lambda: len(carriers.waiting(FIRST)) == 2)  # so many processes the worker has
    third = begun(stack, 1)
    expect_told(third, "sent three mailings to a worker that works on two, and asked for the third",
                {"state": "waiting", "done": 0, "total": None})  # fmt: skip
    carriers.fail(SECOND)
    carriers.release(1, path=FIRST)
    # The third takes the place of the first, so that this waits for its next try until we let it go on.
    stack.works(lambda: len(carriers.asked(FIRST)) > 2 or len(carriers.asked(SECOND)) > 1)
    did = "sent a mailing of three letters; the mail took the first and refused the second; asked for it "
    right = {"state": "sending", "done": 1, "total": 3}
    expect_told(mailing, did + "before the next try", right, but="waiting", fewer=BACKWARDS)
    expect_told(other, "sent another mailing, whose only letter the mail still kept, and asked for it",
                {"state": "sending", "done": 0, "total": 1})  # fmt: skip
    carriers.hold(SECOND)
    carriers.release(2, path=FIRST)
    stack.works(lambda: carriers.waiting(SECOND))
    expect_no_letter_twice(carriers, did=did + "in the next try", but=SECOND, mailings=3)
    expect(
        carriers.waiting(SECOND),
        did="sent a mailing of three letters; the mail took the first, refused the second once, and waited",
        got=f"no second try{raised(stack)}",
        expected="that it is tried again",
        meaning=no_try(stack, len(carriers.asked(SECOND))),
        line=line_of(stack),
    )
    expect_told(mailing, did + "in the next try", right, fewer=BACKWARDS)
    carriers.mend(latency=0)
    did = "sent a mailing of three letters, of which one was refused once, and asked for it when it was over"
    told, right = mailing.ends(did=did), {"state": "done", "done": 3, "total": 3}
    expect(told == right, did=did, got=str(told), expected=str(right), meaning=lie(told, right))


@advice
def a_letter_is_refused_for_ever(_: Code) -> bool:
    """Good to know: a letter that is refused for ever is tried for ever. In production there is a last try."""
    return True


@advice
def the_numbers_have_a_home(code: Code) -> bool:
    """Well done: the numbers have a home of their own, which no state of Celery touches."""
    return code.uses("redis.Redis.from_url", "redis.from_url")


class Mailing:
    """A mailing of the answer, as its customer sees it."""

    def __init__(self, stack: Stack, letters: int, number: str) -> None:
        self._stack, self.letters, self.number = stack, letters, number
        self._last: dict[str, Any] = {"state": "waiting", "done": 0, "total": None}
        self._asked = 0.0

    def look(self, *, did: str) -> dict[str, Any]:
        """Ask for it, and see that the answer is one, and takes nothing back."""
        path = f"/mailings/{self.number}"
        reply = soon(self._stack, self._stack.start(path), did=did, meaning="Whoever asks must not wait for the mail.")
        got = reply.json if isinstance(reply.json, dict) else {}
        expect(
            reply.status == 200
            and got.get("state") in STATES
            and is_count(got.get("done"))
            and (got.get("total") is None or is_count(got["total"])),
            did=did,
            got=str(reply),
            expected='200 {"state":"sending","done":1,"total":3}, with one of `waiting`, `sending` and `done`',
            meaning=no_numbers(self._stack, reply),
        )
        now: dict[str, Any] = {each: got.get(each) for each in ("state", "done", "total")}
        expect(
            now["done"] >= self._last["done"],
            did=did,
            got=f"{self._last}, then {now}",
            expected=f"at least {self._last['done']} done",
            meaning=BACKWARDS,
        )
        expect(
            now["done"] <= self.letters,
            did=did,
            got=str(now),
            expected=f"at most {self.letters} done",
            meaning="The customer hears of more letters than there are.",
        )
        self._last, self._asked = now, perf_counter()
        return now

    def ends(self, *, did: str) -> dict[str, Any]:
        """Ask for it until it is done, or all rests; give what it then is."""
        self._stack.finishes()
        self._stack.works(lambda: self._has_ended(did))
        return self.look(did=did)

    def _has_ended(self, did: str) -> bool:
        """Say whether it has; ask when that is not quite new: somebody who asks without a pause is never at rest."""
        if perf_counter() - self._asked > PAUSE:
            self.look(did=did)
        return bool(self._last["state"] == "done")


def begun(stack: Stack, letters: int) -> Mailing:
    """Send a mailing, and see that its customer gets an id."""
    did = f"sent `POST /mailings` for {letters} letters"
    sent = stack.start("/mailings", method="POST", json={"letters": letters})
    reply = soon(stack, sent, did=did, meaning="The customer waits for the mail: a line of the route does.")
    number = reply.json.get("mailing") if isinstance(reply.json, dict) else None
    expect(
        reply.status == 202 and isinstance(number, str | int) and number != "",
        did=did,
        got=str(reply),
        expected='202 {"mailing":"…"}',
        meaning="A mailing is accepted with 202, and `mailing` says by which id it is asked for.",
    )
    return Mailing(stack, letters, str(number))


def soon(stack: Stack, sent: Pending, *, did: str, meaning: str) -> Reply:
    """Give the reply to a request, which has to come whatever the mail does."""
    stack.settles_at_last(lambda: sent.over)
    expect(
        sent.reply,
        did=did,
        got=sent.error or "no answer",
        expected="an answer at once",
        meaning=f"{meaning} It keeps the event loop's only thread as well." if stack.blocked else meaning,
        line=stack.line,
    )
    assert sent.reply is not None
    return sent.reply


def expect_told(mailing: Mailing, did: str, right: dict[str, Any], *, but: str = "", fewer: str = "") -> None:
    """See that a mailing tells this; `but` is another state that is right, too, `fewer` says what too few mean."""
    told = mailing.look(did=did)
    if right["total"] is None and told["total"] is not None:
        right = right | {"total": mailing.letters}
    fits = told | {"state": right["state"] if told["state"] == but else told["state"]}
    expect(
        fits == right,
        did=did,
        got=str(told),
        expected=str(right),
        meaning=(told["done"] < right["done"] and fewer) or lie(told, right),
    )


def expect_no_letter_twice(carriers: Outside, *, did: str, but: str, mailings: int = 1) -> None:
    """See that the mail got no letter twice which it had taken; `mailings` have a letter to the first customer."""
    counts = Counter(call.place for call in carriers.asked(MAIL) if call.place != but)
    counts[FIRST] -= mailings - 1
    expect(
        max(counts.values()) <= 1,
        did=did,
        got=listed(carriers),
        expected="every other letter once",
        meaning="A try that begins with the first letter sends what the mail has taken: a customer has two letters.",
    )


def expect_no_last_try(stack: Stack, carriers: Outside) -> None:
    """See that a task that was tried very often is tried again."""
    stack.worker.kill()
    carriers.forget()
    carriers.fail(FIRST)
    mailing = begun(stack, 1)
    stack.give([message.tried(OFTEN) for message in stack.take()])
    stack.hire()
    stack.works(lambda: len(carriers.asked(FIRST)) > 1)
    did = f"sent a mailing of one letter, whose task was tried {OFTEN} times already; the mail refused it once more"
    expect(
        len(carriers.asked(FIRST)) > 1,
        did=did,
        got=f"{len(carriers.asked(FIRST))} more tries{raised(stack)}",
        expected="that it is tried again, as often as it takes",
        meaning="The task was given up: a mail that is away for an hour costs more tries than `max_retries` allows.",
        line=stack.failures[-1]["line"] if stack.failures else None,
    )
    carriers.mend(latency=0)
    mailing.ends(did=did)


def no_numbers(stack: Stack, reply: Reply) -> str:
    """Say what it means that a mailing is answered like this."""
    if reply.status == 500 and any(task.state == "RETRY" for task in stack.tasks()):
        return "Between two tries, a result has an exception in the place of the numbers."
    if reply.status == 500:
        return "What Celery has under `result` or `info` depends on the state; where nothing was told, it is `None`."
    return "A mailing answers with its `state`, in Parcel's words, and with two numbers."


def no_end(stack: Stack, carriers: Outside, told: dict[str, Any]) -> str:
    """Say why a mailing whose letters the mail has taken is not told of so."""
    if not stack.tasks():
        return "No task was ever sent: a worker sends only what it finds in the queue."
    if not carriers.asked("/mail/customer/3"):
        return "The letters go to the customers 1 to n, and not all of them were sent."
    if told["state"] != "done":
        return "All letters are sent, and the mailing does not say that it is done: the customer waits for ever."
    return (
        "All letters are sent, and the numbers do not say so: what `update_state` kept is gone with the next state, "
        "and what a variable in the worker counts, no other process sees."
    )


def no_try(stack: Stack, tries: int) -> str:
    """Say why a letter that was refused is not tried again."""
    if any(task.state == "RETRY" for task in stack.tasks()):
        return "The next try is set for much later: Celery waits 180 seconds, or as `countdown` says."
    if tries > 1 and any(task.state == "FAILURE" for task in stack.tasks()):
        return "The task was given up: Celery tries three times again, or as often as `max_retries` says."
    if tries > 1:
        return "As often as it takes means until the mail has taken it: here, somebody has stopped before."
    return "A task that raises, or goes on with the next letter, is not tried again: it has to ask for that."


def lie(told: dict[str, Any], right: dict[str, Any]) -> str:
    """Say in what a mailing does not tell the truth."""
    if told["total"] not in (None, right["total"]):
        return "`total` is how many letters this mailing has; while it waits and nobody knows, that is `null`, not 0."
    if told["done"] > right["done"]:
        return "A letter that is being sent is counted as sent, or one of another mailing: the mail has not taken it."
    if told["done"] < right["done"]:
        return "A letter that is sent is not counted at once: the customer sees nothing move."
    if right["state"] == "waiting":
        return "No worker has begun with this mailing, and the customer hears that it is being sent."
    if told["state"] == "done":
        return "The mail still keeps a letter, and the customer hears that the mailing is done."
    return "A worker has the mailing, and the customer hears nothing of that: it tells before the first letter, too."


def is_count(value: object) -> bool:
    """Say whether it is a number of letters."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def listed(carriers: Outside) -> str:
    """Name the letters that came to the mail, in their order."""
    numbers = [call.place.rpartition("/")[2] for call in carriers.asked(MAIL)]
    return f"letters {', '.join(numbers)}" if numbers else "no letter"


def raised(stack: Stack) -> str:
    """Say what a task raised, to go on with after what came back."""
    return f"; the task raised `{stack.failures[0]['message'].splitlines()[0]}`" if stack.failures else ""


def line_of(stack: Stack) -> int | None:
    """Give the line of the answer on which a task raised."""
    return stack.failures[0]["line"] if stack.failures else None
