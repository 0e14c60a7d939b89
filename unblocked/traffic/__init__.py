"""Sends requests in bursts or at a rate, from a process of its own, and keeps every one: `load`."""

from unblocked.traffic.address import Target
from unblocked.traffic.door import load, on_result
from unblocked.traffic.result import Result
from unblocked.traffic.table import Table

__all__ = ["Result", "Table", "Target", "load", "on_result"]
