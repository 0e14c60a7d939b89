"""Pages: what browsers and caches between them and us are told about a large list of rates."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter, FastAPI, Header, Query, Response
from pydantic import BaseModel, Field, TypeAdapter
from starlette.middleware.gzip import GZipMiddleware

from labs.caching.limits import Customer

router = APIRouter(prefix="/pages", tags=["pages"])


class Line(BaseModel):
    """A line of the list."""

    zone: int
    carrier: str
    price: float


_list = TypeAdapter(list[Line])
surcharge = {"percent": 0}

Zones = Annotated[int, Query(ge=1, le=20_000)]


def write_list(zones: int, *, rebate: int = 0) -> bytes:
    """Write the list of rates as JSON: about 46 bytes a zone."""
    factor = (100 + surcharge["percent"] - rebate) / 100
    carriers = ("swift", "turtle", "snail")
    lines = [
        Line(zone=zone, carrier=carriers[zone % 3], price=round((5 + zone * 7919 % 2000 / 100) * factor, 2))
        for zone in range(1, zones + 1)
    ]
    return _list.dump_json(lines)


class Surcharge(BaseModel):
    """What is added to every price."""

    percent: Annotated[int, Field(ge=0, le=100)]


@router.put("/surcharge", status_code=204)
async def change_surcharge(wanted: Surcharge) -> None:
    """Change every rate of the list."""
    surcharge["percent"] = wanted.percent


@router.get("/plain")
async def page_plain(zones: Zones = 2500) -> Response:
    """Send the whole list each time: nobody is told how to know that it is the same."""
    return Response(write_list(zones), media_type="application/json")


# The same again?


def tag_of(body: bytes) -> str:
    """Give a strong tag: the same for the same bytes, another one for others."""
    return f'"{sha256(body).hexdigest()[:32]}"'


def is_known(tag: str, if_none_match: str) -> bool:
    """Say whether a client has what this tag stands for: it may name several, each also as weak, or `*` for any."""
    if if_none_match.strip() == "*":
        return True
    return tag.removeprefix("W/") in re.findall(r'(?:W/)?("[^"]*")', if_none_match)


Known = Annotated[list[str] | None, Header(alias="if-none-match")]


def answer_page(body: bytes, *, tag: str, known: list[str] | None, cache_control: str, vary: str) -> Response:
    """Send a page, or only that the client has it already."""
    headers = {"ETag": tag, "Cache-Control": cache_control, "Vary": vary}
    if known and is_known(tag, ", ".join(known)):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


@router.get("/tagged")
async def page_tagged(zones: Zones = 2500, known: Known = None) -> Response:
    """Send the list with a tag, which anybody may keep for a minute; who has it gets 304 and no body."""
    body = write_list(zones)
    return answer_page(body, tag=tag_of(body), known=known, cache_control="public, max-age=60", vary="Accept-Encoding")


@router.get("/own")
async def page_own(customer: Customer, zones: Zones = 2500, known: Known = None) -> Response:
    """Send a customer's own list: only the customer's browser may keep it, for this customer."""
    body = write_list(zones, rebate=len(customer) % 10)
    vary = "Accept-Encoding, X-Customer"
    return answer_page(body, tag=tag_of(body), known=known, cache_control="private, max-age=60", vary=vary)


@router.get("/leaked")
async def page_leaked(customer: Customer, zones: Zones = 2500) -> Response:
    """Send a customer's own list as if it were for all: a cache in between gives it to the next customer."""
    body = write_list(zones, rebate=len(customer) % 10)
    return Response(body, media_type="application/json", headers={"Cache-Control": "public, max-age=60"})


# The same, packed.

packed = FastAPI(openapi_url=None)
packed.add_middleware(GZipMiddleware, minimum_size=500)


@packed.get("/tagged")
async def page_packed(zones: Zones = 2500, known: Known = None) -> Response:
    """Send the list packed to whoever takes that; the tag is weak, for it stands for packed and plain bytes."""
    body = write_list(zones)
    tag = f"W/{tag_of(body)}"
    page = answer_page(body, tag=tag, known=known, cache_control="public, max-age=60", vary="Accept-Encoding")
    if page.body:
        del page.headers["vary"]  # the middleware adds it to what it may pack, and to nothing else
    return page
