"""Makes `/docs` and `/redoc` work without a network: their scripts come from this machine instead of a CDN."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

import fastapi.applications
import fastapi_offline
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from unblocked.recorder.middleware import App, Receive, Scope, Send

PREFIX = "-/docs-assets"
"""Where their files are, beside each page: a proxy may have the app under any path."""

_REDOC = "redoc.standalone.js"
_LOGO = "https://cdn.redoc.ly/redoc/logo-mini.svg"
_EMPTY = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>"
_FILES = Path(fastapi_offline.__file__).parent / "static"


def install() -> None:
    """Point FastAPI's pages to our copies. Call it before the app is imported."""
    pages: dict[str, dict[str, str | bool]] = {
        "get_swagger_ui_html": {
            "swagger_js_url": f"{PREFIX}/swagger-ui-bundle.js",
            "swagger_css_url": f"{PREFIX}/swagger-ui.css",
            "swagger_favicon_url": f"{PREFIX}/favicon.png",
        },
        "get_redoc_html": {
            "redoc_js_url": f"{PREFIX}/{_REDOC}",
            "redoc_favicon_url": f"{PREFIX}/favicon.png",
            "with_google_fonts": False,
        },
    }
    for name, addresses in pages.items():
        page: Callable[..., object] = getattr(fastapi.applications, name)
        setattr(fastapi.applications, name, partial(page, **addresses))


class WithDocsFiles:
    """Wraps an ASGI app and answers what the pages load; everything else goes to the app."""

    def __init__(self, app: App) -> None:
        self.app = app
        redoc = Route(f"/{_REDOC}", _redoc)
        self._files: App = Starlette(routes=[redoc, Mount("/", StaticFiles(directory=_FILES))])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the lifespan."""
        _, found, file = scope["path"].rpartition(f"/{PREFIX}/") if scope["type"] == "http" else ("", "", "")
        if found:
            await self._files({**scope, "path": f"/{file}"}, receive, send)
        else:
            await self.app(scope, receive, send)


def _redoc(_: Request) -> Response:
    return Response(_without_logo(), media_type="text/javascript")


@cache
def _without_logo() -> str:
    """Give ReDoc without the one picture that it would load from its makers."""
    return (_FILES / _REDOC).read_text(encoding="utf-8").replace(_LOGO, _EMPTY)
