"""Believes that a watcher must stand beside the loop, and compares its own thread's sleep with the clock.

Says: A thread of its own is on time
"""

import threading
import time
from collections import deque

from fastapi import FastAPI

late: deque[float] = deque([0.0], maxlen=200)
app = FastAPI()


def watch() -> None:
    while True:
        due = time.monotonic() + 0.05
        time.sleep(0.05)  # wrong: check_the_probe_leaves_the_loop_free
        late.append(time.monotonic() - due)


threading.Thread(target=watch, daemon=True).start()


@app.get("/lag")
async def lag() -> dict[str, float]:
    return {"worst": max(late)}
