import os

import requests
from fastapi import FastAPI, HTTPException

CARRIERS = os.environ["CARRIERS_URL"]
app = FastAPI()


@app.get("/quotes/{parcel}")
def quote(parcel: int) -> dict[str, float]:
    try:
        answer = requests.get(f"{CARRIERS}/carriers/swift/quote?parcel={parcel}", timeout=0.5)
    except requests.Timeout:
        raise HTTPException(504, "The carrier does not answer.") from None
    return {"price": answer.json()["price"]}


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}
