import os
from typing import Annotated

import requests
from fastapi import Depends, FastAPI

CARRIERS = os.environ["CARRIERS_URL"]
app = FastAPI()


def price(parcel: int) -> float:
    answer = requests.get(f"{CARRIERS}/carriers/swift/quote?parcel={parcel}", timeout=30)
    return answer.json()["price"]


@app.get("/quotes/{parcel}")
async def quote(price: Annotated[float, Depends(price)]) -> dict[str, float]:
    return {"price": price}


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}
