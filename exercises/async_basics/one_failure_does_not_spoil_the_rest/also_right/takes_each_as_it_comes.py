import asyncio
import os

import httpx

CARRIERS = os.environ["CARRIERS_URL"]


async def ask(client, carrier, parcel):
    try:
        r = await client.get(f"{CARRIERS}/carriers/{carrier}/quote", params={"parcel": parcel})
        r.raise_for_status()
        return carrier, r.json()["price"], None
    except (httpx.HTTPStatusError, httpx.RequestError) as e:
        return carrier, None, e


async def quotes(carriers, parcel):
    prices, failed = {}, []
    async with httpx.AsyncClient(timeout=30) as client:
        tasks = [asyncio.create_task(ask(client, c, parcel)) for c in carriers]
        try:
            for t in asyncio.as_completed(tasks):
                carrier, price, error = await t
                if error:
                    failed.append(carrier)
                else:
                    prices[carrier] = price
        finally:
            for t in tasks:
                t.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
    return {"prices": prices, "failed": failed}
