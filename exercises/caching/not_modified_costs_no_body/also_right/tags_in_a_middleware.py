from collections.abc import Awaitable, Callable
from hashlib import blake2b
from typing import Annotated

from fastapi import FastAPI, Header, Request, Response
from pydantic import BaseModel

app = FastAPI()
prices = {zone: 5 + zone * 7919 % 2000 / 100 for zone in range(1, 301)}


class Rate(BaseModel):
    zone: int
    price: float


def list_rates(*, rebate: int = 0) -> list[Rate]:
    return [Rate(zone=zone, price=round(price * (100 - rebate) / 100, 2)) for zone, price in prices.items()]


@app.middleware("http")
async def tag(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    response = await call_next(request)
    if request.method != "GET" or response.status_code != 200:
        return response
    body = b"".join([chunk async for chunk in response.body_iterator])  # type: ignore[attr-defined]
    response.headers["etag"] = f'"{blake2b(body, digest_size=16).hexdigest()}"'
    known = [each.strip().removeprefix("W/") for each in ",".join(request.headers.getlist("if-none-match")).split(",")]
    headers = dict(response.headers)
    if "*" in known or headers["etag"] in known:
        del headers["content-length"], headers["content-type"]
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers)


@app.put("/rates/{zone}", status_code=204)
async def change_rate(zone: int, rate: Rate) -> None:
    prices[zone] = rate.price


@app.get("/rates")
async def read_rates(response: Response) -> list[Rate]:
    response.headers["Cache-Control"] = "public, max-age=60"
    return list_rates()


@app.get("/rates/own")
async def read_own_rates(x_customer: Annotated[str, Header()], response: Response) -> list[Rate]:
    response.headers.update({"Cache-Control": "private, max-age=60", "Vary": "X-Customer"})
    return list_rates(rebate=len(x_customer) % 10)
