"""However often a charge is asked for, and by whomever, the bank knows it as one, and its order says how it ended."""

import ast
from time import perf_counter

from unblocked.grading import Code, Outside, Stack, advice, expect, hints
from unblocked.grading.checking import Unmet

ONCE = "The section “The worker dies. How often is the customer charged?” "
BANK = "/bank/charges/{}"
CENTS = 500
KEY = "idempotency-key"

MOST = 10
"""So often an order may be tried."""

PAUSE = 0.1
"""Seconds between two questions for an order."""

SOON = 0.21
"""Seconds until the next try at the most, told to `retry`."""

LONGER = 4.0
"""Seconds for what comes after some tries, each a short while after the one before, or after a redelivery."""


@hints(
    "What does the bank see of a charge, and what of it is the same when it is asked again?",
    ONCE + "has a header by which a bank knows a charge that it has had.",
    "A header `Idempotency-Key` with a key that follows from the order, the one that the customer is told.",
)
def check_an_order_is_charged_under_its_key(stack: Stack, carriers: Outside) -> None:
    """An order is charged under the key that its customer is told, no other order has it, and its state says when."""
    carriers.mend(latency=0)
    carriers.hold(BANK.format("*"))
    told = {order: ordered(stack, order) for order in (7, 8)}
    did = f"sent `POST /orders/7` and `POST /orders/8`, both of {CENTS} cents; the bank kept its answers"
    stack.works(lambda: all(keys(carriers, order) for order in told), patience=LONGER)
    expect_asked(stack, carriers, 7, did=did)
    for order, key in told.items():
        expect_key(carriers, order, key, did=did)
    expect(
        told[7] != told[8],
        did=did,
        got=f"the key `{told[7]}` for both",
        expected="a key for each order",
        meaning="To the bank the second order is a charge that it has had: it takes no money for it.",
    )
    stack.works(lambda: carriers.asked(BANK.format(7))[0].body)  # it comes behind the headers
    asked = carriers.asked(BANK.format(7))[0].json
    expect(
        asked == {"cents": CENTS},
        did=did,
        got=f"{asked} in the bank's hands",
        expected=f'{{"cents": {CENTS}}}',
        meaning="The bank takes what it is told to.",
    )
    expect_state(stack, 7, "charging", did=did)
    carriers.release()
    expect_end(stack, 7, "charged", did="sent `POST /orders/7`, and let the bank answer")


@hints(
    "What does your task do when the bank's answer is lost, and which key has its next try?",
    ONCE + "breaks the bank's connection, and counts the charges.",
    "`self.retry(exc=…, countdown=0.1)`, or `autoretry_for` with a delay; and a key that no try makes for itself.",
)
def check_a_lost_answer_is_asked_for_again(stack: Stack, carriers: Outside) -> None:
    """When the bank's answer is lost, it is asked again under the same key, and the order is charged in the end."""
    carriers.mend(latency=0)
    carriers.hold(BANK.format(7))
    key = ordered(stack, 7)
    did = "sent `POST /orders/7`; the bank took the charge, and its answer was lost"
    stack.works(lambda: keys(carriers, 7), patience=LONGER)
    expect_asked(stack, carriers, 7, did=did)
    carriers.drop(BANK.format(7))
    stack.works(lambda: len(keys(carriers, 7)) > 1, patience=LONGER / 2)
    if len(keys(carriers, 7)) == 1 and Order(stack, 7).look() == "charged":
        expect_state(stack, 7, "charging", did=f"{did}; asked for the order when nobody asked the bank again")
    expect_again(stack, carriers, 7, did=did, but="no second try", meaning=NEVER)
    expect_key(carriers, 7, key, did=did)
    expect_state(stack, 7, "charging", did=f"{did}; asked for the order while the bank had the second try")
    carriers.release()
    expect_end(stack, 7, "charged", did=f"{did}; the second try was answered")


@hints(
    "What is left of a try when its worker is killed, and who looks at that?",
    ONCE + "kills a worker in the midst of a charge.",
    "Nothing that a try sets before it asks may keep the next from asking. The key is protection enough.",
)
def check_a_killed_worker_costs_no_charge(stack: Stack, carriers: Outside) -> None:
    """When a worker is killed while the bank is asked, the charge is asked for again, 2 s later, under the same key."""
    carriers.mend(latency=0)
    carriers.hold(BANK.format(7))
    key = ordered(stack, 7)
    did = "sent `POST /orders/7`; killed the worker while the bank was asked, and started another one"
    stack.works(lambda: keys(carriers, 7), patience=LONGER)
    expect_asked(stack, carriers, 7, did=did)
    before = len(keys(carriers, 7))
    stack.worker.kill()
    stack.hire()
    stack.works(lambda: len(keys(carriers, 7)) > before, patience=LONGER)
    expect(
        len(keys(carriers, 7)) > before,
        did=did,
        got="no second try",
        expected="one under the same key",
        meaning="What a killed worker has begun stays begun: either the broker was told that the task is done, or "
        "something that the first try has set keeps the second from asking. Nobody knows whether the money was taken.",
    )
    expect_key(carriers, 7, key, did=did)
    carriers.release()
    expect_end(stack, 7, "charged", did=f"{did}; the bank answered the second try")


@hints(
    "A double click is two requests. What have they in common, and is that what your key is made of?",
    ONCE + "says which ids a message, a task and a try have, and which of them a double click shares.",
    "A key made of the order; or one that is made once and kept under the order's number. No try writes over "
    "`charged`.",
)
def check_a_double_click_is_one_charge(stack: Stack, carriers: Outside) -> None:
    """When the same order comes twice, at once and later, it is one charge to the bank."""
    carriers.mend(latency=0)
    carriers.hold(BANK.format(7))
    told = [ordered(stack, 7) for _ in range(2)]
    did = "sent `POST /orders/7` twice; the bank kept its answers"
    stack.works(lambda: len(keys(carriers, 7)) > 1, patience=0.5)  # it may as well be asked once
    expect_asked(stack, carriers, 7, did=did)
    expect(
        len({*told, *keys(carriers, 7)}) == 1,
        did=did,
        got=f"{listed([*told, *keys(carriers, 7)])} as keys, told and used",
        expected="one key for all of them",
        meaning="To the bank these are two charges, and the customer has paid twice. A key that is made for each "
        "request, task or try is another one for each click.",
    )
    carriers.release()
    expect_end(stack, 7, "charged", did=f"{did}, then gave them")
    for later, meaning in (
        ("when it was charged", "An order that is charged has its key for ever: whoever forgets it pays twice."),
        (
            "when the app had been killed and was started anew, and the bank answered 503",
            "What this process remembers no other knows, and it dies with it: where the key follows from the order, or "
            "is kept in the store, all processes have the same.",
        ),
    ):
        if len(told) == 3:
            stack.renew()
            carriers.fail(BANK.format(7))  # whoever asks for a charge that is paid must not learn from that
        before = len(keys(carriers, 7))
        told.append(ordered(stack, 7))
        stack.works(lambda n=before: len(keys(carriers, 7)) > n, patience=0.3)
        expect(
            len({*told, *keys(carriers, 7)}) == 1,
            did=f"{did}; gave them, and sent `POST /orders/7` once more {later}",
            got=f"{listed([*told, *keys(carriers, 7)])} as keys, told and used",
            expected="the same key",
            meaning=meaning,
        )
        if len(told) > 3 and len(keys(carriers, 7)) > before:
            stack.finishes(patience=LONGER)
        expect_end(stack, 7, "charged", did=f"sent `POST /orders/7` once more {later}")


@hints(
    "Which exception is 402 to your code, and what does it do with it?",
    ONCE + "says of which failures a second try can make something else.",
    "A look at the status before `raise_for_status`, or at `error.response.status_code` after it.",
)
def check_a_refused_card_is_not_tried_again(stack: Stack, carriers: Outside) -> None:
    """A card that the bank refuses is not tried again, and the order says so."""
    carriers.mend(latency=0)
    carriers.fail(BANK.format(7), status=402)
    ordered(stack, 7)
    did = "sent `POST /orders/7`; the bank answered 402"
    stack.works(lambda: keys(carriers, 7), patience=LONGER)
    expect_asked(stack, carriers, 7, did=did)
    stack.works(lambda: len(keys(carriers, 7)) > 1, patience=0.5)
    expect(
        len(keys(carriers, 7)) == 1,
        did=did,
        got=f"{len(keys(carriers, 7))} tries",
        expected="one",
        meaning="402 is an answer and no failure: the bank has refused the card, and will again. A bank that is asked "
        "all the same locks it.",
    )
    expect_end(stack, 7, "refused", did=did)


@hints(
    "What comes after the last try, and which line of yours runs then?",
    ONCE + "says what `retry` raises when there are no tries left.",
    "`self.request.retries` counts; or `on_failure` of the task. There the state becomes `failed`.",
)
def check_a_bank_that_stays_away_is_given_up(stack: Stack, carriers: Outside) -> None:
    """When the bank answers 503 for ever, it is asked more than once, not for ever, and then the order has failed."""
    carriers.mend(latency=0)
    carriers.fail(BANK.format(7))
    key = ordered(stack, 7)
    did = "sent `POST /orders/7`; the bank answered 503, whenever it was asked"
    expect_again(stack, carriers, 7, did=did, but="one try", meaning=NEVER)
    order = Order(stack, 7)
    stack.works(lambda: order.looked() == "failed" or len(keys(carriers, 7)) > MOST, patience=LONGER)
    late = [(each["again_in"], each["line"]) for each in stack.failures if (each["again_in"] or 0) > SOON]
    expect(
        not late,
        did=did,
        got=f"a try that comes {late[0][0]:g} s after the one before it" if late else "",
        expected="0.2 s at most",
        meaning="Who looks after the order waits for each try. A backoff counts in whole seconds where nothing else "
        "is said, and doubles.",
        line=late[0][1] if late else None,
    )
    expect(
        len(keys(carriers, 7)) <= MOST,
        did=did,
        got=f"{len(keys(carriers, 7))} tries, and more to come",
        expected=f"{MOST} at most",
        meaning="A charge that is tried for ever keeps its customer waiting and the workers busy until somebody looks.",
    )
    expect_end(stack, 7, "failed", did=did)
    expect_key(carriers, 7, key, did=did)


@advice
def the_key_is_not_for_this_bank_only(_: Code) -> bool:
    """Good to know: at least once, and a receiver that knows what it has had, is all that “exactly once” can be."""
    return True


@advice
def a_hash_is_of_one_process(code: Code) -> bool:
    """Worth changing: `hash` of a text is another number in each process that starts; that of numbers is not."""
    return code.uses("hash")


@advice
def a_task_that_sleeps_keeps_its_worker(code: Code) -> bool:
    """Worth changing: a task that sleeps between two tries keeps its place. `retry` gives it back to the others."""
    return any(isinstance(node, ast.Attribute | ast.Name) and name_of(node) == "sleep" for node in ast.walk(code.tree))


NEVER = (
    "The bank may have the money or not, and nobody asks: a task that fails is not tried again by itself, and `retry` "
    "waits three minutes where no delay is given."
)

TRUTH = {
    "charging": "An order must not say how it ended as long as it may end in another way: who reads `failed` pays "
    "elsewhere, and the next try succeeds; who reads `charged` may have paid nothing.",
    "charged": "The bank has taken the money, and the order does not say so, or no longer: what is paid stays paid, "
    "whatever becomes of another try.",
    "refused": "The customer must hear that it is the card.",
    "failed": "The charge is given up, and the order does not say so: the customer waits for ever. When no tries are "
    "left, `retry` raises the `exc` that it was given, and `MaxRetriesExceededError` only where it was given none.",
}
"""Every state, and what it means that an order is not in it."""


class Order:
    """An order, as a customer sees it who asks for it again and again."""

    def __init__(self, stack: Stack, number: int) -> None:
        self._stack, self._number = stack, number
        self._asked, self._seen = 0.0, ""

    def look(self) -> str:
        """Ask for its state."""
        self._asked = perf_counter()
        reply = self._stack.get(f"/orders/{self._number}")
        state = reply.json.get("state") if isinstance(reply.json, dict) else None
        expect(
            reply.status == 200 and state in TRUTH,
            did=f"asked for `/orders/{self._number}`",
            got=str(reply),
            expected='200 {"state":"charging"}',
            meaning="An order that was taken has a `state`, one of the four.",
        )
        self._seen = str(state)
        return self._seen

    def looked(self) -> str:
        """Say what is known of its state; ask when that is not quite new."""
        return self.look() if perf_counter() - self._asked > PAUSE else self._seen


def ordered(stack: Stack, order: int) -> str:
    """Send an order, and give the key that the customer is told."""
    sent = stack.start(f"/orders/{order}", method="POST", json={"cents": CENTS})
    did = f"sent `POST /orders/{order}`"
    if not stack.comes(lambda: sent.over):
        raise Unmet(
            did=did,
            got="no answer",
            expected='202 {"charge":"…"}',
            meaning="The customer waits for the bank: a worker asks it, not the request.",
            line=stack.line or stack.whereabouts().line,
            hung=True,
        )
    reply = sent.finish()
    key = reply.json.get("charge") if isinstance(reply.json, dict) else None
    expect(
        reply.status == 202 and isinstance(key, str) and key,
        did=did,
        got=str(reply),
        expected='202 {"charge":"…"}',
        meaning=f"An order is answered with 202, and its key under `charge`.{stack.behind(reply)}",
    )
    return str(key)


def expect_asked(stack: Stack, carriers: Outside, order: int, *, did: str) -> None:
    """See that the bank was asked at all."""
    failures = stack.failures
    expect(
        keys(carriers, order),
        did=did,
        got=f"a task that raised `{failures[0]['message']}`" if failures else "no charge at the bank",
        expected="one",
        meaning="A worker has to ask the bank.",
        line=failures[0]["line"] if failures else None,
    )


def expect_again(stack: Stack, carriers: Outside, order: int, *, did: str, but: str, meaning: str) -> None:
    """See that the bank is asked again."""
    stack.works(lambda: len(keys(carriers, order)) > 1, patience=LONGER / 2)
    lines = [each["line"] for each in stack.failures if each["line"]]
    expect(
        len(keys(carriers, order)) > 1,
        did=did,
        got=but,
        expected="another try, after at most 0.2 s",
        meaning=meaning,
        line=lines[-1] if lines else None,
    )


def expect_key(carriers: Outside, order: int, key: str, *, did: str) -> None:
    """See that every try of an order had the key that the customer was told."""
    used = keys(carriers, order)
    expect(
        set(used) == {key},
        did=did,
        got=f"the customer was told `{key}`, the bank was asked under {listed(used)}",
        expected="the same key at every try",
        meaning="Without a header `Idempotency-Key` the bank cannot know a charge that it has had: each try is paid."
        if "" in used
        else "To the bank each key is a charge: this order is paid more than once. A key that a try makes for itself "
        "is another one at the next."
        if len(set(used)) > 1
        else "The bank knows another key than the customer. What a task makes for itself is known to nobody else, and "
        "is another one at the next try.",
    )


def expect_state(stack: Stack, order: int, state: str, *, did: str) -> None:
    """See that an order is in a state now."""
    got = Order(stack, order).look()
    expect(got == state, did=did, got=f"`{got}`", expected=f"`{state}`", meaning=TRUTH[state])


def expect_end(stack: Stack, order: int, state: str, *, did: str) -> None:
    """See that an order comes to a state and stays in it."""
    seen = Order(stack, order)
    stack.works(lambda: seen.looked() == state, patience=LONGER)
    stack.rests()
    expect_state(stack, order, state, did=f"{did}; asked for the order")


def keys(carriers: Outside, order: int) -> list[str]:
    """Give the key of every try of an order; nothing where it had none."""
    return [call.headers.get(KEY, "") for call in carriers.asked(BANK.format(order))]


def listed(values: list[str]) -> str:
    """Name each value once, as they came."""
    return " and ".join(f"`{each}`" if each else "none" for each in dict.fromkeys(values))


def name_of(node: ast.Attribute | ast.Name) -> str:
    """Give the last part of a name."""
    return node.attr if isinstance(node, ast.Attribute) else node.id
