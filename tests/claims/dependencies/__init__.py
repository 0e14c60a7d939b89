"""Lesson 03: what it says of FastAPI, Starlette, httpx and asyncio. What its lab shows is tested in `tests/labs`."""
