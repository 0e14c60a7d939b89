"""One outside world and one lab for all that is tested of lesson 06."""

import psycopg
import pytest

from tests.labs.serving import served
from unblocked.outside import Outside


@pytest.fixture(scope="package")
def outside():
    with Outside(latency=0) as world:
        yield world


@pytest.fixture(scope="package")
def lab(outside):
    with served("database", outside) as lab:
        yield lab


@pytest.fixture
def database(parcel):
    with psycopg.connect(parcel.parts["database"].url, autocommit=True) as connection:
        connection.execute("UPDATE customers SET balance = 100")
        yield connection
