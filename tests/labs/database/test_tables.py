"""The tables, made by migrations or from the models."""

import os
import subprocess
import sys

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from labs.database.models import Base
from unblocked.backends.postgres import Postgres


def test_migrations_make_what_the_models_say(parcel):
    url = parcel.parts["database"].url.replace("postgresql:", "postgresql+psycopg:")
    engine = create_engine(url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    engine.dispose()


def test_migrations_can_be_undone_and_done_again():
    code = """
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, inspect
import os
from labs.database.migrate import main
main()
engine = create_engine(os.environ["DATABASE_URL"].replace("postgresql:", "postgresql+psycopg:"))
config = Config()
config.set_main_option("script_location", "labs/database/migrations")
for to in (command.downgrade, "base"), (command.upgrade, "head"):
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        to[0](config, to[1])
        print(sorted(inspect(connection).get_table_names()))
"""
    with Postgres() as server:
        env = {**os.environ, "DATABASE_URL": server.url}
        told = subprocess.check_output([sys.executable, "-c", code], env=env, text=True)
    assert told.splitlines() == [
        "['alembic_version']",
        "['alembic_version', 'customers', 'promises', 'shipments']",
    ]


def test_lab_s_tables_can_be_made_in_sqlite(tmp_path):
    env = {**os.environ, "DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/parcel.db"}
    subprocess.run([sys.executable, "-m", "labs.database.migrate"], env=env, check=True)
    assert (tmp_path / "parcel.db").stat().st_size > 0
