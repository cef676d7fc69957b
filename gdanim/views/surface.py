"""The view of the loss over two parameters as a landscape in three dimensions."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import ListedColormap, to_rgb
from numpy.typing import NDArray

from gdanim.core.arrays import Floats, between, check_finite
from gdanim.core.words import enumerated
from gdanim.views._drawing import axes, marks
from gdanim.views._drawing.bands import loss_colours
from gdanim.views._drawing.loss_plane import (
    Range,
    check_ranges,
    chosen_plane,
    global_optima,
    plane_limits,
    plane_title,
)
from gdanim.views._drawing.loss_surface import (
    Parameter,
    Slice,
    common_loss_surface,
    runs_sharing_objective,
)
from gdanim.views._drawing.relief import (
    HEIGHT,
    MOVING_PATH,
    STILL_PATH,
    Camera,
    Ground,
    Show,
    clearest_camera,
    cut_off_top,
    grid_cells,
    refined_path,
)
from gdanim.views._drawing.units import size_in_points
from gdanim.views.base import Clip, Update, View

# How opaque the parts of paths, stars and balls are that lie behind the landscape.
_BEHIND = 0.3


@dataclass(frozen=True)
class Surface(View):
    """The loss over two parameters as a landscape, with a ball and its path on it.

    What lies behind the landscape shines through faintly. The landscape is cut off a little above
    the highest place that the paths visit, or at the median height if that is higher. A star marks
    the minimum where it is known and the objective has two parameters. A ball that leaves the
    landscape is pointed at by a triangle at the edge.

    Parameters
    ----------
    parameters : pair of str or int, or "main", optional
        Two parameters by name or number, or the main plane of the path, as in Contour.
    ranges : pair of pair of float, optional
        The limits of both parameters, each the lower number first, in units of the parameters.
    azimuth : float, optional
        Where the camera stands around the landscape, in degrees: 0 is at the low end of the second
        parameter, 90 at the high end of the first. By default where the landscape hides little of
        the paths.
    elevation : float, optional
        How high the camera stands above the floor, in degrees: 90 looks straight down. By default
        the lowest at which little of the paths is hidden.
    turn : float, default 0.0
        How far the camera turns during the video, in degrees; a camera that does not move draws
        faster.

    Raises
    ------
    GdanimError
        If `ranges` or `turn` is not valid; when drawn for an objective with one parameter or
        without the given ones, or for runs of different objectives.

    See Also
    --------
    Contour : The same loss as a map.

    Examples
    --------
    >>> from gdanim import views
    >>> views.Surface(azimuth=-60.0, elevation=35.0, turn=90.0).turn
    90.0
    """

    parameters: Sequence[Parameter] | Literal["main"] | None = None
    ranges: tuple[Range, Range] | None = None
    azimuth: float | None = None
    elevation: float | None = None
    turn: float = 0.0

    def __post_init__(self) -> None:
        check_finite("Surface: turn", self.turn)
        check_ranges("Surface", self.ranges)

    def draw(self, ax: Axes, clip: Clip) -> Update:
        """Draw floor, landscape, paths and balls, from back to front."""
        surface, runs = common_loss_surface("Surface", clip), runs_sharing_objective(clip)
        plane = chosen_plane("Surface", self.parameters, runs)
        paths = {label: plane.coordinates(run.params) for label, run in runs.items()}
        low, high = plane_limits(surface, plane, runs, paths, self.ranges)
        still = plane.base is not None and self.turn == 0
        ground = Ground(clip, surface, plane, low, high, still)
        axes.style_axes(ax, clip.theme)
        axes.label_axes(ax, clip.theme, title=plane_title(surface, plane))
        ax.grid(False)
        ax.tick_params(labelbottom=False, labelleft=False)
        for spine in ax.spines.values():
            spine.set_visible(False)
        seen = [paths[label] for label in clip.drawn_runs]
        azimuth, tilted = clearest_camera(ground, seen, self.azimuth, self.elevation, self.turn)
        _set_limits(ax, tilted)
        floor, mesh = _draw_floor(ax, clip, plane), _draw_mesh(ax, clip, ground)
        best = global_optima(surface) if len(surface.objective.names) == 2 else surface.optima[:0]
        star = _draw_optimum(ax, clip, ground, plane.coordinates(best))
        movers = [
            _draw_run(ax, clip, label, ground, paths[label], still) for label in clip.drawn_runs
        ]
        marks.run_legend(ax, clip, [np.zeros((1, 2))])

        def camera(frame: int) -> Camera:
            turned = self.turn * frame / max(len(clip.timeline) - 1, 1)
            return Camera(azimuth + np.radians(turned), tilted)

        def scenery(frame: int) -> list[Artist]:
            view, heights = camera(frame), ground.heights(frame)
            return [*floor(view), *mesh(view, heights), *star(view, heights)]

        def update(frame: int) -> list[Artist]:
            heights = ground.heights(frame)
            moving = [artist for move in movers for artist in move(camera(frame), heights, frame)]
            return moving if still else scenery(frame) + moving

        scenery(0)
        return update

    def frame_key(self, clip: Clip, frame: int) -> Hashable:
        """Return the position in steps, or the frame's number if the camera turns."""
        return frame if self.turn else float(clip.timeline.positions[frame])

    def describe(self, clip: Clip) -> str:
        """Name the parameters of the plane."""
        over = enumerated(
            chosen_plane("Surface", self.parameters, runs_sharing_objective(clip)).names
        )
        return f"the loss over {over} as a landscape, with the path of the parameters down it"


_Move = Callable[[Camera, Floats, int], list[Artist]]


def _set_limits(ax: Axes, tilted: float) -> None:
    """Fix limits that suit every direction of the camera, no higher than wide."""
    front, back = 1.65 * np.sin(tilted), 1.42 * np.sin(tilted) + HEIGHT * np.cos(tilted)
    across, up = size_in_points(ax)
    spare = max(0.0, 3.0 * up / across - front - back) / 2
    ax.set(xlim=(-1.5, 1.5), ylim=(-front - spare, back + spare))


def _draw_floor(ax: Axes, clip: Clip, plane: Slice) -> Callable[[Camera], list[Artist]]:
    """Draw the floor's outline, and the parameters' names at the two nearest edges."""
    theme = clip.theme
    (outline,) = ax.plot([], [], color=theme.spine, linewidth=1.0, zorder=0.5)
    names = [
        ax.text(
            0,
            0,
            name,
            color=theme.ink,
            fontsize=theme.label_size,
            ha="center",
            va="center",
            in_layout=False,
        )
        for name in plane.names
    ]
    ring = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0], [-1, -1, 0]], dtype=float)

    def show(camera: Camera) -> list[Artist]:
        outline.set_data(*camera.project(ring)[:, :2].T)
        for axis, name in enumerate(names):
            sides = np.zeros((2, 3))
            sides[:, 1 - axis] = (-1.0, 1.0)
            near = sides[int(camera.project(sides)[:, 2].argmin())]
            name.set_position(tuple(camera.project(1.17 * near)[:2]))
        return [outline, *names]

    return show


def _draw_mesh(ax: Axes, clip: Clip, ground: Ground) -> Show:
    """Draw the landscape's cells, the farthest first."""
    mesh = PolyCollection(
        [], cmap=ListedColormap(loss_colours(clip.theme, 64)), linewidths=0.4,
        edgecolors=(*to_rgb(clip.theme.paper), 0.3), zorder=1, gid="landscape",
    )  # fmt: skip
    mesh.set_clim(0, 1)
    ax.add_collection(mesh, autolim=False)

    def show(camera: Camera, heights: Floats) -> list[Artist]:
        cells = cut_off_top(grid_cells(ground.places, heights))
        seen = camera.project(cells)
        order = np.argsort(-seen[..., 2].mean(axis=1), kind="stable")
        mesh.set_verts(seen[order, :, :2])  # type: ignore[arg-type]
        mesh.set_array(ground.colours(cells[order, :, 2].mean(axis=1)))
        return [mesh]

    return show


def _draw_optimum(ax: Axes, clip: Clip, ground: Ground, places: Floats) -> Show:
    """Draw stars at the minima `[K, 2]`, faint where the landscape hides them all."""
    star = marks.star(ax, clip.theme, places)

    def show(camera: Camera, heights: Floats) -> list[Artist]:
        standing_at = ground.standing(places, heights)
        star.set_data(*camera.project(standing_at)[:, :2].T)
        hidden = len(standing_at) and ground.hidden(standing_at, heights, camera).all()
        star.set_alpha(_BEHIND if hidden else 1.0)
        return [star]

    return show


def _draw_run(ax: Axes, clip: Clip, label: str, ground: Ground, path: Floats, still: bool) -> _Move:
    """Draw one run's path on the landscape, faint where hidden, and its ball."""
    theme = clip.theme
    steps, way = refined_path(path, ground, STILL_PATH if still else MOVING_PATH)
    colour, front = clip.colour(label, theme.ink), clip.colour(label, theme.loss)
    faint, bold = (
        ax.plot([], [], color=colour, linewidth=0.75 * theme.line_width, zorder=zorder, gid=gid,
                alpha=alpha)[0]
        for zorder, gid, alpha in ((3, "path behind", _BEHIND), (3.5, "path", 1.0))
    )  # fmt: skip
    ball, outside = marks.ball(ax, theme, front), marks.EdgeMark(ax, theme, front)
    kept: dict[str, tuple[Floats, NDArray[np.bool_]]] = {}

    def lie(camera: Camera, heights: Floats) -> tuple[Floats, NDArray[np.bool_]]:
        standing_at = ground.standing(way, heights)
        return standing_at, ground.hidden(standing_at, heights, camera)

    def move(camera: Camera, heights: Floats, frame: int) -> list[Artist]:
        if still and "way" not in kept:
            kept["way"] = lie(camera, heights)
        standing_at, hidden = kept["way"] if still else lie(camera, heights)
        at = clip.position(label, frame)
        count = int(np.searchsorted(steps, at, side="right"))
        standing_at, hidden = standing_at[:count], hidden[:count]
        place = between(path, at)
        here = ground.standing(place[np.newaxis], heights)
        behind = ground.hidden(here, heights, camera)
        if at > clip.step(label, frame):
            standing_at, hidden = np.vstack([standing_at, here]), np.append(hidden, behind)
        seen = camera.project(standing_at)[:, :2]
        faint.set_data(*seen.T)
        bold.set_data(*np.where(hidden[:, np.newaxis], np.nan, seen).T)
        ball.set_data(*camera.project(here)[:, :2].T)
        ball.set_alpha(_BEHIND if behind[0] else 1.0)
        gone = np.full(2, np.nan) if np.isfinite(here).all() else ground.beyond(place, camera)
        return [faint, bold, ball, outside.show(*gone)]

    return move
