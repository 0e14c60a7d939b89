"""Apps in this process: asked, and called as a server calls them."""

import asyncio

import httpx


def asked(app, path="/", *, method="POST", **content):
    """Ask an app in this process; give its answer, and what it raised after that."""

    async def ask():
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://parcel") as client:
            return await client.request(method, path, **content)

    return asyncio.run(ask())


async def messages(app, path="/"):
    """Call an app as a server does; give what it sent, and the exception that came after."""
    sent = []
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "method": "POST",
        "path": path,
        "query_string": b"",
        "headers": [],
    }

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    error = None
    try:
        await app(scope, receive, send)
    except Exception as raised:  # noqa: BLE001  # it is what is looked at
        error = raised
    return [message["status"] for message in sent if "status" in message], error
