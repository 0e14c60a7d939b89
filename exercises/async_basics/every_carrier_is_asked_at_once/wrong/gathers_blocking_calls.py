"""Believes that `gather` makes whatever it is given run at the same time.

Says: times add up
"""

import asyncio
import os

import requests

CARRIERS = os.environ["CARRIERS_URL"]


async def ask(carrier: str, parcel: int) -> float:
    # wrong: check_all_carriers_are_asked_at_once
    answer = requests.get(f"{CARRIERS}/carriers/{carrier}/quote?parcel={parcel}", timeout=30)
    return answer.json()["price"]


async def quotes(carriers: list[str], parcel: int) -> dict[str, float]:
    prices = await asyncio.gather(*(ask(carrier, parcel) for carrier in carriers))
    return dict(zip(carriers, prices, strict=True))
