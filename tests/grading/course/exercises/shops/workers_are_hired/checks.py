"""Tasks are done by workers, whatever becomes of one of them."""

from unblocked.grading import Outside, Stack, expect


def check_a_label_is_drawn(stack: Stack, carriers: Outside) -> None:
    """A label is drawn by a worker."""
    carriers.mend(latency=0)
    stack.post("/labels/7")
    expect(
        stack.finishes() and carriers.asked("/drawn/7"),
        did="asked for a label",
        got=f"{[task.state for task in stack.tasks()]}, {[each['message'] for each in stack.failures]}",
        expected="that it is drawn",
        meaning="A task is done by whoever takes it.",
        line=stack.failures[0]["line"] if stack.failures else None,
    )


def check_a_killed_worker_loses_nothing(stack: Stack, carriers: Outside) -> None:
    """A label is drawn although its worker is killed."""
    carriers.hold()
    stack.post("/labels/7")
    carriers.wait_for(1)
    stack.worker.kill()
    carriers.mend(latency=0)
    stack.hire()
    expect(
        stack.works(lambda: stack.tasks("draw")[0].state == "SUCCESS", patience=3),
        did="killed the worker in the midst of a task, and started another one",
        got=f"the task is {stack.tasks()[0].state or 'not begun'}",
        expected="that it is begun again",
        meaning="A task that is acknowledged before it is done is lost with its worker.",
    )


def check_a_dead_broker_is_told(stack: Stack) -> None:
    """Without a broker, the answer is 503."""
    stack.broker.kill()
    reply = stack.post("/labels/7")
    stack.broker.again()
    expect(
        reply.status == 503,
        did="asked for a label while the broker was dead",
        got=str(reply),
        expected="status 503",
        meaning="The customer has to know that nothing will be drawn.",
    )
