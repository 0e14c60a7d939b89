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
    stack.works(lambda: carriers.waiting("/drawn/*"))
    stack.worker.kill()
    carriers.mend(latency=0)
    stack.hire()
    expect(
        stack.works(lambda: stack.tasks("draw")[0].state == "SUCCESS", patience=6),
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


def check_another_app_goes_on(stack: Stack, carriers: Outside) -> None:
    """An app that takes the place of one that was killed sends labels to the same workers."""
    carriers.mend(latency=0)
    stack.post("/labels/7")
    killed = stack.pid
    stack.renew()
    reply = stack.post("/labels/8")
    expect(
        killed != stack.pid and reply.status == 200 and stack.works(lambda: carriers.asked("/drawn/8")),
        did="killed the app, and asked the next one for a label",
        got=str(reply),
        expected="that it is drawn",
        meaning="Whoever has the broker's address can send.",
    )
    stack.finishes()
    drawn = {stretch["label"] for trace in stack.seen()["recording"]["traces"] for stretch in trace["stretches"]}
    lanes = [trace["path"] for trace in stack.seen()["recording"]["traces"]]
    expect(
        lanes == ["/labels/7", "/labels/8"] and any(label.endswith("draw") for label in drawn),
        did="looked at what is drawn of both apps",
        got=f"{lanes} with {drawn}",
        expected="the requests to both, with their tasks",
        meaning="What a killed app did was seen all the same.",
    )
