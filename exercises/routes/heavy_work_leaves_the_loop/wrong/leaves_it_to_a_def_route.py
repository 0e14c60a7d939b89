"""Believes that FastAPI's worker threads compute beside the event loop, as they wait beside it.

Says: shares the interpreter
"""

from fastapi import FastAPI

from labs.parcel_sdk import plan_boxes

app = FastAPI()


@app.get("/plans/{parcel}")
def plan(parcel: int) -> dict[str, int]:
    return {"boxes": plan_boxes(parcel)}  # wrong: check_a_plan_is_computed_in_another_process


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}
