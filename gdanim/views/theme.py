"""Colours and sizes, which are points of a figure that is at least 7.2 inches high."""

from __future__ import annotations

from dataclasses import dataclass, replace

from matplotlib import colormaps
from matplotlib.colors import to_hex

from gdanim.views.colours import readable


@dataclass(frozen=True)
class Theme:
    """The look of a video; `dataclasses.replace(LIGHT, points="#d95f02")` is one of your own."""

    name: str
    paper: str
    ink: str
    muted: str
    grid: str
    spine: str
    points: str
    prediction: str
    loss: str
    optimum: str
    runs: tuple[str, ...]
    """The colours of runs that are compared, none like the points'."""
    many: tuple[str, float, float]
    """A colormap, and where it starts and ends, for more runs than `runs` has colours."""
    title_size: float = 24.0
    step_size: float = 23.0
    subtitle_size: float = 15.5
    label_size: float = 15.5
    tick_size: float = 13.5
    line_width: float = 3.2
    point_size: float = 8.0

    def series(self, count: int) -> tuple[str, ...]:
        """Colours for `count` runs."""
        if count <= len(self.runs):
            return self.runs[:count]
        name, first, last = self.many
        places = (first + (last - first) * k / (count - 1) for k in range(count))
        return tuple(to_hex(colormaps[name](place)) for place in places)

    def text(self, colour: str) -> str:
        """`colour` for text: as it is, or darker (on dark paper lighter) until it is readable."""
        return readable(colour, self.paper)

    def small(self) -> Theme:
        """The same look for an inset."""
        return replace(
            self,
            label_size=0.8 * self.label_size,
            tick_size=0.82 * self.tick_size,
            line_width=0.7 * self.line_width,
            point_size=0.9 * self.point_size,
        )


LIGHT = Theme(
    name="light",
    paper="#ffffff",
    ink="#1d2733",
    muted="#5d6876",
    grid="#e9ecef",
    spine="#aab4be",
    points="#f28e2b",
    prediction="#2563c9",
    loss="#c9343c",
    optimum="#5d6876",
    runs=("#2563c9", "#e0115f", "#7a5c00", "#4a0d67", "#1d2733", "#5c0a0a"),
    many=("viridis", 0.0, 0.75),
)

DARK = Theme(
    name="dark",
    paper="#12171e",
    ink="#eef2f6",
    muted="#a3afbb",
    grid="#232b35",
    spine="#4d5966",
    points="#ff9f43",
    prediction="#5b9bff",
    loss="#ff6a75",
    optimum="#a3afbb",
    runs=("#5b9bff", "#7ae582", "#e85d75", "#d4b5ff", "#c4629d", "#ffb3c6"),
    many=("viridis", 0.35, 1.0),
)

PROJECTOR = Theme(
    name="projector",
    paper="#ffffff",
    ink="#000000",
    muted="#3a434e",
    grid="#dfe3e7",
    spine="#7d8792",
    points="#e87511",
    prediction="#0f4fbd",
    loss="#b3121d",
    optimum="#3a434e",
    runs=("#0f4fbd", "#e0115f", "#7a5c00", "#4a0d67", "#1d2733", "#5c0a0a"),
    many=("viridis", 0.0, 0.75),
    title_size=28.0,
    step_size=27.0,
    subtitle_size=18.5,
    label_size=18.5,
    tick_size=16.5,
    line_width=4.6,
    point_size=10.0,
)

THEMES = {theme.name: theme for theme in (LIGHT, DARK, PROJECTOR)}
