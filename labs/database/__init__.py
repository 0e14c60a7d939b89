"""Lab of lesson 06: Parcel's shipments and balances, and who holds which connection while it works with them."""
