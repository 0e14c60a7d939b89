"""What the tests of the lab with dependencies do with it."""

import re


def logged(parcel):
    """Give Parcel's own lines of the log, without uvicorn's."""
    return re.findall(r"^(?:INFO|WARNING) \[(.*?)\] (.*)$", parcel.log, re.MULTILINE)
