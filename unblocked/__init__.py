"""The verbs of the course. Nothing is imported until one of them is used.

A bare Python, older than the course needs, must be able to import this module: `python3 -m unblocked` begins here.
"""

# Each verb and the room that it lives in. No module has a verb's name (see CONTRIBUTING.md, "Names").
_ROOMS = {
    "serve": "unblocked.stack",
    "upstream": "unblocked.outside",
    "load": "unblocked.traffic",
    "timeline": "unblocked.drawing",
    "services": "unblocked.backends",
    "predict": "unblocked.workspace.predictions",
    "hint": "unblocked.coaching",
    "solution": "unblocked.coaching",
    "progress": "unblocked.coaching",
}

__all__ = sorted(_ROOMS)


def __getattr__(name):  # type: ignore[no-untyped-def]  # annotations would need a newer Python
    if name not in _ROOMS:
        raise AttributeError("module `unblocked` has no verb `{}`; it has: {}".format(name, ", ".join(__all__)))
    import importlib

    return getattr(importlib.import_module(_ROOMS[name]), name)


def __dir__():  # type: ignore[no-untyped-def]
    return sorted(set(globals()) | set(__all__))
