"""Lets an app be reached through a proxy as well as directly, when only the proxy knows under which path it is there.

The app itself sees the same paths either way. Only what leads a browser on has to know: the pages `/docs` and `/redoc`,
what they load, and redirects.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from starlette.datastructures import Headers, MutableHeaders

from unblocked.recorder.middleware import App, Receive, Scope, Send

_PREFIX = "x-forwarded-prefix"  # jupyter-server-proxy sends it
_DOCS = ("/docs", "/docs/oauth2-redirect", "/redoc", "/openapi.json")


class Proxied:
    """Wraps an ASGI app, and does nothing to a request that has come directly."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the lifespan."""
        prefix = Headers(scope=scope).get(_PREFIX) if scope["type"] == "http" else None
        if not prefix:
            await self.app(scope, receive, send)
        elif scope["path"].endswith(_DOCS):
            # As ASGI wants it: the root path is a part of the path. FastAPI makes the addresses of these pages of it.
            await self.app({**scope, "root_path": prefix, "path": prefix + scope["path"]}, receive, send)
        else:
            await self.app(scope, receive, _leading_on(scope, send))


def _leading_on(scope: Scope, send: Send) -> Send:
    """Give a `send` that tells the proxy of redirects within the app by their path, which it completes."""
    here = f"{scope['scheme']}://{Headers(scope=scope).get('host', '')}/"

    async def leading_on(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=list(message.get("headers", [])))
            if headers.get("location", "").startswith(here):
                headers["location"] = headers["location"].removeprefix(here[:-1])
                message = {**message, "headers": headers.raw}
        await send(message)

    return leading_on
