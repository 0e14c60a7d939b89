"""Rates are asked for once, and a store that is down harms nobody."""

from unblocked.grading import App, Outside, Store, expect


def check_a_rate_is_asked_for_once(app: App, store: Store, carriers: Outside) -> None:
    """Who asks for a rate again gets it from the store."""
    replies = [app.get("/rates/7") for _ in range(2)]
    asked = len(carriers.asked("/rate/7"))
    expect(
        asked == 1 and {each.status for each in replies} == {200} and app.beside == [store],
        did="asked twice",
        got=f"{asked} question(s) to the carrier; {store.commands}; keys {store.keys}",
        expected="one",
        meaning="What is kept need not be asked for again.",
    )


def check_a_rate_is_kept_for_a_minute(app: App, store: Store) -> None:
    """A rate is kept for a minute."""
    app.get("/rates/7")
    with store.client() as client:
        left = client.ttl("rate:7")
    expect(
        55 <= left <= 60 and not store.asked("EXPIRE") and store.connections == 1,
        did="looked how long a rate is kept",
        got=f"{left}; {store.asked('SET')}; {store.connections} connection(s)",
        expected="60",
        meaning="It would be kept for ever.",
    )


def check_a_dead_store_harms_nobody(app: App, store: Store) -> None:
    """Without a store, rates are asked for."""
    app.get("/rates/7")
    store.kill()
    without = app.get("/rates/7")
    store.again()
    expect(
        without.status == 200 and store.keys == [] and app.get("/rates/8").status == 200,
        did="killed the store",
        got=str(without),
        expected="200",
        meaning="A cache is there to be faster.",
    )


def check_a_silent_store_harms_nobody(app: App, store: Store) -> None:
    """A store that says nothing is not waited for."""
    app.get("/rates/7")
    store.pause()
    reply = app.get("/rates/7")
    store.go_on()
    expect(
        reply.status == 200, did="paused the store", got=str(reply), expected="200", meaning="It waits for the store."
    )
