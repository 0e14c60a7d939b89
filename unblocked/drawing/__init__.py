"""Draws where requests were: `timeline(run)`, as a figure, as an image file, and in letters."""

from unblocked.drawing.lanes import Run
from unblocked.drawing.look import style
from unblocked.drawing.picture import Timeline, standalone_svg, timeline
from unblocked.drawing.scene import Marked

__all__ = ["Marked", "Run", "Timeline", "standalone_svg", "style", "timeline"]
