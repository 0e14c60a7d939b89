"""Customers and their shipments."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "customers",
        sa.Column("id", sa.Integer, sa.Identity(), nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_customers"),
    )
    op.create_table(
        "shipments",
        sa.Column("id", sa.Integer, sa.Identity(), nullable=False),
        sa.Column("customer_id", sa.Integer, nullable=False),
        sa.Column("parcel", sa.Integer, nullable=False),
        sa.Column("price", sa.Numeric(10, 2)),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("created_at", sa.DateTime, server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_shipments"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_shipments_customer_id"),
    )
    op.create_index("ix_shipments_customer_id", "shipments", ["customer_id"])
    op.create_index("ix_shipments_created_at_id", "shipments", ["created_at", "id"])


def downgrade() -> None:
    """Drop both."""
    op.drop_table("shipments")
    op.drop_table("customers")
