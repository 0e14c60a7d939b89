"""Customers have a balance, which is never below nothing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the column with a value for those who are there, and the rule."""
    with op.batch_alter_table("customers") as customers:
        customers.add_column(sa.Column("balance", sa.Numeric(12, 2), server_default="0", nullable=False))
        customers.create_check_constraint("ck_customers_balance", "balance >= 0")
        customers.alter_column("balance", server_default=None)


def downgrade() -> None:
    """Take both away."""
    with op.batch_alter_table("customers") as customers:
        customers.drop_constraint("ck_customers_balance", type_="check")
        customers.drop_column("balance")
