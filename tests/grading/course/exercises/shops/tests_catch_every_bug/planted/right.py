"""A shop that works."""

from fastapi import FastAPI, HTTPException

app = FastAPI()
PRICES = {"box": 3, "string": 1}


@app.get("/prices/{thing}")
async def price(thing: str) -> dict[str, int]:
    if thing not in PRICES:
        raise HTTPException(404)
    return {"price": PRICES[thing]}
