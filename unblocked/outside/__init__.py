"""The outside world of Parcel: carriers that quote prices as slowly as wanted, or are held until told."""

from unblocked.outside.carriers import Call, Outside
from unblocked.outside.current import upstream

__all__ = ["Call", "Outside", "upstream"]
