"""What a reader moves by hand: the start of the descents, and the points that they fit.

Both are part of a Look, so that a link reproduces them. The page learns from `Hands` what can be
moved, and where the panels are that it is moved in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from matplotlib.axes import Axes

from gdanim.core.numbers import counted
from gdanim.descent.descent import Descent
from gdanim.descent.run import Run
from gdanim.errors import RequestError
from gdanim.film.film import Film
from gdanim.problems.objective import Objective
from gdanim.problems.problem import Problem
from gdanim.scene import Scene
from gdanim.views._drawing.loss_plane import chosen_plane
from gdanim.views._drawing.loss_surface import runs_sharing_objective
from gdanim.views.contour import Contour
from gdanim.views.fit import Fit

# A slider for each parameter, and a line for each point: of more, none can be moved.
MOST_PARAMETERS, FEWEST_POINTS, MOST_POINTS = 8, 2, 300
# Numbers from outside that are larger than this would soon be infinite.
LARGEST = 1e9

Point = tuple[float, float]


@dataclass(frozen=True)
class Place:
    """A panel in which something can be moved.

    `box` is left, top, width and height as shares of the picture, `x` and `y` its limits.
    `parameters` are the numbers of the parameters across and up; of points there are none.
    """

    box: tuple[float, float, float, float]
    x: tuple[float, float]
    y: tuple[float, float]
    parameters: tuple[int, ...] = ()


@dataclass(frozen=True)
class Hands:
    """What can be moved: parameters by name, from `start`; points; and the panels to do it in.

    `least` and `most` are the ends of the sliders: where the runs went, and as far again.
    """

    names: tuple[str, ...] = ()
    start: tuple[float, ...] = ()
    least: tuple[float, ...] = ()
    most: tuple[float, ...] = ()
    points: tuple[Point, ...] = ()
    places: tuple[Place, ...] = ()


def moved(scene: Scene, start: tuple[float, ...], points: tuple[Point, ...]) -> Scene:
    """Return the scene with another start and other points; empty ones leave it as it is."""
    if not start and not points:
        return scene
    descents = [each for each in scene.descents.values() if isinstance(each, Descent)]
    if len(descents) < len(scene.descents):
        raise RequestError("start, points: this scene shows a recorded run, which stays as it was")
    if start:
        _check_start(descents, start)
    others = _with_points(descents, points) if points else {}
    changed = {
        label: replace(
            each,
            problem=others.get(id(each.problem), each.problem),
            start=start or each.start,
        )
        for label, each in scene.descents.items()
        if isinstance(each, Descent)
    }
    return replace(scene, descents=changed)


def _check_start(descents: list[Descent], start: tuple[float, ...]) -> None:
    for each in descents:
        names = each.problem.names
        if len(names) != len(start):
            raise RequestError(
                f"start: this scene has {counted(len(names), 'parameter')}, got {len(start)}"
            )


def _with_points(descents: list[Descent], points: tuple[Point, ...]) -> dict[int, Problem]:
    """Return the problems with other points, by the identity of those that they replace."""
    x, y = np.transpose(points)
    found = {id(each.problem): each.problem for each in descents}
    for problem in found.values():
        if not _has_movable_points(problem):
            raise RequestError("points: those of this scene cannot be moved")
    return {
        key: replace(problem, data=replace(problem.data, x=x[:, np.newaxis], y=y))
        for key, problem in found.items()
        if isinstance(problem, Problem)
    }


def _has_movable_points(problem: Objective) -> bool:
    if not isinstance(problem, Problem) or problem.data.features != 1:
        return False
    plain = not any(unit.standardised or unit.first is not None for unit in problem.data.units)
    return plain and not problem.data.classes


def hands_of(scene: Scene, film: Film) -> Hands:
    """Return what can be moved in a scene, and where."""
    if not all(isinstance(each, Descent) for each in scene.descents.values()):
        return Hands()
    problems = [run.problem for run in film.clip.runs.values()]
    hands, names = Hands(), problems[0].names
    same = all(one.names == names for one in problems)
    if same and len(names) <= MOST_PARAMETERS:
        hands = _parameters(film.clip.runs)
    if all(map(_has_movable_points, problems)):
        hands = replace(hands, points=_points(problems[0]))
    return replace(hands, places=tuple(_places(hands, film)))


def _points(problem: Objective) -> tuple[Point, ...]:
    """Return the points if they are few enough."""
    assert isinstance(problem, Problem)
    if not FEWEST_POINTS <= len(problem.data) <= MOST_POINTS:
        return ()
    pairs = zip(problem.data.x[:, 0], problem.data.y, strict=True)
    return tuple((_short(x), _short(y)) for x, y in pairs)


def _parameters(runs: Mapping[str, Run]) -> Hands:
    """Return names, start and range of the parameters."""
    first = next(iter(runs.values()))
    paths = np.concatenate([run.params for run in runs.values()])
    start = np.asarray(first.params[0], dtype=float)
    # A run that diverges leaves the range that a slider is of use in.
    near = np.abs(paths - start) <= 100 * (1 + np.abs(start))
    low = np.where(near, paths, start).min(axis=0)
    high = np.where(near, paths, start).max(axis=0)
    room = np.maximum(high - low, 1.0) / 2
    ends = [tuple(map(_short, row)) for row in (start, low - room, high + room)]
    return Hands(first.problem.names, ends[0], ends[1], ends[2])


def _places(hands: Hands, film: Film) -> list[Place]:
    """Return the panels in which something can be moved."""
    places = []
    panels = {ax.get_label(): ax for ax in film.figure.axes}
    for name, view in film.panels.items():
        if isinstance(view, Fit) and hands.points:
            places.append(_place(panels[name]))
        if isinstance(view, Contour) and hands.names:
            runs = runs_sharing_objective(film.clip)
            plane = chosen_plane("Contour", view.parameters, runs)
            if set(plane.names) <= set(hands.names):
                numbers = tuple(hands.names.index(one) for one in plane.names)
                places.append(_place(panels[name], numbers))
    return places


def _place(ax: Axes, parameters: tuple[int, ...] = ()) -> Place:
    box = ax.get_position()
    corner = (_short(box.x0), _short(1 - box.y1), _short(box.width), _short(box.height))
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    return Place(corner, (_short(left), _short(right)), (_short(low), _short(high)), parameters)


def _short(value: float) -> float:
    """Return a number with six digits."""
    return float(f"{value:.6g}")
