from fastapi import FastAPI

from labs.parcel_sdk import plan_boxes

app = FastAPI()


@app.get("/plans/{parcel}")
async def plan(parcel: int) -> dict[str, int]:
    # TODO: Compute the plan outside the service's process.
    return {"boxes": plan_boxes(parcel)}


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}
