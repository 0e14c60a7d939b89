"""Brings a database up to date, once, before any process of the app starts: tables by migrations, then customers."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, insert, make_url, select

from labs.database.models import Customer, Shipment
from labs.database.settings import settings

CUSTOMERS = ("Ada", "Bo", "Cem", "Dana", "Eli", "Fay", "Gus", "Hana")

_DRIVERS = {"postgresql": "postgresql+psycopg", "sqlite": "sqlite"}


def main() -> None:
    """Apply all migrations that the database does not have yet; fill one that is new."""
    url = make_url(settings.database_url)
    engine = create_engine(url.set(drivername=_DRIVERS[url.get_backend_name()]))
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        if connection.scalar(select(Customer.id).limit(1)) is None:
            connection.execute(insert(Customer), [{"name": name, "balance": Decimal(100)} for name in CUSTOMERS])
            shipments = [
                {"customer_id": customer, "parcel": 10 * customer + n, "price": Decimal("9.90")}
                for customer in range(1, len(CUSTOMERS) + 1)
                for n in range(3)
            ]
            connection.execute(insert(Shipment), shipments)
    engine.dispose()


if __name__ == "__main__":
    main()
