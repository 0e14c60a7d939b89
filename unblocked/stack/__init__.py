"""The verb `serve`: an app on real uvicorn, with the broker and the workers that it needs."""

from unblocked.stack.service import Service
from unblocked.stack.serving import serve

__all__ = ["Service", "serve"]
