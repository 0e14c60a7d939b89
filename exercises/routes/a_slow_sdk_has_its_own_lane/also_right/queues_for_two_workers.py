import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from labs.parcel_sdk import draw_label

Order = tuple[int, asyncio.Future[str]]
orders: asyncio.Queue[Order] = asyncio.Queue()


async def draw() -> None:
    while True:
        parcel, drawn = await orders.get()
        drawn.set_result(await asyncio.to_thread(draw_label, parcel))


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
    workers = [asyncio.create_task(draw()) for _ in range(2)]
    yield
    for worker in workers:
        worker.cancel()


app = FastAPI(lifespan=lifespan)


@app.get("/labels/{parcel}")
async def label(parcel: int) -> dict[str, str]:
    drawn = asyncio.get_running_loop().create_future()
    await orders.put((parcel, drawn))
    return {"label": await drawn}


@app.get("/addresses/{parcel}")
def address(parcel: int) -> dict[str, str]:
    return {"address": f"{parcel} Harbour Road"}
