"""Believes that cancelling a task ends the thread that it waits for.

Says: leaves its questions behind
"""

import asyncio
import os

import requests

CARRIERS = os.environ["CARRIERS_URL"]


class NoPrice(Exception):
    """Every carrier has failed."""


def ask(carrier: str, parcel: int) -> tuple[str, float]:
    answer = requests.get(f"{CARRIERS}/carriers/{carrier}/quote", params={"parcel": parcel}, timeout=30)
    answer.raise_for_status()
    return carrier, answer.json()["price"]


async def first_price(carriers: list[str], parcel: int) -> tuple[str, float]:
    tasks = [asyncio.create_task(asyncio.to_thread(ask, carrier, parcel)) for carrier in carriers]
    try:
        for answer in asyncio.as_completed(tasks):
            try:
                return await answer
            except requests.RequestException:
                continue
    finally:
        for task in tasks:
            task.cancel()  # wrong: check_no_question_is_left_behind
    raise NoPrice
