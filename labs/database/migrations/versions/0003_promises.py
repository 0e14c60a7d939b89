"""What is promised is written down beside what it is about."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "promises",
        sa.Column("id", sa.Integer, sa.Identity(), nullable=False),
        sa.Column("task", sa.String, nullable=False),
        sa.Column("shipment_id", sa.Integer, nullable=False),
        sa.Column("kept", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_promises"),
        sa.ForeignKeyConstraint(["shipment_id"], ["shipments.id"], name="fk_promises_shipment_id"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("promises")
