"""Where the learner's browser finds a service of this machine: by its own address, or through a Jupyter server."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

SETTING = "UNBLOCKED_BASE_URL"
"""Names the path at which the Jupyter server is for the browser, such as `/user/zoe/`; empty: there is none."""


def link(url: str) -> str:
    """Give what a page of the learner's links to, so that it leads to a service of this machine.

    The browser may be on another machine, where the service's own address leads nowhere. A path leads through the
    Jupyter server that the page is from, wherever that is.

    >>> os.environ[SETTING] = "/user/zoe/"
    >>> link("http://127.0.0.1:40123/docs")
    '/user/zoe/proxy/40123/docs'
    >>> del os.environ[SETTING]
    >>> link("http://127.0.0.1:40123/docs")
    'http://127.0.0.1:40123/docs'
    """
    base = os.environ.get(SETTING)
    if not base:
        return url
    parts = urlsplit(url)
    return f"{base.rstrip('/')}/proxy/{parts.port}{parts.path}"
