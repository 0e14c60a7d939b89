"""The outside world of Parcel: carriers that quote prices as slowly as wanted, or are held until told."""

from unblocked.outside.call import Call
from unblocked.outside.carriers import Outside
from unblocked.outside.current import upstream

__all__ = ["Call", "Outside", "upstream"]
