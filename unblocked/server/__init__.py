"""A lab on real uvicorn, in a process of its own."""

from unblocked.server.served import Served

__all__ = ["Served"]
