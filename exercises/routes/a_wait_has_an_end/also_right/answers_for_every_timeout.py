import asyncio
import os

import httpx2
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

carriers = httpx2.AsyncClient(base_url=os.environ["CARRIERS_URL"])
app = FastAPI()


@app.exception_handler(TimeoutError)
async def too_late(request: Request, _: TimeoutError) -> JSONResponse:
    return JSONResponse({"detail": f"{request.url.path} took too long"}, status_code=504)


@app.get("/quotes/{parcel}")
async def quote(parcel: int) -> dict[str, float]:
    answer = await asyncio.wait_for(carriers.get("/carriers/swift/quote", params={"parcel": parcel}), timeout=0.5)
    return {"price": answer.json()["price"]}


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}
