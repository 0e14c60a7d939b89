"""Lesson 04: what it says of FastAPI, Starlette, uvicorn and asyncio. What its lab shows is tested in `tests/labs`."""
