"""Requests of a test: answered at once, or asked in a thread while something is held."""

import threading
from concurrent.futures import Future

import requests

from tests.waiting import FAR
from unblocked.records import REQUEST_HEADER


def get(url, *, name=None, client=requests):
    """Ask and wait for the answer."""
    return client.get(url, headers={REQUEST_HEADER: name} if name else {}, timeout=FAR)


def ask(url, *, name=None):
    """Ask from a thread of its own; `.result(FAR)` is the answer."""
    answer = Future()

    def run():
        try:
            answer.set_result(get(url, name=name))
        except Exception as error:  # noqa: BLE001  # `result` raises it
            answer.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return answer


def answers(asked):
    """Wait for all answers, and give their status codes."""
    return [one.result(FAR).status_code for one in asked]
