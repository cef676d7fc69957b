"""The points of classes: a colour and a marker for each, and their names above the panel."""

from __future__ import annotations

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.offsetbox import AnchoredOffsetbox, HPacker, TextArea

from gdanim.core.arrays import Floats
from gdanim.core.words import Mathtext
from gdanim.errors import GdanimError
from gdanim.problems.columns import SWITCHES
from gdanim.problems.dataset import Dataset
from gdanim.views._drawing import axes
from gdanim.views._drawing.points import point_size
from gdanim.views.theme import Theme

# Shapes tell classes apart where colours do not.
_MARKERS, _SIGNS, _VALIDATION = "os^Dv*", "●■▲◆▼★", "○□ validation"


def class_colours(theme: Theme, classes: int, view: str) -> list[str]:
    """Return a colour for each class; GdanimError if there are more than the theme has."""
    colours = [theme.prediction, theme.points, *theme.classes][: len(_MARKERS)]
    if classes > len(colours):
        raise GdanimError(
            f"{view}: shows at most {len(colours)} classes, and the model predicts {classes}"
        )
    return colours[:classes]


def class_name(data: Dataset, k: int) -> str:
    """Return a class's own name, or else which value of y it is."""
    name = data.classes[k] if data.classes else f"{k}"
    says_little = {word for pair in SWITCHES for word in pair}
    if name.lower() not in says_little and not name.lstrip("+-").isdigit():
        return name
    return f"{data.y_name.replace('_', ' ')} = {name}"


def name_classes(
    ax: Axes, theme: Theme, data: Dataset, colours: list[str], validation: Dataset | None
) -> None:
    """Write above the panel what the markers mean."""
    texts: list[Artist] = [
        TextArea(text, textprops={"color": colour, "size": theme.label_size})
        for k, own in enumerate(colours)
        for text, colour in ((_SIGNS[k], own), (f"{class_name(data, k)}    ", theme.ink))
    ]
    if validation is not None:
        texts.append(
            TextArea(_VALIDATION, textprops={"color": theme.ink, "size": theme.label_size})
        )
    # An empty title makes room for them.
    axes.label_axes(ax, theme, Mathtext(ax.get_xlabel()), Mathtext(ax.get_ylabel()), " ")
    box = AnchoredOffsetbox(
        "lower left",
        child=HPacker(children=texts, sep=4, pad=0, align="baseline"),
        pad=0,
        borderpad=0.25,
        frameon=False,
        bbox_to_anchor=(0, 1),
        bbox_transform=ax.transAxes,
    )
    ax.add_artist(box)


def draw_class_points(
    ax: Axes,
    theme: Theme,
    data: Dataset,
    heights: Floats,
    colours: list[str],
    zorder: float,
    hollow: bool = False,
) -> None:
    """Draw the points of the classes, each class in its colour and shape."""
    scale, edge, thickest = (0.9, 1.6, 0.3) if hollow else (1.15, 0.9, 0.2)
    size = point_size(scale * theme.point_size, len(data))
    for k, colour in enumerate(colours):
        chosen = data.y == k
        ax.plot(
            data.x[chosen, 0],
            heights[chosen],
            _MARKERS[k],
            markersize=size,
            zorder=zorder,
            color=theme.paper if hollow else colour,
            markeredgecolor=colour if hollow else theme.paper,
            markeredgewidth=min(edge, thickest * size),
            gid=f"validation {k}" if hollow else f"class {k}",
        )
