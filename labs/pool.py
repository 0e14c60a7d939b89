"""Parcel's ledger, to which few lines lead: who writes in it acquires a lease, and gives it back.

A database's sessions behave the same: work that was not committed is undone, who finds none free waits, and one that is
used after it was given back takes a connection again, without a word.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Self

import httpx


class NoLease(TimeoutError):
    """Every lease was out for too long; says who holds them."""


class LedgerError(RuntimeError):
    """The ledger did not take what was to be committed."""


class Lease:
    """The right to write in the ledger, until it is given back.

    Attributes:
        holder: whose it is.
        entries: what was written and not committed.

    """

    def __init__(self, pool: Pool, holder: str) -> None:
        self._pool, self.holder = pool, holder
        self.entries: list[str] = []

    async def write(self, entry: str) -> None:
        """Write an entry, which counts once it is committed."""
        await self._pool.take(self)  # it has one, as a rule
        self.entries.append(entry)

    async def commit(self) -> None:
        """Have the ledger keep what was written.

        Raises:
            LedgerError: the ledger did not take it; the entries are still here.

        """
        await self._pool.take(self)
        await self._pool.keep(self.entries)
        self.entries.clear()

    def rollback(self) -> None:
        """Forget what was written and not committed."""
        self.entries.clear()


class Pool:
    """All leases of a process. It knows who holds one.

    Args:
        size: how many there are.
        timeout: seconds after which somebody who waits for one gets `NoLease` instead.

    Attributes:
        peak: the most that were out at once.
        undone: how many entries were written, and not committed when their lease was given back.

    Example:
        >>> async with Pool(size=5) as pool:  # doctest: +SKIP
        ...     async with pool.acquire("order 7") as lease:
        ...         await lease.write("order 7: 14.88")
        ...         await lease.commit()

    """

    def __init__(self, size: int = 5, *, timeout: float = 30.0) -> None:
        self.size, self.timeout = size, timeout
        self.peak = self.undone = 0
        self._free = asyncio.Semaphore(size)
        self._out: list[Lease] = []

    async def __aenter__(self) -> Self:
        """Open the client that talks to the ledger."""
        self._ledger = httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=60)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        await self._ledger.aclose()

    @property
    def out(self) -> int:
        """How many leases are out now."""
        return len(self._out)

    @property
    def holders(self) -> list[str]:
        """Who holds them, longest first."""
        return [lease.holder for lease in self._out]

    @asynccontextmanager
    async def acquire(self, holder: str) -> AsyncGenerator[Lease]:
        """Lend a lease for the length of a block; what is not committed at its end is undone.

        Args:
            holder: who it is for, such as "order 7".

        Raises:
            NoLease: none came free in time.

        """
        lease = Lease(self, holder)
        await self.take(lease)
        try:
            yield lease
        finally:
            self.undone += len(lease.entries)
            lease.rollback()
            self._give_back(lease)

    async def take(self, lease: Lease) -> None:
        """Make sure that a lease is out; it waits while all others are."""
        if lease in self._out:
            return
        try:
            async with asyncio.timeout(self.timeout):
                await self._free.acquire()
        except TimeoutError:
            held = ", ".join(self.holders)
            raise NoLease(
                f"no lease in {self.timeout:g} s: {self.out} of {self.size} are out, held by {held}"
            ) from None
        self._out.append(lease)
        self.peak = max(self.peak, self.out)

    def _give_back(self, lease: Lease) -> None:
        self._out.remove(lease)
        self._free.release()

    async def keep(self, entries: list[str]) -> None:
        """Ask the ledger to keep these entries, all or none."""
        answer = await self._ledger.post("/ledger/commits", params={"entry": entries})
        if answer.is_error:
            raise LedgerError(f"the ledger answers {answer.status_code}")
