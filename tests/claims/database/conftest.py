"""A PostgreSQL that the tests share, with tables of their own for each test."""

import psycopg
import pytest
from sqlalchemy import ForeignKey, create_engine, make_url
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from unblocked.backends.postgres import Postgres


class Base(AsyncAttrs, DeclarativeBase):
    pass


class Customer(Base):
    __tablename__ = "customers"
    id: Mapped[int] = mapped_column(primary_key=True)
    balance: Mapped[int] = mapped_column(default=100)
    shipments: Mapped[list["Shipment"]] = relationship()
    strict: Mapped[list["Shipment"]] = relationship(lazy="raise", viewonly=True)


class Shipment(Base):
    __tablename__ = "shipments"
    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))


@pytest.fixture(scope="package")
def server():
    with Postgres() as server:
        yield server


@pytest.fixture
def url(server):
    """The address for an async engine; there are two customers with 100 each."""
    sync = make_url(server.url.replace("postgresql:", "postgresql+psycopg:"))
    engine = create_engine(sync)
    with engine.begin() as connection:
        Base.metadata.drop_all(connection)
        Base.metadata.create_all(connection)
        connection.execute(Customer.__table__.insert(), [{"id": 1}, {"id": 2}])
    engine.dispose()
    return sync.set(drivername="postgresql+asyncpg")


@pytest.fixture
def direct(server, url):  # noqa: ARG001 - the tables are there
    """Connections past SQLAlchemy, as many as are asked for."""
    opened = []

    def connect():
        opened.append(psycopg.connect(server.url))
        return opened[-1]

    yield connect
    for each in opened:
        each.close()
