"""An app is started, asked and ended where its own objects can be looked at."""

from unblocked.grading import Imported, expect
from unblocked.grading.hosted import Hosted

BOX = {"price": 3}
CROWD = 5


def says(holds: object, got: object, expected: str) -> None:
    """Refuse with what came back."""
    expect(holds, did="looked", got=str(got), expected=expected, meaning="It is not what was asked for.")


def check_it_is_open_from_start_to_end(answer: Imported) -> None:
    """Its lifespan begins before it is asked, and ends with it; it can be started again."""
    for _ in range(2):
        shop = Hosted(answer)
        says(answer["is_open"] == [True], answer["is_open"], "open")
        shop.gives("/prices/box", BOX)
        shop.shut_down()
        says(answer["is_open"] == [False], answer["is_open"], "closed")


def check_many_are_there_before_the_first_is_seen(answer: Imported) -> None:
    """Requests that are started at once have all been sent when the app sees the first."""
    shop = Hosted(answer)
    asked = shop.start_at_once(f"/prices/{number}" for number in range(CROWD))
    says(all(each.written for each in asked), asked, "all are sent")
    for each in asked:
        shop.gives(each.path, BOX, each)
    first = min(answer["seen"])
    says(len(answer["seen"]) == CROWD, answer["seen"], f"{CROWD} requests")
    says(all(each.sent < first for each in asked), first, "later than all were sent")


def check_worker_threads_are_kept(answer: Imported) -> None:
    """A thread that has worked for a request works for the next, as under uvicorn's own event loop."""
    shop = Hosted(answer)
    for turn in (1, 2):
        shop.gives("/turns", {"turn": turn}, meaning="Each request has a thread of its own.")
    shop.shut_down()


def check_other_words_can_be_given(answer: Imported) -> None:
    """What a check did, and what it means, is said in the check's words, before and behind those of the app."""
    shop = Hosted(answer, did="opened the shop", meaning="It stays closed.")
    shop.gives("/prices/gold", {"price": 9}, did="asked for gold", meaning="Gold has a price.")
    shop.shut_down()
