"""The signs of mistakes: what is seen from outside, the words of verdicts that belong to it, where it is explained.

A kept wrong answer says in its docstring what its refusal says (`Says: …`). By these words it stands under its sign.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign.

    Attributes:
        seen: what somebody sees who has not found the mistake yet; a heading.
        read: the sections that explain it, each a lesson's slug and a heading.
        says: the words of verdicts that belong to it.

    """

    seen: str
    read: tuple[tuple[str, str], ...]
    says: frozenset[str]


def _words(*words: str) -> frozenset[str]:
    return frozenset(words)


SIGNS = (
    Sign(
        "Everybody waits, although the route is `async def`",
        (("routes", "Why is `/health` dead while one customer waits?"), ("async_basics", "What stops everybody?")),
        _words(
            "the event loop",
            "the event loop's only thread",
            "keeps the event loop",
            "still runs on the event loop",
            "nobody else is served",
            "while it sleeps",
            "nest_asyncio",
        ),
    ),
    Sign(
        "Times add up: one waits for the other, although they could wait together",
        (
            ("async_basics", "Three carriers one after another, then together"),
            ("async_basics", "Break it: send them in batches"),
        ),
        _words(
            "times add up",
            "starts nothing",
            "one by one",
            "waits for the one before",
            "until the one before has given up",
            "of whatever size",
            "whole batch",
            "dealt out beforehand",
            "One customer waits for the other",
            "Nobody has a connection, and yet",
            "although a lease is free",
        ),
    ),
    Sign(
        "Some `def` route is slow, and other routes wait for a thread",
        (
            ("routes", "What do 40 tokens do with the forty-first customer?"),
            ("routes", "How does a slow SDK get a lane of its own?"),
        ),
        _words("keeps a worker thread", "needs a worker thread", "worker thread", "`def` dependency"),
    ),
    Sign(
        "The event loop is late, although the computation is off it",
        (("routes", "Where does heavy computation belong?"),),
        _words("shares the interpreter", "by its name"),
    ),
    Sign(
        "Each request opens connections or starts processes of its own",
        (
            ("async_basics", "How many clients does it take?"),
            ("routes", "Where does heavy computation belong?"),
            ("dependencies", "Why does a client for each request make everybody wait?"),
        ),
        _words("connection", "its own processes", "a client of its own", "finds none"),
    ),
    Sign(
        "A limit is not kept, or turns people away",
        (
            ("async_basics", "Limits and deadlines: ten at a time, and not for ever"),
            ("routes", "How does a slow SDK get a lane of its own?"),
        ),
        _words("share", "a limit that all requests share", "on their way", "wait their turn"),
    ),
    Sign(
        "A wait ends too late or too early",
        (
            ("async_basics", "How long do you wait for an answer that never comes?"),
            ("routes", "What does a deadline that answers 504 end?"),
        ),
        _words(
            "waits longer than it should",
            "500",
            "such as the connecting",
            "the sum of it",
            "not the shortest",
            "for a time that need not go by",
            "less time than they should",
            "gave up",
            "waits for more than it needs",
            "for the first of the list",
        ),
    ),
    Sign(
        "Work goes on, although nobody waits for it any more",
        (
            ("async_basics", "When the first answer is enough, who ends the others?"),
            ("routes", "What does a deadline that answers 504 end?"),
        ),
        _words("goes on", "the questions go on", "leaves its questions behind", "must be ended after it"),
    ),
    Sign(
        "Something never ends, or a place stays taken for ever",
        (
            ("async_basics", "Limits and deadlines: ten at a time, and not for ever"),
            ("async_basics", "When the first answer is enough, who ends the others?"),
        ),
        _words(
            "workers that never end",
            "nobody gives back",
            "The place stays taken",
            "cancelled in the middle",
            "still waits",
            "not waited for",
        ),
    ),
    Sign(
        "One failure spoils the rest, or is not seen",
        (
            ("async_basics", "When one fails, what becomes of the others?"),
            ("async_basics", "Two prices are better than none"),
        ),
        _words(
            "lost",
            "the prices of the others are lost",
            "prices of the others are lost",
            "gives up the other carriers",
            "was not a price",
            "must hear",
            "bug in Parcel",
            "not the first answer",
            "must not harm the next",
        ),
    ),
    Sign(
        "An exception comes where a result was expected",
        (
            ("async_basics", "Break it: catch what comes out of a group"),
            ("routes", "What does a deadline that answers 504 end?"),
        ),
        _words("raised an exception", "raises instead of returning", "does not catch this"),
    ),
    Sign(
        "A cancellation is swallowed, or does harm",
        (("async_basics", "When the first answer is enough, who ends the others?"),),
        _words("swallowed", "CancelledError", "missing"),
    ),
    Sign(
        "A count is wrong, although there is one thread only",
        (("async_basics", "One thread, and still a race?"),),
        _words("an update was lost", "sold that are not there"),
    ),
    Sign(
        "The answer comes before its result, or with somebody else's",
        (
            ("async_basics", "Break it: make the coroutines first, await them later"),
            ("async_basics", "Break it: send them in batches"),
        ),
        _words(
            "awaited",
            "in another order",
            "not one of the parcels",
            "return its price",
            "not drawn yet",
            "must wait until its carrier has answered",
            "Wait for the answers",
            "may not",
        ),
    ),
    Sign(
        "The wrong route is blamed",
        (("routes", "Which line blocks, and how do I find it?"),),
        _words("in a worker thread", "slow is not the same as blocking", "a sync one", "a victim", "innocent"),
    ),
    Sign(
        "The wrong call of `add_task` is blamed",
        (("background_tasks", "One task fails. Who hears of it?"),),
        _words(
            "kept in a set",
            "catches what the depot does",
            "reads the body before",
            "gives it the tasks of the request",
        ),
    ),
    Sign(
        "The lag probe reports a figure that is not true",
        (("routes", "Which line blocks, and how do I find it?"),),
        _words(
            "for ever",
            "meant to sleep",
            "average",
            "forgotten",
            "keeps one figure only",
            "Asking has changed the figure",
            "A thread of its own is on time",
            "never came to rest",
        ),
    ),
    Sign(
        "What all requests share is not there, or is never closed",
        (("dependencies", "Why does a client for each request make everybody wait?"),),
        _words(
            "Cannot reopen a client",
            "Nobody has closed the client",
            "closed for good",
            "has no attribute 'carriers'",
        ),
    ),
    Sign(
        "The customer has a receipt, and nothing was kept",
        (("dependencies", "When does the code after `yield` run?"),),
        _words(
            "Nothing that the customer was told is kept",
            "before the ledger has answered",
            "refusal was lost",
            "whose fault it is",
            "a second try may keep it",
            "before it is committed",
        ),
    ),
    Sign(
        "Work that failed was kept, or half of it",
        (("dependencies", "What does a request that fails leave behind?"),),
        _words(
            "Entries of orders that have failed",
            "kept in two parts",
            "keeps what it had written by then",
            "caught on its way",
        ),
    ),
    Sign(
        "After a while nobody finds a lease, and nothing has failed",
        (
            ("dependencies", "What does a request that fails leave behind?"),
            ("background_tasks", "Who still holds a lease when the answer is out?"),
        ),
        _words(
            "nobody gives its lease back",
            "did not give theirs back",
            "or two to one order",
            "taken again, without an error",
            "behind a line that raised",
            "What `Depends` says",
        ),
    ),
    Sign(
        "Leases are out, and nobody writes with them",
        (("background_tasks", "Who still holds a lease when the answer is out?"),),
        _words(
            "A larger pool only",
            "before it asks the carrier",
            "out while nobody writes",
            "runs after the tasks",
            "written without a lease",
        ),
    ),
    Sign(
        "Lines of the log cannot be told apart, or have another request's id",
        (("dependencies", "How does a log line know its request?"),),
        _words(
            "from service to service",
            "The line is lost",
            "outside of the request's context",
            "another request's id",
            "does not know its request",
            "the same for all",
            "leads nowhere",
            "this answer has no id",
            "ran before what sets the id",
            "taken back before the work began",
        ),
    ),
    Sign(
        "Somebody gets further than the door, or hears the wrong refusal",
        (("dependencies", "Where is a stranger stopped?"),),
        _words(
            "Who has shown no token could show one",
            "does not stand in front of this route",
            "the token comes first",
            "looked up again",
            "by the time the door is shut",
            "The account does not exist, and the customer must learn that",
            "remembered from another request",
            "to stop a request must raise",
            "did not say that there is no such account",
        ),
    ),
    Sign(
        "The answer was fine, and the rest was never done",
        (("background_tasks", "One task fails. Who hears of it?"),),
        _words(
            "No handler",
            "A task group does that",
            "a `try` of its own",
            "broke the connection",
            "nobody caught `KeyError",
            "leaves the loop that runs them all",
            "heard by nobody",
            "the answer is out",
            "of its own keeps that",
            "was among them",
            "courier is no longer called",
            "no response has it",
            "the ledger does not know of it",
        ),
    ),
    Sign(
        "The wrong task is blamed",
        (("celery_queue", "The worker dies. How often is the customer charged?"),),
        _words(
            "has not acknowledged it",
            "the next parcel refreshes the price",
            "so that the bank charges once",
            "which does no harm",
        ),
    ),
    Sign(
        "A worker is killed, and its task is gone",
        (("celery_queue", "The worker dies. How often is the customer charged?"),),
        _words("before it was", "noted a failure", "are no more", "must stay as it was"),
    ),
    Sign(
        "Something is done twice",
        (("background_tasks", "One task fails. Who hears of it?"),),
        _words("done twice", "paid twice", "customer has two", "second customer has none"),
    ),
    Sign(
        "The customer waits for what could come after the answer",
        (("background_tasks", "The customer has an answer. Who sends the letter now?"),),
        _words("was to follow the answer", "The customer waits for the carrier", "whatever the labels take"),
    ),
    Sign(
        "A job is forgotten too early, or never",
        (("background_tasks", "Who forgets old jobs?"),),
        _words(
            "whatever any other clock shows",
            "from the end of a job",
            "changed size during iteration",
            "or to make room",
            "whenever it had begun",
            "makes room for one",
            "was forgotten, because of its age",
            "still grows",
            "nothing can be forgotten for another",
            "whoever has asked for it since",
            "could not begin must not be noted",
        ),
    ),
    Sign(
        "The tests pass, and the bug is there",
        (("dependencies", "How do I test a route without its carrier?"),),
        _words(
            "costs money",
            "after a quote that was refused",
            "for which parcel the carrier was asked",
            "compares a price",
            "after the app has ended",
            "counts the questions to the carrier",
            "does not know the parcel",
            "holds the function itself",
            "the app was not started",
            "starts the app a second time",
            "takes every error for the right one",
        ),
    ),
    Sign(
        "A deployment loses work, or does not come to an end",
        (
            ("background_tasks", "What is lost when the server ends?"),
            ("background_tasks", "Does a shutdown wait for what I started with `create_task`?"),
        ),
        _words(
            "wherever they stand",
            "that is no promise",
            "cancelled after the `yield`",
            "closed or cancelled after the `yield`",
            "with an empty queue",
            "One failure has ended the wait",
            "gives up after 2 s",
            "your app waits for something that does not come",
            "Nobody works on it any more",
            "SIGTERM ends the process",
        ),
    ),
    Sign(
        "A job says what is not true, or says nothing",
        (("background_tasks", "How does a customer follow a file of labels?"),),
        _words(
            "counted as drawn already",
            "must be answered at once",
            "mistypes a number",
            "asks for ever",
            "Nobody tells the customer",
            "does not undo them",
            "Two customers share this number",
            "does not say so",
            "who asks at once is confused",
            "every process of a worker",
            "not posted yet",
            "in which they were drawn",
            "nobody hears of it",
            "nobody joins the labels",
            "believes that it does",
        ),
    ),
    Sign(
        "A task for each, and yet one after the other, or never an end",
        (("celery_queue", "Many tasks that belong together"),),
        _words(
            "Never call result.get() within a task",
            "each waits for the other",
            "or is kept by a task",
            "more than the workers have places",
        ),
    ),
    Sign(
        "Nobody can say what has become of a task",
        (("celery_queue", "Where is my task?"),),
        _words(
            "Celery tells of a beginning only where",
            "Sent is not begun",
            "The customer waits for the printer",
            "catches this and returns has succeeded",
            "in Parcel's words",
            "is for your log",
            "is no failure of the asking",
            "may be who works on the task",
            "mistypes one waits for ever",
            "must not wait until it has ended",
            "no task has the id",
            "no worker has begun with its task",
            "went with it, and a second one",
            "what it returned was not kept",
            "where the work can be followed",
        ),
    ),
    Sign(
        "Progress runs backwards, too far, or not at all",
        (("celery_queue", "Where is my task?"),),
        _words(
            "is counted as sent, or one of another mailing",
            "or one of another mailing",
            "has an exception in the place of the numbers",
            "the progress runs backwards",
            "is gone with the next state",
            "the customer sees nothing move",
            "is not told when there is no letter",
            "of more letters than there are",
            "No worker has begun with this mailing",
            "The customer waits for the mail",
        ),
    ),
    Sign(
        "A task is tried again from the beginning, too late, or not at all",
        (("celery_queue", "Where is my task?"),),
        _words(
            "a customer has two letters",
            "Celery waits 180 seconds",
            "Celery tries three times again",
            "it has to ask for that",
        ),
    ),
    Sign(
        "An upload fills memory or disk, or is gone when it is read",
        (
            ("background_tasks", "Who says no to a file that is too large?"),
            ("background_tasks", "What becomes of the upload?"),
        ),
        _words(
            "when all of it has come",
            "only where the client announces",
            "fills the disk",
            "is closed with it",
            "becomes 400",
        ),
    ),
    Sign(
        "The broker is away, and the customer waits, or hears what is not true",
        (("celery_queue", "`delay` is a network call. What if nobody answers?"),),
        _words(
            "`async def` makes no call shorter",
            "to which it subscribes first",
            "subscribes to the task's result",
            "Nobody has it",
            "forgets it when it ends",
            "nothing ends this wait",
            "ends the call itself",
            "orchestrator restarts",
            "has left something behind",
            "Whoever is not told when to come again",
            "it has none with this id",
        ),
    ),
    Sign(
        "After days the pool is empty, and nobody is being served",
        (
            ("database", "Twenty-five customers, five connections"),
            ("dependencies", "What does a request that fails leave behind?"),
        ),
        _words(
            "On this way out of the route",
            "nobody closes the session",
            "it keeps its connection",
            "A larger pool",
            "another pool or a new one",
            "only lasts longer",
            "a collector does not find",
        ),
    ),
    Sign(
        "The wrong session is blamed",
        (("dependencies", "What does a request that fails leave behind?"),),
        _words("the generator is closed", "leaves that block, which closes", "and the connection is given back"),
    ),
    Sign(
        "A fault is mended, and the answers are other ones",
        (("dependencies", "What does a request that fails leave behind?"),),
        _words("changes no answer", "nothing was taken"),
    ),
    Sign(
        "Connections are out, and nobody uses them",
        (("database", "Twenty-five customers, five connections"),),
        _words(
            "pool with more connections",
            "A flush or a savepoint ends nothing",
            "begins a new transaction",
            "keeps a connection until it ends",
            "a commit does not give it back",
        ),
    ),
    Sign(
        "A shipment is lost between two transactions, or says what is not true",
        (("database", "Twenty-five customers, five connections"),),
        _words(
            "the number of the shipment, and its price",
            "what is written twice",
            "no one will miss it",
            "if the process dies now",
            "is still being asked for",
            "has failed, however it did",
            "nobody has noted the failure",
            "an exception left its block",
            "is still a shipment",
        ),
    ),
    Sign(
        "A session works alone, and fails when several use it",
        (("database", "A session is one conversation"),),
        _words("raised an exception before the carrier"),
    ),
    Sign(
        "A customer pays twice, or nobody knows what became of a charge",
        (("celery_queue", "The worker dies. How often is the customer charged?"),),
        _words(
            "known to nobody else",
            "is another one at the next",
            "another one for each click",
            "is not tried again by itself",
            "keeps the second from asking",
            "stays begun",
            "no failure: the bank has refused",
            "waiting and the workers busy",
            "was given none",
            "pays elsewhere",
            "the second order is a charge that it has had",
            "cannot know a charge that it has had",
            "waits three minutes",
        ),
    ),
    Sign(
        "Money is gone, or made, and no exception says so",
        (("database", "Ten transfers, and money is gone"), ("database", "What does the customer hear?")),
        _words(
            "it has read the payer's balance before",
            "it has read the payee's balance before",
            "keeps only those out who ask for it",
            "nothing kept others from changing that",
            "no longer true when it is subtracted",
            "A part of the transfer was made",
            "Half of the transfer is committed",
            "one of them was undone",
            "in the database, committed",
            "A float is no amount of money",
            "takes money from the payee",
            "is refused, not rounded",
            "Nobody pays themselves",
        ),
    ),
    Sign(
        "Transfers are in each other's way, and a customer hears of it",
        (("database", "Ten transfers, and money is gone"),),
        _words(
            "can be tried again, from its first line",
            "no reason to send a customer away",
            "a deadlock",
            "in the same order by everybody",
        ),
    ),
    Sign(
        "500, and the log says `MissingGreenlet`",
        (("database", "An attribute can be a query"),),
        _words("no query has loaded", "the session that could is closed", "A commit makes the session forget"),
    ),
    Sign(
        "A page takes a query for every row that is on it",
        (("database", "How many queries is one page?"),),
        _words("that is N+1"),
    ),
    Sign(
        "A page of a joined table lacks rows, or has one several times",
        (("database", "How many queries is one page?"),),
        _words(
            "A join leaves out customers",
            "counted the rows of a join",
            "not once for each shipment",
            "unique() method must be invoked",
            "were never loaded",
            "Rows come in any order",
        ),
    ),
    Sign(
        "What is answered is not what the database has",
        (("database", "A session is one conversation"),),
        _words(
            "is as old as the request before",
            "A session that is never closed",
            "What is not committed is not there",
            "id that the database has given",
        ),
    ),
    Sign(
        "A task finds no row, or a row waits for a task that nobody sends",
        (("database", "The worker finds nothing"),),
        _words(
            "the worker was faster",
            "before the shipment is committed",
            "may have been undone",
            "Customers need no broker",
            "the customer is told that it failed",
            "Nobody knows any more",
            "what only a process remembers",
            "noted as kept before it was sent",
            "committed one after the other",
            "every second, for ever",
            "nothing left to do",
            "its shipment does not say so",
        ),
    ),
    Sign(
        "The first task of a worker's process succeeds, and the second one fails, or none does anything",
        (("database", "An engine in a task"),),
        _words("the event loop that opened it", "Celery awaits no `async def`"),
    ),
    Sign(
        "Pages leave rows out, or have them twice",
        (("database", "Which page is it, when rows come meanwhile?"),),
        _words(
            "shifts when rows before it come and go",
            "its id tells that it comes after",
            "its id tells that it was there already",
            "is passed over, and will never come",
            "in another order than asked for",
            "The cursor has lost a part of the moment",
            "must not hang on a row",
            "somebody has kept it since",
            "believe that these were all",
            "never comes to an end",
        ),
    ),
    Sign(
        "A page can be of any size, or begin anywhere",
        (("database", "Which page is it, when rows come meanwhile?"),),
        _words(
            "a limit lets it stop",
            "A page has from 1 to 100 rows",
            "customer's mistake: 422",
            "gets rows from elsewhere",
        ),
    ),
    Sign(
        "A rate was changed, and somebody is told the old one",
        (("caching", "The rate has changed. Who knows?"),),
        _words(
            "was deleted too early",
            "The late reader has kept the old rate",
            "Who shares a question shares its age",
            "the store was told before the database",
            "before the store was told of it",
            "Another look makes the moment shorter",
            "is kept first",
            "must be learnt before the row is read",
            "a version that begins with the same number",
            "no key where none was before",
        ),
    ),
    Sign(
        "A change was refused, and somebody is told what it would have been",
        (("caching", "The rate has changed. Who knows?"),),
        _words(
            "it was kept before the database had agreed",
            "must learn that nothing was changed",
        ),
    ),
    Sign(
        "A change waits for those who read, or takes from those whom it does not concern",
        (("caching", "The rate has changed. Who knows?"),),
        _words(
            "The change waits for a reader",
            "has made the store forget another",
            "was late for the change of another",
        ),
    ),
    Sign(
        "What is kept never goes out of date, or only one process has it",
        (("caching", "A cache that all processes share"),),
        _words(
            "What is kept for ever",
            "somewhere else than in the store",
            "for ever, or for too long",
        ),
    ),
    Sign(
        "What was kept a moment ago is asked for again",
        (
            ("caching", "A cache that all processes share"),
            ("caching", "What is the same question?"),
        ),
        _words(
            "it was not kept",
            "That there is none is an answer",
            "what it had kept before",
        ),
    ),
    Sign(
        "Many ask for the same, and each of them asks the carrier or the database",
        (("caching", "Fifty customers, one rate"),),
        _words(
            "nobody looks there after the wait",
            "were one question, and are two now",
            "nothing that all of them share says",
        ),
    ),
    Sign(
        "Who asks for something else waits all the same",
        (("caching", "Fifty customers, one rate"),),
        _words(
            "Customers of different zones wait for each other",
            "or share a question",
            "Different questions wait for each other",
        ),
    ),
    Sign(
        "A question has failed, and nobody asks again",
        (("caching", "Fifty customers, one rate"),),
        _words(
            "The failure has stayed",
            "that nobody gives back or sets any more",
            "something else than that nobody knows",
        ),
    ),
    Sign(
        "The wrong cache is blamed",
        (
            ("caching", "Fifty customers, one rate"),
            ("caching", "What is the same question?"),
        ),
        _words(
            "that is one question for each zone",
            "is kept as the text",
            "made from its values",
            "that of one of the four routes, such as `/rates/…`",
        ),
    ),
    Sign(
        "A customer is told the answer to another question",
        (("caching", "What is the same question?"),),
        _words(
            "another route's answer",
            "another parcel's",
            "the answer to another question",
        ),
    ),
    Sign(
        "The same page is kept under many names, or what was refused is",
        (("caching", "What is the same question?"),),
        _words(
            "each spelling has its own page",
            "each would fill the store",
        ),
    ),
    Sign(
        "A page begins in the wrong place, or what is no question has one",
        (("database", "Which page is it, when rows come meanwhile?"),),
        _words(
            "by moment and id together",
            "There are no more rows",
            "This is no question that can be answered",
        ),
    ),
    Sign(
        "There is a cache, and the carrier is asked as often as before",
        (("caching", "Fifty customers, one rate"), ("caching", "What is the same question?")),
        _words(
            "can be awaited once",
            "was known already",
            "between the look and the keeping",
            "each has looked before it waited",
            "from where others look for it",
            "each of them asks in turn",
            "no longer kept",
        ),
    ),
    Sign(
        "Many wait for one question, and what becomes of one becomes of all",
        (("caching", "Fifty customers, one rate"),),
        _words(
            "for whatever zone",
            "goes on into what is awaited",
            "what nobody brings any more",
            "not what the carrier's failure raised",
            "must hear that",
            "is kept like a rate",
            "has been left behind",
        ),
    ),
    Sign(
        "Somebody gets what another one has asked for",
        (("caching", "What is the same question?"), ("caching", "Do you have it already?")),
        _words("the rate of another zone", "the next customer", "Vary", "another customer's"),
    ),
    Sign(
        "The store is down, or slow, and so is the service",
        (("caching", "A cache that all processes share"),),
        _words(
            "A store that is down",
            "request fails with the store",
            "longer than a second in all",
            "finds out for itself",
            "never tried again",
            "The pool has",
            "five connections",
        ),
    ),
    Sign(
        "What is kept cannot be read, or stays for ever",
        (("caching", "A cache that all processes share"), ("caching", "How much does a process remember?")),
        _words(
            "another release", "has not failed", "wrong for longer", "takes memory for ever", "what no longer counts"
        ),
    ),
    Sign(
        "More are admitted than the limit allows",
        (("caching", "Ten a window, and no more"),),
        _words(
            "were admitted already",
            "who was given 0 is in",
            "who came just before are forgotten",
            "the same moment",
            "between the look and the note",
            "each process",
            "forgotten too early",
        ),
    ),
    Sign(
        "Somebody is refused although there is room, or is told a wrong time to wait",
        (("caching", "Ten a window, and no more"),),
        _words(
            "starves", "takes the places", "the first of them leaves", "cut off at the point", "the seconds to wait"
        ),
    ),
    Sign(
        "The client has it, and gets it again; or has an old one, and is told that it is right",
        (("caching", "Do you have it already?"),),
        _words(
            "the same list",
            "as soon as a price",
            "in quotes",
            "has the list already",
            "refuses to send one",
            "for how long",
            "several",
            "is not this tag",
            "weak",
            "any tag",
            "may keep it",
        ),
    ),
)
