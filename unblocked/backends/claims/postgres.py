"""A database of its own on a PostgreSQL server that somebody else runs: made for one owner, and removed with it.

A comment on it says whose it is. Other databases are never touched. Where an owner and all that it had were killed at
once, the database stays; whoever comes next on that machine sees that nobody holds it, and removes it.
"""

from __future__ import annotations

import secrets

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from unblocked.backends.claims import holder
from unblocked.backends.claims.claim import Claim, without_password
from unblocked.faults import Fault

PREFIX = "unblocked_"

_PATIENCE = 5
"""Seconds that a server may take for an answer."""

_PROBLEM = "`DATABASE_URL` is `{url}`, {what}. Mend or unset it: without it, the course starts a server of its own."

_LEFT = """
SELECT datname, shobj_description(oid, 'pg_database') FROM pg_database
WHERE datname LIKE %s AND pg_get_userbyid(datdba) = current_user
"""


def claim(url: str) -> Claim:
    """Make a database of our own on a server.

    Args:
        url: one of its databases, as SQLAlchemy or `psycopg.connect` take it (`postgresql://me@localhost/shop`).

    Raises:
        Fault: nobody answers there, it is no PostgreSQL, or its role may not make a database.

    """
    shown = without_password(url)
    name = f"{PREFIX}{secrets.token_hex(4)}"
    try:
        plain = _plain(url)
        with _connect(plain) as connection:
            _remove_abandoned(connection)
            _make(connection, name)
            server = f"PostgreSQL {connection.info.parameter_status('server_version')}"
    except ArgumentError as error:
        raise Fault(_PROBLEM.format(url=shown, what="which is no address of a database")) from error
    except psycopg.errors.InsufficientPrivilege as error:
        what = "whose role may not make a database of its own there (`ALTER ROLE … CREATEDB` lets it)"
        raise Fault(_PROBLEM.format(url=shown, what=what)) from error
    except psycopg.Error as error:
        words = " ".join(str(error).split())
        raise Fault(_PROBLEM.format(url=shown, what=f"and no PostgreSQL can be used there ({words})")) from error
    return Claim(_at(plain, name), server, lambda: _give_back(plain, name))


def _plain(url: str) -> str:
    """Give an address without the driver that SQLAlchemy is to use."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _at(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def _connect(url: str) -> psycopg.Connection:
    wanted = conninfo_to_dict(url).get("connect_timeout", _PATIENCE)
    return psycopg.connect(make_conninfo(url, connect_timeout=wanted), autocommit=True)


def _make(connection: psycopg.Connection, name: str) -> None:
    connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    comment = sql.SQL("COMMENT ON DATABASE {} IS {}")
    connection.execute(comment.format(sql.Identifier(name), sql.Literal(holder.me())))


def _remove_abandoned(connection: psycopg.Connection) -> None:
    for name, words in connection.execute(_LEFT, (f"{PREFIX}%",)).fetchall():
        if words and holder.is_abandoned(words):
            _remove(connection, name)


def _remove(connection: psycopg.Connection, name: str) -> None:
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _give_back(url: str, name: str) -> None:
    with _connect(url) as connection:
        _remove(connection, name)
