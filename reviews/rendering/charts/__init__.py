"""Geometry of the three pictures on the board: plain values in, coordinates out.

All coordinates and lengths are whole units of the drawing's own viewBox (one unit is one CSS pixel where
the picture is shown at its natural width); x grows to the right, y downwards. The templates in
`templates/charts/` write them out as SVG.
"""

from reviews.rendering.charts.gaps import GapRow, GapsChart, gaps_chart
from reviews.rendering.charts.layout import Marker
from reviews.rendering.charts.progress import ProgressChart, ProgressPoint, progress_chart
from reviews.rendering.charts.timeline import TimelineChart, TimelineEvent, timeline_chart

__all__ = [
    "GapRow",
    "GapsChart",
    "Marker",
    "ProgressChart",
    "ProgressPoint",
    "TimelineChart",
    "TimelineEvent",
    "gaps_chart",
    "progress_chart",
    "timeline_chart",
]
