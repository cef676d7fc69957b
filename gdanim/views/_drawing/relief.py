"""A loss surface in three dimensions: the camera, the ground, and what hides what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from numpy.typing import NDArray

from gdanim.core.arrays import Floats, Ints
from gdanim.views._drawing.bands import Scale, loss_scale
from gdanim.views._drawing.loss_surface import (
    SAMPLED_STEPS,
    LossSurface,
    Slice,
    grid_side,
    pulled_in,
    runs_sharing_objective,
)
from gdanim.views._drawing.samples import evenly_spaced, sampled_steps
from gdanim.views.base import Clip

# How many floats the landscape may take to compute, once and at every frame, and the fewest and
# most grid points along each axis in these two cases.
_ONCE, _EACH_FRAME = 3e7, 1e5
_STILL, _MOVING = (13, 56), (13, 29)
# The landscape's height on a floor of 2 by 2, and where it is cut off, as a multiple of the highest
# place that a ball visits.
HEIGHT, _ABOVE = 1.3, 1.12
# The number of points checked along a line of sight, and how far it may dip below the surface.
_SIGHT, _DIP = 90, 0.012
# The azimuths and elevations that are tried if the user gives none, in degrees, and how much of the
# paths may be hidden from there.
_AROUND = tuple(30.0 + 30.0 * k for k in range(12))
_ABOVE_FLOOR, _LITTLE = (38.0, 48.0, 58.0), 0.25
# The distance from the middle, beyond any panel's limits, of the place at which the triangle for a
# ball that left points.
_OUTSIDE = 30.0
# The most vertices of a path, with a still camera and a moving one, and the least distance between
# them, as a part of the floor.
STILL_PATH, MOVING_PATH, _NEAR = 1500, 400, 0.01


@dataclass(frozen=True)
class Camera:
    """A camera far away that looks at the floor's middle, its two angles in radians."""

    azimuth: float
    elevation: float

    def project(self, points: Floats) -> Floats:
        """`(3)->(3)`: how far across, up, and away from the camera."""
        x, y, z = np.moveaxis(points, -1, 0)
        across = x * np.cos(self.azimuth) + y * np.sin(self.azimuth)
        away = y * np.cos(self.azimuth) - x * np.sin(self.azimuth)
        up = z * np.cos(self.elevation) + away * np.sin(self.elevation)
        far = away * np.cos(self.elevation) - z * np.sin(self.elevation)
        return np.stack([across, up, far], axis=-1)

    @property
    def towards(self) -> Floats:
        """The direction to the camera, from anywhere, `[3]`."""
        flat = np.cos(self.elevation)
        return np.array(
            [np.sin(self.azimuth) * flat, -np.cos(self.azimuth) * flat, np.sin(self.elevation)]
        )


Show = Callable[[Camera, Floats], list[Artist]]


class Ground:
    """The landscape in a box: the floor from -1 to 1 both ways, heights from 0 to HEIGHT."""

    def __init__(
        self, clip: Clip, surface: LossSurface, plane: Slice, low: Floats, high: Floats, still: bool
    ) -> None:
        self.clip, self.surface, self.plane = clip, surface, plane
        self.low, self.high = low, high
        self.first = next(iter(clip.drawn_runs))
        budget, sides = (_ONCE, _STILL) if still else (_EACH_FRAME, _MOVING)
        self.places = np.linspace(-1, 1, grid_side(surface.workspace, budget, sides))
        grid = np.stack(np.meshgrid(self.places, self.places), axis=-1)
        self._grid = low + (grid + 1) / 2 * (high - low)
        steps = (
            sampled_steps(clip.steps(self.first), SAMPLED_STEPS)
            if plane.base is None
            else np.zeros(1, np.int64)
        )
        sampled = clip.runs[self.first].params[steps[:: max(1, len(steps) // 8)]]
        seen = np.stack([self._losses(params) for params in sampled])
        lowest = np.inf if surface.best is None or plane.base is None else surface.best.loss
        self.shades: Scale = loss_scale(seen, lowest)
        half = float(np.median(np.minimum(seen, self.shades.high)))
        self.top = max(half, self.shades.low + _ABOVE * (self._highest() - self.shades.low))
        if not self.top > self.shades.low:
            self.top = self.shades.high
        self._still = self._raised(seen[0]) if plane.base is not None else None

    def _losses(self, params: Floats) -> Floats:
        return self.surface.loss(self.plane.points(self._grid, params))

    def _highest(self) -> float:
        """Return the loss at the highest place that a path visits in the box, within the scale."""
        found = self.shades.low
        for run in runs_sharing_objective(self.clip).values():
            places = self.plane.coordinates(run.params)
            inside = ((places >= self.low) & (places <= self.high)).all(axis=-1)
            found = max(found, float(run.losses[inside].max(initial=found)))
        return min(found, self.shades.high)

    def heights(self, frame: int) -> Floats:
        """Return the landscape on the grid, `[G, G]`; it is above HEIGHT where it is cut off."""
        if self._still is not None:
            return self._still
        return self._raised(self._losses(self.clip.params(self.first, frame)))

    def _raised(self, losses: Floats) -> Floats:
        span = self.top - self.shades.low
        return np.asarray(HEIGHT * np.clip((losses - self.shades.low) / span, 0, 4))

    def colours(self, heights: Floats) -> Floats:
        """`()->()`: the bands' scale, as in Contour, for heights."""
        return self.shades(self.shades.low + heights / HEIGHT * (self.top - self.shades.low))

    def standing(self, path: Floats, heights: Floats) -> Floats:
        """`(k,2)->(k,3)`: places on the landscape; NaN outside the box and where it is cut off."""
        flat = 2 * (path - self.low) / (self.high - self.low) - 1
        up = self.between(flat, heights)
        gone = (np.abs(flat) > 1).any(axis=-1) | ~(up <= HEIGHT)
        points = np.column_stack([flat, up])
        points[gone] = np.nan
        return points

    def beyond(self, place: Floats, camera: Camera) -> Floats:
        """Return `[2]`, outside the panel, the direction of a ball that left the landscape.

        Above it, where the landscape is cut off, or off the floor.
        """
        flat = 2 * (pulled_in(place, self.low, self.high) - self.low) / (self.high - self.low) - 1
        furthest = float(np.abs(flat).max())
        if furthest <= 1:
            return np.array([camera.project(np.append(flat, HEIGHT))[0], _OUTSIDE])
        return camera.project(np.append(flat * _OUTSIDE / furthest, 0.0))[:2]

    def between(self, flat: Floats, heights: Floats) -> Floats:
        """`(2)->()`: the height between grid points; NaN outside."""
        last = len(self.places) - 1
        cells = (np.clip(flat, -9, 9) + 1) / 2 * last
        outside = ~((cells >= 0) & (cells <= last)).all(axis=-1)
        cells = np.nan_to_num(np.clip(cells, 0, last))
        at = np.minimum(cells.astype(int), last - 1)
        (s, t), (i, j) = np.moveaxis(cells - at, -1, 0), np.moveaxis(at, -1, 0)
        near = heights[j, i] * (1 - s) + heights[j, i + 1] * s
        far = heights[j + 1, i] * (1 - s) + heights[j + 1, i + 1] * s
        return np.where(outside, np.nan, near * (1 - t) + far * t)

    def hidden(self, points: Floats, heights: Floats, camera: Camera) -> NDArray[np.bool_]:
        """`(k,3)->(k)`: whether the landscape is between a place on it and the camera."""
        way = np.linspace(0.02, 3, _SIGHT)[:, np.newaxis, np.newaxis] * camera.towards
        sight = points + way
        above = self.between(sight[..., :2], heights)
        with np.errstate(invalid="ignore"):
            return np.asarray(((above > sight[..., 2] + _DIP) & (above <= HEIGHT)).any(axis=0))


def clearest_camera(
    ground: Ground,
    paths: Sequence[Floats],
    azimuth: float | None,
    elevation: float | None,
    turn: float,
) -> tuple[float, float]:
    """Return the camera's azimuth and elevation at the start, in radians.

    The lowest elevation, and there the best azimuth, from which the landscape hides only little of
    the paths wherever the camera turns; if there is none, the place from which it hides least.
    """
    around = _AROUND if azimuth is None else (azimuth,)
    above = _ABOVE_FLOOR if elevation is None else (elevation,)
    places = [(np.radians(left), np.radians(up)) for up in above for left in around]
    heights = ground.heights(0)
    ways = np.concatenate([refined_path(path, ground, MOVING_PATH)[1] for path in paths])
    points = ground.standing(ways, heights)
    way = np.radians(turn) * np.array([0.0, 0.5, 1.0] if turn else [0.0])

    def hides(azimuth: float, elevation: float) -> float:
        cameras = (Camera(azimuth + float(turned), elevation) for turned in way)
        return max(float(ground.hidden(points, heights, camera).mean()) for camera in cameras)

    hidden = [hides(*place) for place in places]
    rows = range(0, len(places), len(around))
    least = [min(hidden[row : row + len(around)]) for row in rows]
    chosen = next((part for part in least if part <= _LITTLE), min(least))
    return places[hidden.index(chosen)]


def grid_cells(places: Floats, heights: Floats) -> Floats:
    """Return the corners of the cells between grid points, `[M, 4, 3]`."""
    x, y = np.meshgrid(places, places)
    grid = np.stack([x, y, heights], axis=-1)
    corners = [grid[:-1, :-1], grid[:-1, 1:], grid[1:, 1:], grid[1:, :-1]]
    return np.stack(corners, axis=2).reshape(-1, 4, 3)


def cut_off_top(cells: Floats) -> Floats:
    """Return the parts of the cells `[M, 4, 3]` up to HEIGHT, `[K, 8, 3]`, some corners twice.

    Sutherland and Hodgman, "Reentrant polygon clipping", Communications of the ACM 17, 1974.
    """
    cells = cells[(cells[..., 2] <= HEIGHT).any(axis=1)]
    after = np.roll(cells, -1, axis=1)
    z, z_after = cells[..., 2], after[..., 2]
    inside, crossing = z <= HEIGHT, (z <= HEIGHT) != (z_after <= HEIGHT)
    share = (HEIGHT - z) / np.where(crossing, z_after - z, 1.0)
    between = cells + np.where(crossing, share, 0.0)[..., np.newaxis] * (after - cells)
    points = np.stack([cells, between], axis=2).reshape(-1, 8, 3)
    kept = np.stack([inside, crossing], axis=2).reshape(-1, 8)
    # A corner that is cut off is replaced by the one before it, around the cell.
    twice = np.tile(kept, 2)
    last = np.maximum.accumulate(np.where(twice, np.arange(16), -1), axis=1)[:, 8:] % 8
    return np.take_along_axis(points, last[..., np.newaxis], axis=1)


def refined_path(path: Floats, ground: Ground, most: int) -> tuple[Ints, Floats]:
    """Return about `most` places `[K, 2]` along the path, and the step that reached each.

    They are close enough to each other for the path to follow the landscape.
    """
    steps = evenly_spaced(len(path) - 1, most)
    size = ground.high - ground.low
    places = pulled_in(path[steps], ground.low, ground.high)
    if len(steps) < 2:
        return steps, places
    length = np.abs(np.diff(places, axis=0) / size).max(axis=-1)
    offset = np.abs((places - ground.low) / size - 0.5).max(axis=-1)
    length = np.where(np.minimum(offset[1:], offset[:-1]) > 0.5, 0.0, length)
    parts = 1 + np.minimum(length / max(_NEAR, float(length.sum()) / most), most).astype(int)
    segment = np.repeat(np.arange(len(parts)), parts)
    first = np.cumsum(parts) - parts
    share = (np.arange(len(segment)) - first[segment] + 1) / parts[segment]
    between = places[segment] + share[:, np.newaxis] * (places[segment + 1] - places[segment])
    return np.append(steps[0], steps[segment + 1]), np.concatenate([places[:1], between])
