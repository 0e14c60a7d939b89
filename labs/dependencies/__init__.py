"""Lab of lesson 03: Parcel's accounts and orders, put together from dependencies."""
