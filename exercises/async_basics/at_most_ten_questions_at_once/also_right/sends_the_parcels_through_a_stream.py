import os

import anyio
import httpx

CARRIERS = os.environ["CARRIERS_URL"]


async def quotes(parcels: list[int]) -> dict[int, float]:
    send, receive = anyio.create_memory_object_stream(0)
    prices = {}

    async def worker(client, stream):
        async with stream:
            async for parcel in stream:
                answer = await client.get(f"{CARRIERS}/carriers/swift/quote", params={"parcel": parcel})
                prices[parcel] = answer.json()["price"]

    async with httpx.AsyncClient(timeout=30) as client, anyio.create_task_group() as group:
        with receive:
            for _ in range(10):
                group.start_soon(worker, client, receive.clone())
        async with send:
            for parcel in parcels:
                await send.send(parcel)
    return prices
