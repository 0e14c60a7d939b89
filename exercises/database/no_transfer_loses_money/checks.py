"""Whoever changes a balance at the same moment: every transfer moves its amount, exactly, and all of it or nothing."""

import ast
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation

from sqlalchemy import CheckConstraint, Column, Integer, MetaData, Numeric, String, Table

from unblocked.grading import App, Code, Database, Pending, Reply, advice, expect, hints
from unblocked.grading.checking import Unmet

MONEY = "The section “Ten transfers, and money is gone” "

TABLES = MetaData()
Table(
    "customers",
    TABLES,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False),
    Column("balance", Numeric(12, 2), CheckConstraint("balance >= 0", name="ck_customers_balance"), nullable=False),
)

NAMES = ("Ada", "Ben", "Cleo", "Dan")
SHORT = 0.3
"""Seconds for a transfer that does not wait for a lock in the database, to show what it does instead."""

AGAIN = 10
"""So many statements for a transfer say that it is tried again and again."""


@hints(
    "What is `balance` before the route, and what is it to be after it?",
    MONEY + "begins with a transfer.",
    "The payer has the amount less, the payee has it more, and the answer says what the payer has.",
)
def check_a_transfer_moves_money(app: App, database: Database) -> None:
    """A transfer moves its amount from one customer to the other, and is answered with what the payer has now."""
    begin(database, "100.00", "20.00", "7.00")
    for payer, payee, amount, has, then in (
        (1, 2, "30.50", "69.50", ("69.50", "50.50", "7.00")),
        (2, 1, "50.50", "0.00", ("120.00", "0.00", "7.00")),
    ):
        did = f"sent a transfer of {amount} from customer {payer} to {payee}, all by itself"
        reply = made(app, send(app, payer, payee, amount), did=did)
        expect_paid(app, reply, did=did)
        expect(
            number(reply) == Decimal(has),
            did=did,
            got=str(reply),
            expected=f'200 {{"balance":"{has}"}}',
            meaning="The payer is told what is left of the balance.",
        )
        expect_balances(database, then, did=did, meaning="The amount has to be in the database, committed.")


@hints(
    "Which of your statements changes no row, and who looks at that?",
    MONEY + "says what becomes of a transaction that an `HTTPException` leaves.",
    "404 and 409 are raised inside of the transaction, when anything says that a row was not there or had too little.",
)
def check_what_is_refused_moves_nothing(app: App, database: Database) -> None:
    """A transfer that the balance does not allow, or of somebody unknown, is refused, and nothing has moved."""
    before = ("20.00", "0.00")
    begin(database, *before)
    for payer, payee, amount, status, why in (
        (1, 2, "20.01", 409, "the payer has 20.00"),
        (2, 1, "1.00", 409, "the payer has 0.00"),
        (1, 99, "5.00", 404, "there is no customer 99"),
        (99, 1, "5.00", 404, "there is no customer 99"),
    ):
        did = f"sent a transfer of {amount} from customer {payer} to {payee}; {why}"
        reply = made(app, send(app, payer, payee, amount), did=did)
        got = balances(database)
        expect(
            reply.status == status and got == expected(before),
            did=did,
            got=f"{reply}; {told(got)}",
            expected=f"{status}, and {told(expected(before))}",
            meaning="A part of the transfer was made, and stays: what is refused in the middle has to be undone, up to "
            "its beginning."
            if got != expected(before)
            else "The customer is told that it was made, and it was not. A statement whose condition holds for no row "
            "raises nothing: it says how many rows it has changed."
            if reply.status < 400
            else f"The customer must hear why: {status}.",
        )
    did = "sent four transfers that were refused, and then one of 20.00 from customer 1 to 2"
    expect_paid(app, made(app, send(app, 1, 2, "20.00"), did=did), did=did)
    expect_balances(database, ("0.00", "20.00"), did=did, meaning="What is refused must not harm the next one.")


@hints(
    "Between which two of your lines can somebody else change the balance that you have read?",
    MONEY + "has three ways to keep the money; which of them keeps others out who know nothing of you?",
    "Rows that are read with `with_for_update()` when they are read first; or an `UPDATE` that subtracts in the "
    "database; or a transaction that is tried again from its first line.",
)
def check_what_others_change_meanwhile_counts(app: App, database: Database) -> None:
    """What somebody else changes while a transfer is under way is neither lost nor overlooked."""
    begin(database, "100.00", "0.00", "100.00", "0.00")
    for payer, payee, changed, who in ((1, 2, 1, "payer"), (3, 4, 4, "payee")):
        did = (
            f"changed the {who}'s balance in a transaction of another service, sent a transfer of 10.00, and committed "
            "that change when the transfer had come to it"
        )
        with database.transaction() as billing:
            billing.execute("UPDATE customers SET balance = balance + 5 WHERE id = %s", [changed])
            sent = send(app, payer, payee, "10.00")
            comes_to_the_lock(app, database, [sent])
            expect_others_are_served(app, did=did)
            billing.commit()
        reply = made(app, sent, did=did)
        expect_paid(app, reply, did=did)
        left = ("95.00", "10.00") if who == "payer" else ("90.00", "15.00")
        got = balances(database)
        both = {payer: got.get(payer), payee: got.get(payee)}
        right = {payer: Decimal(left[0]), payee: Decimal(left[1])}
        expect(
            both == right,
            did=did,
            got=told(both),
            expected=told(right),
            meaning=f"The transfer has written over what it did not know of: it has read the {who}'s balance before, "
            "and nothing kept others from changing that. A lock of Python's, or an advisory lock, keeps only those "
            "out who ask for it.",
        )


@hints(
    "Five transfers want the same row. What does each of them do when it is not the first?",
    MONEY + "sends ten transfers at once, and has a loop around one of its three ways.",
    "Whoever waits for a lock needs no second try; whoever is undone needs as many as there are others.",
)
def check_transfers_at_once_all_count(app: App, database: Database) -> None:
    """Five transfers at once, of the same payer and to the same payee, are all made."""
    begin(database, "100.00", "0.00", "100.00")
    did = "sent five transfers of 10.00 to customer 2 at once, three of them from customer 1 and two from customer 3"
    with held(database, 1, 2, 3):
        sent = [send(app, payer, 2, "10.00") for payer in (1, 1, 1, 3, 3)]
        comes_to_the_lock(app, database, sent)
    for reply in [made(app, each, did=did) for each in sent]:
        expect_paid(app, reply, did=did)
    expect_balances(
        database,
        ("70.00", "50.00", "80.00"),
        did=did,
        meaning="All five were told that it is done, and not all were: they have read the same balance, and the last "
        "one has written over the others.",
    )


@hints(
    "Both look at the balance, both find enough. Which of your lines sees that the other one was faster?",
    MONEY + "refuses in the same statement that subtracts.",
    "Compare with a balance that nobody can change until your commit, or let the `UPDATE` compare: with a `WHERE`, and "
    "a look at whether it has found a row.",
)
def check_only_what_can_be_paid_is_paid(app: App, database: Database) -> None:
    """Of two transfers at once of which the payer can pay one, one is made, and the other one is refused with 409."""
    begin(database, "100.00", "0.00", "0.00")
    did = "sent two transfers of 80.00 at once, from customer 1, who had 100.00, to customers 2 and 3"
    with held(database, 1):
        sent = [send(app, 1, payee, "80.00") for payee in (2, 3)]
        comes_to_the_lock(app, database, sent)
    replies = [made(app, each, did=did) for each in sent]
    paid = [reply for reply in replies if reply.status == 200]
    refused = next((reply for reply in replies if reply.status not in {200, 409}), None)
    expect(
        len(paid) == 1 and refused is None,
        did=did,
        got=str(refused) if refused else f"{len(paid)} answered with 200, {2 - len(paid)} with 409",
        expected="one 200 and one 409",
        meaning="Both have found enough, and only one could be paid: what was looked at before is no longer true when "
        "it is subtracted, and the customer must hear that it is too low, with 409."
        if refused or paid
        else "The balance was enough for one of them.",
    )
    winner = 2 if replies[0].status == 200 else 3
    right = ("20.00", "80.00", "0.00") if winner == 2 else ("20.00", "0.00", "80.00")
    expect_balances(database, right, did=did, meaning="Who was refused has moved nothing, who was not all of it.")


@hints(
    "In which order does a transfer from 1 to 2 take its rows, and in which does one from 2 to 1?",
    MONEY + "ends with two who wait for each other, and says which order helps.",
    "Take the two rows by their ids, the lower one first, whoever pays; or try again what PostgreSQL has undone.",
)
def check_transfers_in_opposite_directions_are_made(app: App, database: Database) -> None:
    """Two transfers at once between the same two customers, one in each direction, are both made."""
    begin(database, "100.00", "100.00")
    database.execute("ALTER DATABASE parcel SET deadlock_timeout = '100ms'")  # so long do two wait for each other
    for first, second in (((1, 2), (2, 1)), ((2, 1), (1, 2))):
        did = f"sent two transfers of 10.00 at once, from customer {first[0]} to {first[1]} and from {second[0]} to "
        did += f"{second[1]}, while somebody had customer 2's row"
        with held(database, 2):
            sent = [send(app, *first, "10.00")]
            comes_to_the_lock(app, database, sent)
            sent.append(send(app, *second, "10.00"))
            comes_to_the_lock(app, database, sent)
        for reply in [made(app, each, did=did) for each in sent]:
            expect(
                reply.status == 200,
                did=did,
                got=str(reply),
                expected="200 for both",
                meaning="Each has one row and waits for the other's: a deadlock, which PostgreSQL ends by undoing one "
                "of them. Nobody is at fault, and a customer hears of it. Rows that are taken in the same order by "
                "everybody cannot be in each other's way.",
            )
        expect_balances(
            database,
            ("100.00", "100.00"),
            did=did,
            meaning="Both were told that it is done, and one of them was undone, because of a deadlock.",
        )


@hints(
    "How many commits does one transfer of yours have, and what does somebody see who looks between them?",
    MONEY + "undoes what is refused in the middle.",
    "One transaction around both changes, and one commit at its end.",
)
def check_nobody_sees_half_a_transfer(app: App, database: Database) -> None:
    """As long as one balance cannot be changed, the other one stays as it was."""
    begin(database, "100.00", "0.00", "100.00", "0.00")
    before = expected(("100.00", "0.00", "100.00", "0.00"))
    for payer, payee, row, who in ((1, 2, 2, "payee"), (3, 4, 3, "payer")):
        did = f"sent a transfer of 10.00 while somebody had the {who}'s row, and looked at the balances"
        with held(database, row):
            sent = send(app, payer, payee, "10.00")
            comes_to_the_lock(app, database, [sent])
            seen = balances(database)
        expect(
            {payer: seen[payer], payee: seen[payee]} == {payer: before[payer], payee: before[payee]},
            did=did,
            got=told({payer: seen[payer], payee: seen[payee]}),
            expected=told({payer: before[payer], payee: before[payee]}),
            meaning="Half of the transfer is committed: whoever adds up now finds another sum, and when the process "
            "ends here, it stays so.",
        )
        did = f"sent a transfer of 10.00 while somebody had the {who}'s row, and let it go on"
        expect_paid(app, made(app, sent, did=did), did=did)


@hints(
    "Which type has your amount on its way from the request to the column, and what is 0.1 in it?",
    MONEY + "says what an amount is, and sends some that are none.",
    "`Decimal` with `Field(gt=…, decimal_places=…)`, and a look at whether payer and payee are two.",
)
def check_an_amount_is_exact_or_refused(app: App, database: Database) -> None:
    """0.10 and 0.20 are paid out of 0.30 to the last cent, and what is no amount is refused with 422."""
    begin(database, "0.30", "0.00", "50.00", "50.00")
    for amount in ("0.10", "0.20"):
        did = "sent transfers of 0.10 and of 0.20 from customer 1, who had 0.30"
        reply = made(app, send(app, 1, 2, amount), did=did)
        expect(
            reply.status == 200,
            did=did,
            got=f"{reply}, for {amount}",
            expected="200 for both",
            meaning="As a float, 0.1 is a little more than 0.10, and 0.2 more than 0.20: it is too much for a balance "
            "of exactly that.",
        )
        has = {"0.10": "0.20", "0.20": "0.00"}[amount]
        expect(
            number(reply) == Decimal(has),
            did=did,
            got=f"{reply}, after {amount}",
            expected=f'{{"balance":"{has}"}}',
            meaning="A float is no amount of money: what is left is told exactly.",
        )
    right = ("0.00", "0.30", "50.00", "50.00")
    expect_balances(database, right, did=did, meaning="Amounts of money add up to the last cent.")
    for payer, payee, amount in ((3, 4, "-10.00"), (3, 4, "0"), (3, 4, "0.001"), (3, 4, "0.005"), (3, 4, "ten"),
                                 (3, 3, "10.00")):  # fmt: skip
        did = f"sent a transfer of {amount} from customer {payer} to {payee}"
        reply = made(app, send(app, payer, payee, amount), did=did)
        got = balances(database)
        expect(
            reply.status == 422 and got == expected(right),
            did=did,
            got=f"{reply}; {told({payer: got[payer], payee: got[payee]})}",
            expected="422, and nothing has moved",
            meaning="Nobody pays themselves: that is a mistake of the caller's, and is answered with 422."
            if payer == payee
            else "The payer takes money from the payee."
            if amount.startswith("-")
            else "The column keeps two places: what is less is rounded, up for one of them and away for the other. "
            "An amount with more places is refused, not rounded."
            if amount.startswith("0.00")
            else "This is no amount of money, and is answered with 422.",
        )


@advice
def the_first_who_comes_is_the_first_who_pays(code: Code) -> bool:
    """Well done: whoever comes later waits in the database, in turn, and reads what is true then."""
    text = ast.unparse(code.tree)
    return locks_rows(code) and ("order_by" in text or "sorted(" in text)


@advice
def the_order_of_locks_is_said(code: Code) -> bool:
    """Worth changing: a `SELECT` locks rows in the order in which it finds them; `.order_by(Customer.id)` names one."""
    text = ast.unparse(code.tree)
    return locks_rows(code) and ".in_(" in text and "order_by" not in text


@advice
def what_is_tried_again_is_done_twice(code: Code) -> bool:
    """Good to know: what is tried again is done twice, but for the database: ask nobody else inside of it."""
    loops = [node for node in ast.walk(code.tree) if isinstance(node, ast.For | ast.While)]
    return any(isinstance(inner, ast.Try) for loop in loops for inner in ast.walk(loop))


def locks_rows(code: Code) -> bool:
    """Say whether it reads rows with a lock."""
    return "with_for_update" in ast.unparse(code.tree)


def begin(database: Database, *money: str) -> None:
    """Make the table, with a customer for each balance."""
    database.make(TABLES)
    rows = zip(range(1, len(money) + 1), NAMES, money, strict=False)
    database.insert("customers", *({"id": id_, "name": name, "balance": Decimal(has)} for id_, name, has in rows))


@contextmanager
def held(database: Database, *customers: int) -> Iterator[None]:
    """Keep everybody from changing these customers' rows."""
    with database.transaction() as somebody:
        somebody.execute("SELECT 1 FROM customers WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [list(customers)])
        yield


def send(app: App, payer: int, payee: int, amount: str) -> Pending:
    """Send a transfer."""
    return app.start("/transfers", method="POST", json={"payer": payer, "payee": payee, "amount": amount})


def comes_to_the_lock(app: App, database: Database, sent: list[Pending]) -> None:
    """Wait until all transfers wait for a lock, or do whatever else they do then."""
    enough = len(statements(database)) + AGAIN * len(sent)

    def came() -> bool:
        waiting = database.waiting >= len(sent)
        return waiting or all(each.over for each in sent) or len(statements(database)) > enough

    app.settles(came, patience=SHORT)


def statements(database: Database) -> list[str]:
    """Give what the answer has asked about customers."""
    return database.asked("SELECT", "UPDATE", "WITH", "LOCK")


def expect_others_are_served(app: App, *, did: str) -> None:
    """See that the event loop is free while a transfer waits for a lock."""
    expect(
        app.answers("/docs"),
        did=f"{did}; asked for `/docs` meanwhile",
        got="no answer",
        expected="an answer",
        meaning="This line keeps the event loop's only thread for as long as the database lets it wait.",
        line=app.line,
    )


def made(app: App, sent: Pending, *, did: str) -> Reply:
    """Give the reply to a transfer that nobody holds up any more."""
    app.ends(lambda: sent.over)
    if sent.reply is None and not sent.error:
        where = app.whereabouts()
        raise Unmet(
            did=did,
            got=f"no answer within {app.limit:g} s",
            expected="an answer",
            meaning="Nobody keeps it from its rows, and it still waits: for a connection that was not given back, or "
            "for another transfer of yours.",
            line=where.line,
            hung=True,
        )
    return sent.finish()


def expect_paid(app: App, reply: Reply, *, did: str) -> None:
    """See that a transfer was made."""
    expect(
        reply.status == 200,
        did=did,
        got=str(reply),
        expected="200",
        meaning=f"The payer has enough, and both are known: the transfer is made.{conflict(app, reply)}",
    )


def conflict(app: App, reply: Reply) -> str:
    """Say what it means that others were in a transfer's way."""
    message = app.uncaught() if reply.status == 500 else ""
    if "serialize access" in message:
        return " PostgreSQL has undone it because of somebody else, and it can be tried again, from its first line."
    if "deadlock detected" in message:
        return " PostgreSQL has undone it, for two waited for each other's rows: a deadlock."
    if "could not obtain lock" in message:
        return " Somebody else had a row for a moment: that is worth a wait."
    if reply.status in {404, 409, 423, 429, 503}:
        return " Somebody else was at it for a moment, which is no reason to send a customer away."
    return ""


def number(reply: Reply) -> Decimal | None:
    """Give the balance that a reply says; as a string or as a number."""
    try:
        return Decimal(str(reply.json["balance"]))
    except (InvalidOperation, KeyError, TypeError):
        return None


def balances(database: Database) -> dict[int, Decimal | None]:
    """Give what each customer has."""
    return {row["id"]: row["balance"] for row in database.rows("SELECT id, balance FROM customers ORDER BY id")}


def expected(money: tuple[str, ...]) -> dict[int, Decimal]:
    """Give balances by customer."""
    return {number_: Decimal(each) for number_, each in enumerate(money, 1)}


def expect_balances(database: Database, money: tuple[str, ...], *, did: str, meaning: str) -> None:
    """See that each customer has the right balance."""
    got, right = balances(database), expected(money)
    expect(got == right, did=did, got=told(got), expected=told(right), meaning=meaning)


def told(money: Mapping[int, Decimal | None]) -> str:
    """Name balances."""
    return ", ".join(f"customer {customer} has {has}" for customer, has in money.items())
