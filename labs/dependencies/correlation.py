"""One id for all that is done for a request: it comes with the request or is made here, and is on every log line."""

from __future__ import annotations

import logging
import re
import uuid
from contextvars import ContextVar

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = "x-request-id"
correlation_id: ContextVar[str] = ContextVar("correlation_id", default="-")
_fit = re.compile(r"[\w-]{1,64}")


class CorrelationMiddleware:
    """Gives each request an id, for as long as it lasts; plain ASGI, so it runs in the same task as the route."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request under its id; the lifespan has none."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        name = Headers(scope=scope).get(HEADER, "")
        name = name if _fit.fullmatch(name) else uuid.uuid4().hex  # what a stranger sends goes into the log

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = name
            await send(message)

        token = correlation_id.set(name)
        try:
            await self.app(scope, receive, send_with_id)
        finally:
            correlation_id.reset(token)


class CorrelationFilter(logging.Filter):
    """Puts the id of the request on whose behalf a line is logged into the line."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Add the id; every line passes."""
        record.correlation_id = correlation_id.get()
        return True


def set_up_logging() -> None:
    """Log what Parcel does, each line with its request's id."""
    handler = logging.StreamHandler()
    handler.addFilter(CorrelationFilter())  # on the handler: it sees the lines of every logger below
    handler.setFormatter(logging.Formatter("%(levelname)s [%(correlation_id)s] %(message)s"))
    logger = logging.getLogger("parcel")
    logger.setLevel(logging.INFO)
    logger.handlers, logger.propagate = [handler], False
