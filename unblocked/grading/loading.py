"""Why an answer could not be loaded, in words for somebody who came from a notebook."""

from __future__ import annotations

from typing import Any

from unblocked.grading.probes import RunWhileLoading
from unblocked.server.failure import Failure


def broken_by(error: BaseException) -> dict[str, Any]:
    """Say why an answer could not be loaded."""
    if isinstance(error, SystemExit):
        return {"message": "Your code calls `sys.exit()` while it is loaded.", "line": Failure.of(error).line}
    failure = Failure.of(error)
    return {"message": explained(failure.message), "line": failure.line}


def explained(message: str) -> str:
    """Put an error that a beginner of async meets while loading into words that say what to do."""
    if "outside async function" in message:
        return f"{message}. Only a coroutine function may await: write `async def` in place of `def`."
    if "'await' outside function" in message or "'async with' outside" in message or "'async for' outside" in message:
        return (
            f"{message}. A notebook lets a cell await at its top level; a module cannot. "
            "Put the `await` into an `async def`, and let us call that."
        )
    if RunWhileLoading.__name__ in message:
        return (
            "`asyncio.run` at the top level: a notebook and a server have an event loop that is running already, and "
            "`asyncio.run` wants to start one. Define the `async def` only; we await it."
            if "asyncio.run" in message
            else "`uvicorn.run` at the top level: we serve the `app` that you define. In a module of your own, put it "
            'under `if __name__ == "__main__":`, so that whoever imports the module does not start a server.'
        )
    return message
