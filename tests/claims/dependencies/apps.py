"""Apps in this process: asked, and called as a server calls them."""

import asyncio

import httpx


def calling(app):
    """Give a client that calls an app in this process and event loop, without its lifespan."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://parcel")


def get(app, *paths, **options):
    """Ask for paths one after the other, each time on the same new event loop."""

    async def ask():
        async with calling(app) as client:
            return [await client.get(path, **options) for path in paths]

    return asyncio.run(ask())


async def course(app, path="/"):
    """Call an app, and give what it sends, in the list that the app's parts write into as well."""
    app.events.clear()
    sent = asyncio.Event()

    async def receive():
        if sent.is_set():
            await asyncio.Event().wait()
        sent.set()
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        if message["type"] == "http.response.start":
            app.events.append(message["status"])
        elif message.get("body"):
            app.events.append(message["body"].decode())

    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": [], "http_version": "1.1"}
    try:
        await app(scope, receive, send)
    except Exception as error:  # noqa: BLE001  # a server logs it
        app.events.append(type(error).__name__)
    return [*app.events]
