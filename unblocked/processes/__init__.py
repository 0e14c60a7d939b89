"""Processes that never outlive their owner, however the owner dies."""

from unblocked.processes.keeper import Child, Keeper, keeper

__all__ = ["Child", "Keeper", "keeper"]
