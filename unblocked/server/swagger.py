"""Makes `/docs` and `/redoc` work without a network: their scripts come from this machine instead of a CDN."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import fastapi.applications
import fastapi_offline
from starlette.staticfiles import StaticFiles

from unblocked.recorder.middleware import App, Receive, Scope, Send

PREFIX = "/-/docs-assets"
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
            "redoc_js_url": f"{PREFIX}/redoc.standalone.js",
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
        self._files: App = StaticFiles(directory=_FILES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the lifespan."""
        if scope["type"] == "http" and scope["path"].startswith(PREFIX + "/"):
            scope = {**scope, "root_path": scope.get("root_path", "") + PREFIX}
            await self._files(scope, receive, send)
        else:
            await self.app(scope, receive, send)
