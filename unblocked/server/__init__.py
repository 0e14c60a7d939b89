"""A lab on real uvicorn, in a process of its own, ready when the call returns."""

from unblocked.server.served import Served
from unblocked.server.serving import serve

__all__ = ["Served", "serve"]
