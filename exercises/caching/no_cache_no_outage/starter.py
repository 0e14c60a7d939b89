import os

import httpx
import redis.asyncio as redis
from fastapi import FastAPI

CARRIERS = os.environ["CARRIERS_URL"]
store = redis.Redis.from_url(os.environ["REDIS_URL"], max_connections=5)
app = FastAPI()


async def ask_rate(zone: int) -> float:
    async with httpx.AsyncClient(base_url=CARRIERS, timeout=60) as client:
        answer = await client.get("/carriers/swift/quote", params={"parcel": zone})
        return answer.raise_for_status().json()["price"]


@app.get("/rates/{zone}")
async def read_rate(zone: int) -> dict[str, float]:
    # TODO: Serve the customers whatever the store does.
    if (kept := await store.get(f"rate:{zone}")) is None:
        await store.set(f"rate:{zone}", kept := await ask_rate(zone), ex=60)
    return {"price": float(kept)}
