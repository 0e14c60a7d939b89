"""How Alembic runs the migrations beside it: on the connection that `migrate.main` gives, in one transaction."""

from __future__ import annotations

from alembic import context

from labs.database.models import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
with context.begin_transaction():
    context.run_migrations()
