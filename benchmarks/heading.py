"""The heading of every benchmark: on which machine, when, with what."""

import datetime
import importlib.metadata
import os
import platform


def heading(*packages: str) -> str:
    """Say on which machine, on which day and with which versions the figures below were measured."""
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in packages)
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    return f"{datetime.datetime.now(tz=datetime.UTC).date()}, {machine}{', ' if versions else ''}{versions}"
