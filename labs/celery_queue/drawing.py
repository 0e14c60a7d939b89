"""Draws labels and sheets of labels, with Pillow."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

_LARGE, _SMALL = (1600, 800), (200, 100)
_COLUMNS = 5


def drawn(parcel: int) -> bytes:
    """Draw the label of a parcel, large, and give it small: a PNG of 200 by 100 pixels."""
    image = Image.new("L", _LARGE, "white")
    pen = ImageDraw.Draw(image)
    pen.rectangle((20, 20, _LARGE[0] - 20, _LARGE[1] - 20), outline="black", width=16)
    pen.text((100, 80), f"PARCEL {parcel}", font=ImageFont.load_default(200), fill="black")
    for bar in range(60):
        if (parcel * 2654435761 >> bar % 31) & 1:
            pen.rectangle((100 + bar * 23, 400, 100 + bar * 23 + 12, 700), fill="black")
    return _png(image.resize(_SMALL))


def joined(labels: Sequence[bytes]) -> bytes:
    """Put labels on a sheet, five in a row, in their order: a PNG."""
    rows = -(-len(labels) // _COLUMNS)
    sheet = Image.new("L", (_SMALL[0] * _COLUMNS, _SMALL[1] * max(1, rows)), "white")
    for n, label in enumerate(labels):
        with Image.open(BytesIO(label)) as image:
            sheet.paste(image, (n % _COLUMNS * _SMALL[0], n // _COLUMNS * _SMALL[1]))
    return _png(sheet)


def _png(image: Image.Image) -> bytes:
    data = BytesIO()
    image.save(data, "PNG")
    return data.getvalue()
