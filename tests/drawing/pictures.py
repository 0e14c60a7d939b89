"""Reads a finished picture back: what it says, and where its bars are."""

import re
import xml.etree.ElementTree as ET

NS = "{http://www.w3.org/2000/svg}"


def parsed(timeline):
    """Parse the image file, which must be well-formed."""
    return ET.fromstring(timeline.svg)


def words(timeline):
    """Every piece of text that is painted on a wide page."""
    texts = [t for t in parsed(timeline).iter(f"{NS}text") if t.get("display") != "none"]
    return ["".join(part for t in [text] for part in _shown(t)).strip() for text in texts]


def _shown(text):
    yield text.text or ""
    for part in text:
        if part.get("display") != "none":
            yield part.text or ""
        yield part.tail or ""


def tooltips(timeline):
    """Every tooltip."""
    return [title.text for title in parsed(timeline).iter(f"{NS}title")]


def bars(timeline, words=""):
    """Bars whose tooltip has the words, as `(left, right, top, bottom)`, left and right in per cent of the time."""
    boxes = [rect for rect in parsed(timeline).iter(f"{NS}rect") if rect.find(f"{NS}title") is not None]
    return [_edges(box) for box in boxes if words in box.find(f"{NS}title").text]


def _edges(box):
    left, wide = (float(box.get(name, "0").rstrip("%")) for name in ("x", "width"))
    top, tall = float(box.get("y")), float(box.get("height"))
    wide = wide if box.get("width").endswith("%") else 0.0
    return left, left + wide, top, top + tall


def ids(html):
    """The ids that a figure defines."""
    return re.findall(r'id="([^"]+)"', html)
