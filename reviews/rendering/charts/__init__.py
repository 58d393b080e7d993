"""Geometry of the pictures: plain values in, coordinates out.

All coordinates and lengths are whole units of the drawing's own viewBox (one unit is one CSS pixel where
the picture is shown at its natural width); x grows to the right, y downwards. The templates in
`templates/charts/` write them out as SVG.
"""

from reviews.rendering.charts.columns import StatusChart, StatusGroup, status_chart
from reviews.rendering.charts.gantt import GanttChart, GanttStep, gantt_chart
from reviews.rendering.charts.gaps import GapRow, GapsChart, gaps_chart
from reviews.rendering.charts.heatmap import HeatMap, HeatRow, heat_map
from reviews.rendering.charts.layout import Marker
from reviews.rendering.charts.progress import ProgressChart, ProgressPoint, progress_chart
from reviews.rendering.charts.received import Received, ReceivedChart, received_chart
from reviews.rendering.charts.sparkline import Sparkline, sparkline
from reviews.rendering.charts.tiles import TileMap, TileMember, tile_map
from reviews.rendering.charts.timeline import TimelineChart, TimelineEvent, timeline_chart

__all__ = [
    "GanttChart",
    "GanttStep",
    "GapRow",
    "GapsChart",
    "HeatMap",
    "HeatRow",
    "Marker",
    "ProgressChart",
    "ProgressPoint",
    "Received",
    "ReceivedChart",
    "Sparkline",
    "StatusChart",
    "StatusGroup",
    "TileMap",
    "TileMember",
    "TimelineChart",
    "TimelineEvent",
    "gantt_chart",
    "gaps_chart",
    "heat_map",
    "progress_chart",
    "received_chart",
    "sparkline",
    "status_chart",
    "tile_map",
    "timeline_chart",
]
