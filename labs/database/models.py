"""The tables of Parcel, as SQLAlchemy 2 declares them: each attribute has a type, and so has what a query gives."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, MetaData, Numeric, func
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(AsyncAttrs, DeclarativeBase):
    """What all tables have in common: attributes that can be awaited, and names of constraints for migrations."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Customer(Base):
    """Somebody who sends parcels."""

    __tablename__ = "customers"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    name: Mapped[str]
    balance: Mapped[Decimal] = mapped_column(Numeric(12, 2), default=Decimal(0))
    shipments: Mapped[list[Shipment]] = relationship(back_populates="customer", order_by="Shipment.id")

    __table_args__ = (CheckConstraint("balance >= 0", name="balance"),)


class Shipment(Base):
    """A parcel on its way, with the carrier's price once that is known."""

    __tablename__ = "shipments"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    parcel: Mapped[int]
    price: Mapped[Decimal | None] = mapped_column(Numeric(10, 2))
    state: Mapped[str] = mapped_column(default="new")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    customer: Mapped[Customer] = relationship(back_populates="shipments")

    __table_args__ = (Index("ix_shipments_created_at_id", "created_at", "id"),)


class Promise(Base):
    """Something to be handed to a queue, committed together with what it is about: an outbox."""

    __tablename__ = "promises"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    task: Mapped[str]
    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipments.id"))
    kept: Mapped[bool] = mapped_column(default=False)
