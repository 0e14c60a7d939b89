import anyio.to_process
from fastapi import FastAPI

from labs.parcel_sdk import plan_boxes

app = FastAPI()


@app.get("/plans/{parcel}")
async def plan(parcel: int) -> dict[str, int]:
    return {"boxes": await anyio.to_process.run_sync(plan_boxes, parcel)}


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}
