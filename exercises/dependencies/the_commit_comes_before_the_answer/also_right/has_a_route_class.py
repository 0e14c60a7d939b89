"""Commits in a class of routes, which has the answer in its hands before anybody else."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request, Response
from fastapi.routing import APIRoute

from labs.pool import Lease, LedgerError, Pool


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    async with Pool(size=5) as app.state.pool:
        yield


async def get_lease(request: Request) -> AsyncGenerator[Lease]:
    async with request.app.state.pool.acquire(request.url.path) as request.state.lease:
        yield request.state.lease


class Committing(APIRoute):
    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:
        handle = super().get_route_handler()

        async def handle_and_commit(request: Request) -> Response:
            answer = await handle(request)
            try:
                await request.state.lease.commit()
            except LedgerError:
                raise HTTPException(503, "The ledger did not keep it.") from None
            return answer

        return handle_and_commit


router = APIRouter(route_class=Committing)


@router.post("/orders/{parcel}", status_code=201)
async def order(parcel: int, lease: Annotated[Lease, Depends(get_lease)]) -> dict[str, int]:
    await lease.write(f"order {parcel}")
    return {"ordered": parcel}


@router.delete("/orders/{parcel}")
async def cancel(parcel: int, lease: Annotated[Lease, Depends(get_lease)]) -> dict[str, int]:
    await lease.write(f"order {parcel} cancelled")
    return {"cancelled": parcel}


app = FastAPI(lifespan=lifespan)
app.include_router(router)
