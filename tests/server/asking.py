"""Requests of a test: answered at once, or asked in a thread while something is held."""

import threading
from concurrent.futures import Future

import requests

from tests.waiting import FAR
from unblocked.records import REQUEST_HEADER


def get(url, *, name=None, headers=None, client=requests, **options):
    """Ask and wait for the answer."""
    return client.get(url, headers=_named(name, headers), timeout=FAR, **options)


def post(url, *, name=None, headers=None, **content):
    """Send something and wait for the answer."""
    return requests.post(url, headers=_named(name, headers), timeout=FAR, **content)


def _named(name, headers):
    return {**(headers or {}), **({REQUEST_HEADER: name} if name else {})}


def ask(url, *, how=get, **options):
    """Ask from a thread of its own, with `get` or `post`; `.result(FAR)` is the answer."""
    answer = Future()

    def run():
        try:
            answer.set_result(how(url, **options))
        except Exception as error:  # noqa: BLE001  # `result` raises it
            answer.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return answer


def answers(asked):
    """Wait for all answers, and give their status codes."""
    return [one.result(FAR).status_code for one in asked]
