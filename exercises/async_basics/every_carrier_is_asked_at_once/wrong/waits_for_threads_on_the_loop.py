"""Believes that threads do not block, wherever their results are waited for.

Says: nobody else is served
"""

import os
from concurrent.futures import ThreadPoolExecutor

import requests

CARRIERS = os.environ["CARRIERS_URL"]


async def quotes(carriers: list[str], parcel: int) -> dict[str, float]:
    def ask(carrier):
        return requests.get(f"{CARRIERS}/carriers/{carrier}/quote?parcel={parcel}", timeout=30).json()["price"]

    with ThreadPoolExecutor(max_workers=100) as pool:
        # wrong: check_other_customers_go_on
        return dict(zip(carriers, pool.map(ask, carriers), strict=True))
