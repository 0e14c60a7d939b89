"""A codespace of GitHub: where the browser finds a port of it, and what JupyterLab must know of that."""

from __future__ import annotations

import os


def host(port: int) -> str | None:
    """Give the host name under which the browser finds a port of this codespace; None where this is none.

    >>> os.environ |= {"CODESPACE_NAME": "blue-parcel-7", "GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN": "app.github.dev"}
    >>> host(8888)
    'blue-parcel-7-8888.app.github.dev'
    """
    name, domain = (os.environ.get(each) for each in ("CODESPACE_NAME", "GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN"))
    return f"{name}-{port}.{domain}" if name and domain else None


def options(port: int) -> list[str]:
    """Give the options by which JupyterLab lets in the pages of that host, and of no other."""
    found = host(port)
    if found is None:
        return []
    return [f"--ServerApp.allow_origin=https://{found}", f"--ServerApp.local_hostnames={['localhost', found]}"]
