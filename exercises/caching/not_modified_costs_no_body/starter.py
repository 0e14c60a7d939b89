from typing import Annotated

from fastapi import FastAPI, Header, Response
from pydantic import BaseModel

app = FastAPI()
prices = {zone: 5 + zone * 7919 % 2000 / 100 for zone in range(1, 301)}


class Rate(BaseModel):
    zone: int
    price: float


def list_rates(*, rebate: int = 0) -> list[Rate]:
    return [Rate(zone=zone, price=round(price * (100 - rebate) / 100, 2)) for zone, price in prices.items()]


@app.put("/rates/{zone}", status_code=204)
async def change_rate(zone: int, rate: Rate) -> None:
    prices[zone] = rate.price


# TODO: Tell who has a list already that it is the same.
@app.get("/rates")
async def read_rates(response: Response) -> list[Rate]:
    response.headers["Cache-Control"] = "public, max-age=60"
    return list_rates()


@app.get("/rates/own")
async def read_own_rates(x_customer: Annotated[str, Header()], response: Response) -> list[Rate]:
    response.headers["Cache-Control"] = "public, max-age=60"
    return list_rates(rebate=len(x_customer) % 10)
