"""What computes must not keep the others waiting: it runs in another process, which is kept."""

import os
from pathlib import Path

from unblocked.grading import App, Code, Outside, Pending, Reply, advice, expect, hints
from unblocked.outside import Call

SLOWEST_START = 20.0
"""Seconds that the first process of a pool may take on a busy machine: it may have to import everything first."""

RAISED = (
    "The route raised an exception; your code printed which. If it cannot be pickled: another process is told a "
    "function by its name, so it must stand at the top level of a module. A lambda or an inner function does not. Nor "
    "can a coroutine go there: what computes is a plain `def`."
)


def check_a_customer_gets_the_plan(app: App) -> None:
    """A customer who asks for a plan gets the number of boxes."""
    for parcel, boxes in ((8, 5), (21, 2)):
        reply = reply_of(app, f"/plans/{parcel}")
        expect(
            reply.status == 200 and reply.json == {"boxes": boxes},
            did=f"asked for `/plans/{parcel}`",
            got=str(reply),
            expected=f'200 {{"boxes":{boxes}}}',
            meaning=RAISED if reply.status == 500 else "The route must return what `plan_boxes` gives for this parcel.",
        )


@hints(
    "Does `plan_boxes` ever wait for something, so that the loop's thread could do other work meanwhile?",
    "The section on heavy computation compares it inline, in threads and in processes: look at the loop's lag in each.",
    "Two parts: something that lives as long as the app and owns processes, and a route that awaits what they compute.",
)
def check_health_answers_while_a_plan_is_computed(app: App, carriers: Outside) -> None:
    """`/health` answers while a plan is being computed."""
    carriers.hold("/warehouse/plans/*")
    begun(app, carriers, "/plans/8")
    health = app.start("/health")
    answered = app.comes(lambda: health.over)
    expect(
        health.reply and health.reply.json == {"ok": True},
        did="asked for `/health` while the plan for parcel 8 was being computed",
        got=str(health.reply or "no answer"),
        expected='200 {"ok":true}',
        meaning="`/health` must answer what it answered before."
        if answered
        else "This line keeps the event loop's only thread until the plan is there, so nobody else is served.",
        line=None if answered else app.line,
    )


@hints(
    "`/health` was answered while the planner waited at its beginning. Who runs Python while it computes in a thread?",
    "The section on heavy computation shows what threads gain for pure Python, and what processes gain.",
    "The standard library's executors come in two kinds with one interface; the event loop can run a call in either.",
)
def check_a_plan_is_computed_in_another_process(app: App, carriers: Outside) -> None:
    """A plan is computed in another process than the service's own."""
    carriers.hold("/warehouse/plans/*")
    planner = begun(app, carriers, "/plans/8")
    expect(
        process_of(planner) != app.pid,
        did="looked in which process the plan for parcel 8 was being computed",
        got=f"{app.pid}, the service's own, in its thread “{planner.headers['x-parcel-thread']}”",
        expected="another process",
        meaning="A thread shares the interpreter with the event loop, and an interpreter runs one thread's Python at a "
        "time: while a plan is computed, every other request only gets its turn in between.",
    )


@hints(
    "When does your code start a process, and when does it end it?",
    "In the section on heavy computation the lifespan owns the pool.",
    "Make it once, before the first request or at the first; let every request use the same one.",
)
def check_a_process_is_kept_for_the_next_plan(app: App, carriers: Outside) -> None:
    """The process that has computed a plan is kept for the next one."""
    before = carriers.total  # a pool may have computed something already, to have its processes ready
    carriers.hold("/warehouse/plans/9")
    reply_of(app, "/plans/8")
    expect(
        carriers.total == before + 1,
        did="asked for `/plans/8` and counted how often that was computed",
        got=str(carriers.total - before),
        expected="1",
        meaning="`plan_boxes` must be called for every plan, once.",
    )
    first = process_of(carriers.calls[before])
    second = process_of(begun(app, carriers, "/plans/9"))
    expect(
        first == second or app.stays(lambda: is_alive(first)),
        did="asked for `/plans/8` and then for `/plans/9`",
        got=f"the process that had computed the first, {first}, was gone; {second} was started for the second",
        expected="processes that stay for the next plan",
        meaning="Every plan gets its own processes, which end with it: starting them is work that nobody asked for, "
        "and a hundred customers at once start a hundred.",
    )


@advice
def anyio_keeps_the_processes(code: Code) -> bool:
    """Good to know: `anyio.to_process` keeps its processes as well, by default one for each core."""
    return code.uses("anyio.to_process.run_sync")


@advice
def a_thread_waits_for_the_process(code: Code) -> bool:
    """Good to know: a `def` route keeps one of the 40 tokens while its process computes; an awaited one needs none."""
    return code.uses("multiprocessing.Pool") and not code.is_async("plan")


def reply_of(app: App, path: str) -> Reply:
    """Ask for a plan, and give its process time to start."""
    plan = app.start(path)
    app.settles(lambda: plan.over, patience=SLOWEST_START)
    return plan.finish()


def begun(app: App, carriers: Outside, path: str) -> Call:
    """Ask for a plan whose planner is held where it begins to compute, and give what it said there."""
    before = carriers.total
    plan: Pending = app.start(path)
    app.settles(lambda: carriers.total > before or plan.over, patience=SLOWEST_START)
    if app.blocked:  # a new process may begin to compute all the same
        carriers.wait_for(1, timeout=SLOWEST_START)
    expect(
        carriers.total > before,
        did=f"asked for `{path}`",
        got=f"{plan.reply or 'no reply'}, and `plan_boxes` did not begin",
        expected="that it begins to compute",
        meaning="The route must call `plan_boxes` for every plan; if it raised an exception, your code printed which.",
    )
    return carriers.calls[before]


def process_of(planner: Call) -> int:
    """Give the id of the process in which it computes."""
    return int(planner.headers["x-parcel-process"])


def is_alive(process: int) -> bool:
    """Say whether there is still such a process. One that has ended stays in the list until its parent asks for it."""
    try:
        os.kill(process, 0)
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except ProcessLookupError:
        return False
    except FileNotFoundError:  # no /proc, as on macOS, or gone in between
        return not Path("/proc/self").exists()
