"""The artists of a panel by the name that their view gives them, which an SVG has as their ids."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes


def named(ax: Axes, gid: str) -> list[Any]:
    """Those called so, from back to front."""
    return [artist for artist in ax.get_children() if artist.get_gid() == gid]
