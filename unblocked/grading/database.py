"""The database of one check: a real PostgreSQL of its own, which the check fills, looks into, locks, and harms."""

from __future__ import annotations

import re
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from unblocked.backends import cluster
from unblocked.grading.server import Server

if TYPE_CHECKING:  # few checks need a database: what they use is imported when they do
    import psycopg
    from sqlalchemy import MetaData

_NAME = "check"
"""What the check's own connections are called."""

_LOGGED = re.compile(
    r"^@\d+ (?P<who>.*?) LOG:  (?:statement|execute (?!fetch from )[^:]*): (?P<text>.*(?:\n\t.*)*)", re.MULTILINE
)
"""A statement may have several lines: a tab begins all but the first. Who fetches more rows of it asks nothing new."""
_LOG_ALL = ["-c", "log_statement=all", "-c", "log_line_prefix=@%p %a ", "-c", "log_min_error_statement=panic"]

_CRASHED = re.compile(r"LOG:  client backend \(PID \d+\) was terminated by signal (\d+)")

_OTHERS = f"datname = current_database() AND application_name <> '{_NAME}' AND backend_type = 'client backend'"


class Database(Server):
    """A PostgreSQL with one empty database; the answer finds its address in `DATABASE_URL`.

    Attributes:
        url: its address as `psycopg.connect` takes it.

    """

    label = "PostgreSQL"

    def __init__(self, folder: str) -> None:
        """Start it in a folder; `wait_until_ready` waits for it. A socket's path has at most about 100 bytes."""
        self._data = Path(tempfile.mkdtemp(prefix="d", dir=folder)) / "data"
        self._log = self._data.with_name("log")
        cluster.lay_out(self._data)
        self.url = cluster.address(self._data)
        self._looking: psycopg.Connection | None = None
        self._start()

    def _start(self) -> None:
        with self._log.open("ab") as log:
            self._begin([*cluster.server(self._data), *_LOG_ALL], stdout=log, stderr=log)

    def wait_until_ready(self) -> None:
        """Return when it takes connections."""
        self._await_answer(lambda: cluster.is_ready(self._data, self.pid))
        cluster.disown_memory(self._data)

    @property
    def loss(self) -> str:
        """How it was lost: as a whole, or with the process of one connection, for which it ends all others."""
        crashed = _CRASHED.search(self._log.read_text(errors="replace"))
        of_one = f"A process of {self.label} was ended from outside, by signal {crashed[1]}." if crashed else ""
        return super().loss or of_one

    # What is in it.

    def make(self, tables: MetaData) -> None:
        """Make tables that are not there yet."""
        from sqlalchemy import create_engine

        engine = create_engine("postgresql+psycopg://", creator=self._connect)
        with engine.begin() as connection:
            tables.create_all(connection)
        engine.dispose()

    def execute(self, statement: str, *values: Any) -> None:
        """Execute a statement, and commit it."""
        with self._connect() as connection:
            connection.execute(statement, values or None)

    def insert(self, table: str, *rows: dict[str, Any]) -> None:
        """Insert rows, in one statement each, and commit them."""
        with self._connect() as connection:
            for row in rows:
                names, places = ", ".join(row), ", ".join(["%s"] * len(row))
                connection.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", list(row.values()))

    def rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        """Give what a query finds: committed rows."""
        from psycopg.rows import dict_row

        return self._look().cursor(row_factory=dict_row).execute(query, values or None).fetchall()

    def value(self, query: str, *values: Any) -> Any:
        """Give the first value that a query finds; None where it finds nothing."""
        row = self._look().execute(query, values or None).fetchone()
        return row[0] if row else None

    @contextmanager
    def transaction(self) -> Iterator[psycopg.Connection]:
        """Give a connection with a transaction of the check's own, which keeps its locks; it is undone in the end."""
        import psycopg

        connection = self._connect()
        try:
            yield connection
        finally:
            with suppress(psycopg.Error):  # the check may have ended the server
                connection.rollback()
            connection.close()

    @property
    def looker(self) -> int | None:
        """The id of the server's process that answers the check's own questions: it is busy when we are."""
        return None if self._looking is None else self._looking.info.backend_pid

    # What the answer does with it.

    @property
    def connections(self) -> int:
        """How many connections the answer has open."""
        return int(self.value(f"SELECT count(*) FROM pg_stat_activity WHERE {_OTHERS}"))

    @property
    def transactions(self) -> int:
        """How many of them are in a transaction."""
        begun = f"{_OTHERS} AND xact_start IS NOT NULL"
        return int(self.value(f"SELECT count(*) FROM pg_stat_activity WHERE {begun}"))

    @property
    def waiting(self) -> int:
        """How many of them wait for a lock."""
        locked = f"{_OTHERS} AND wait_event_type = 'Lock'"
        return int(self.value(f"SELECT count(*) FROM pg_stat_activity WHERE {locked}"))

    @property
    def statements(self) -> list[str]:
        """What the answer has asked so far, in the order in which the server took it up; `BEGIN` and the like, too."""
        found = _LOGGED.finditer(self._log.read_text(errors="replace"))
        return [" ".join(each["text"].split()) for each in found if each["who"] != _NAME]

    def asked(self, *words: str) -> list[str]:
        """Give the answer's statements that begin with one of these words: `asked("SELECT")`."""
        wanted = tuple(word.upper() for word in words)
        return [each for each in self.statements if each.upper().startswith(wanted)]

    # What can happen to it.

    def kill(self) -> None:
        """End it as a crash of its machine does; what was committed is there again after `again`."""
        self._end(lambda: cluster.kill(self.pid))
        if self._looking is not None:
            self._looking.close()
            self._looking = None

    def again(self) -> None:
        """Start another one with the same data."""
        self._start()
        self.wait_until_ready()

    def pause(self) -> None:
        """Keep it from doing anything: whoever asks it is connected, and hears nothing."""
        cluster.signal_all(self.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        """End the pause."""
        cluster.signal_all(self.pid, signal.SIGCONT)

    def _look(self) -> psycopg.Connection:
        """Give the connection for looks: a server that starts a new one for each, again and again, never rests."""
        if self._looking is None:
            self._looking = self._connect()
            self._looking.autocommit = True
        return self._looking

    def _connect(self) -> psycopg.Connection:
        import psycopg

        # A prepared query would fail when a check has changed the table.
        return psycopg.connect(self.url, application_name=_NAME, prepare_threshold=None)
