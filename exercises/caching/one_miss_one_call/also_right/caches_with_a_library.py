import os

import httpx
from async_lru import alru_cache

CARRIERS = os.environ["CARRIERS_URL"]


@alru_cache(maxsize=1000)
async def get_rate(zone: int) -> float:
    async with httpx.AsyncClient(base_url=CARRIERS, timeout=60) as client:
        answer = await client.get("/carriers/swift/quote", params={"parcel": zone})
        return answer.raise_for_status().json()["price"]
