"""Parcel's shipments and balances, and who holds which connection while it works with them."""
