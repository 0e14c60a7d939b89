"""The verb `timeline` and what it gives: one run, or two on the same scale."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from unblocked.drawing import image, page
from unblocked.drawing.lanes import Run
from unblocked.drawing.scene import Marked, Scene
from unblocked.drawing.summary import figures
from unblocked.drawing.terminal import written


class Timeline:
    """The picture of a run. JupyterLab shows it; `print` writes it in letters; `.html` and `.svg` are text to keep."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    @property
    def title(self) -> str:
        """The words over the picture."""
        return self.scene.title

    @cached_property
    def html(self) -> str:
        """A figure for a page: it brings its style, and takes light or dark from the page."""
        return page.figure(self.scene)

    @cached_property
    def svg(self) -> str:
        """The text of an image file, with a background, light or dark as the reader's system."""
        return image.drawn(self.scene)

    def __str__(self) -> str:
        return written(self.scene)

    def __repr__(self) -> str:
        return f"<Timeline {self.title!r}: {' '.join(figures(view) for view in self.scene.views)}>"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": str(self)}


def timeline(run: Run, *, beside: Run | None = None, title: str | None = None, mark: Iterable[Marked] = ()) -> Timeline:
    """Draw where each request of a run was, from the moment it was due.

    Up to 25 requests have a lane with labels, up to 120 a thin one; more are drawn as an area of how many are where,
    with a few lanes that stand for the others.

    Args:
        run: what `load` gives, or anything with `requests`, `recording` and `title`.
        beside: a run to compare with, drawn above on the same scale: the one from before the change.
        title: words over the picture, in place of the run's own.
        mark: parts to outline, as `(request id, start, end, why)`; times in seconds of the stretches' own clock.

    Returns:
        A `Timeline`, which JupyterLab shows.

    Example:
        >>> blocking = load(parcel, "/quotes/blocking", n=5)  # doctest: +SKIP
        >>> timeline(load(parcel, "/quotes/def", n=5), beside=blocking)  # doctest: +SKIP

    """
    runs = [run] if beside is None else [beside, run]
    heading = title if title is not None else run.title if beside is None else ""
    return Timeline(Scene(runs, title=heading, mark=mark))


def standalone_svg(
    run: Run, *, beside: Run | None = None, title: str | None = None, mark: Iterable[Marked] = ()
) -> str:
    """Give the picture as the text of an `.svg` file, for a README or a slide. The same arguments as `timeline`.

    Example:
        >>> Path("five.svg").write_text(standalone_svg(blocking))  # doctest: +SKIP

    """
    return timeline(run, beside=beside, title=title, mark=mark).svg
