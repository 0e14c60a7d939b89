import asyncio
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request

from labs.parcel_sdk import draw_label


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    with ThreadPoolExecutor(max_workers=2, thread_name_prefix="printer") as app.state.printer:
        yield


app = FastAPI(lifespan=lifespan)


@app.get("/labels/{parcel}")
async def label(parcel: int, request: Request) -> dict[str, str]:
    loop = asyncio.get_running_loop()
    return {"label": await loop.run_in_executor(request.app.state.printer, draw_label, parcel)}


@app.get("/addresses/{parcel}")
def address(parcel: int) -> dict[str, str]:
    return {"address": f"{parcel} Harbour Road"}
