import asyncio
from contextlib import asynccontextmanager
from time import monotonic

from fastapi import FastAPI


async def watch(app: FastAPI) -> None:
    due = monotonic()
    while True:  # TODO: Tell the worst of the last ten seconds, and end with the app.
        due += 0.1
        await asyncio.sleep(0.1)
        app.state.worst = monotonic() - due


@asynccontextmanager
async def lifespan(app: FastAPI):
    app.state.worst = 0.0
    app.state.watching = asyncio.create_task(watch(app))
    yield


app = FastAPI(lifespan=lifespan)
app.add_api_route("/lag", lambda: {"worst": app.state.worst})
