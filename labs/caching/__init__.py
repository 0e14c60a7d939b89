"""Parcel's rates, and what is kept of them: where, for how long, and who finds out that it is wrong."""
