"""The view of the output of each hidden unit of a network."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from numpy.typing import NDArray

from gdanim.core.arrays import Floats
from gdanim.core.numbers import counted
from gdanim.descent.run import Run
from gdanim.errors import GdanimError
from gdanim.problems.mlp import MLP, hidden_layers
from gdanim.problems.problem import Problem
from gdanim.views._drawing import axes
from gdanim.views._drawing.bands import mix_colours
from gdanim.views._drawing.class_map import interpolation
from gdanim.views._drawing.painted import Painted, as_pixels
from gdanim.views._drawing.parameters_known import check_differentiable
from gdanim.views.base import Clip, StepView, Update
from gdanim.views.theme import Theme

# A unit is evaluated on this many points along each axis of its map, drawn in this many shades.
_SIDE, _SHADES = 26, 256
# The gap between maps, as a share of the room of one.
_GAP = 0.08
# More units than this in a layer would be too small to see.
_MOST = 32


@dataclass(frozen=True)
class HiddenUnits(StepView):
    """The output of each hidden unit of a network, as a small map over the two features.

    Rows of maps for each hidden layer, the first layer at the top. A map is blue where its unit is
    low and orange where it is high (in the theme's colours of prediction and points), from the
    lowest to the highest output that its activation can have; of "relu", up to the highest output
    of its layer in that step.

    Raises
    ------
    GdanimError
        When drawn for several runs, for another model than `MLP`, for data without two features, or
        for layers of more than 32 units.

    See Also
    --------
    Boundary : Shows the network's predictions.
    Weights : Shows the units of a network of one feature.

    Examples
    --------
    >>> from gdanim import MLP, Adam, LogLoss, Problem, Scene, datasets, views
    >>> problem = Problem(datasets.moons(), MLP((8, 8), "tanh", "logistic"), LogLoss())
    >>> panels = {"classes": views.Boundary(), "units": views.HiddenUnits()}
    >>> scene = Scene(problem, Adam(0.02), steps=50, panels=panels)
    >>> panels["units"].describe(scene.clip(scene.runs()))
    'the output of each of 16 hidden units'
    """

    def draw(self, ax: Axes, clip: Clip) -> Update:
        """Draw all maps as one picture."""
        run, theme = clip.run, clip.theme
        (label,), (problem, model) = clip.drawn_runs, _network(run)
        axes.style_axes(ax, theme)
        layers = len(model.hidden)
        ax.set(xlim=(0, 1), ylim=(0, layers), xticks=[])
        ax.set_yticks(layers - 0.5 - np.arange(layers), [f"{k}" for k in range(1, layers + 1)])
        ax.grid(False)
        ax.spines[:].set_visible(False)
        axes.label_axes(ax, theme, y="layer", title="output of each hidden unit")
        picture, points = UnitMaps(ax, theme), _points(problem.data.x)

        def update(frame: int) -> list[Artist]:
            picture.maps = unit_maps(model, clip.params(label, frame), points)
            return [picture]

        return update

    def describe(self, clip: Clip) -> str:
        """Say how many units there are."""
        _, model = _network(clip.run)
        return f"the output of each of {counted(sum(model.hidden), 'hidden unit')}"


class UnitMaps(Painted):
    """A row of maps for each layer, which are set as `maps`: `[units, S, S]`, from 0 to 1."""

    def __init__(self, ax: Axes, theme: Theme) -> None:
        super().__init__(ax, "units")
        self.maps: list[NDArray[np.float32]] = []
        (self._paper,) = as_pixels([to_rgb(theme.paper)])
        places = np.linspace(-1, 1, _SHADES).tolist()
        ends = theme.prediction, theme.points
        shades = [mix_colours(theme.paper, ends[place > 0], abs(place)) for place in places]
        self._table = as_pixels(shades)

    def fill(self, pixels: NDArray[np.uint32]) -> None:
        """Set the pixels `[height, width]`, from the bottom up."""
        pixels[...] = self._paper
        for layer, maps in enumerate(reversed(self.maps)):
            band = pixels[_part(len(pixels), layer, len(self.maps))]
            # As many rows as make the maps about square.
            rows = max(1, round(math.sqrt(len(maps) * len(band) / max(1, pixels.shape[1]))))
            columns = math.ceil(len(maps) / rows)
            for number, unit in enumerate(maps):
                row, column = divmod(number, columns)
                room = band[_part(len(band), rows - 1 - row, rows)]
                self._fill_map(room[:, _part(pixels.shape[1], column, columns)], unit)

    def _fill_map(self, pixels: NDArray[np.uint32], unit: NDArray[np.float32]) -> None:
        if pixels.size:
            up, across = (interpolation(_SIDE, side, False) for side in pixels.shape)
            shades = np.clip(up @ unit @ across.T, 0, 1) * (_SHADES - 1)
            pixels[...] = self._table[shades.astype(np.uint8)]


def unit_maps(model: MLP, params: Floats, points: Floats) -> list[NDArray[np.float32]]:
    """Return how high each unit of each layer is at the points, from 0 to 1, `[units, S, S]`."""
    with np.errstate(all="ignore"):
        layers = hidden_layers(model, params, points)
    maps = []
    for outputs in layers:
        if model.activation == "tanh":
            share = (outputs + 1) / 2
        elif model.activation == "sigmoid":
            share = outputs
        else:
            share = 0.5 + outputs / (2 * (float(np.nanmax(outputs)) or 1.0))
        share = np.nan_to_num(share, nan=0.5, posinf=1, neginf=0)
        maps.append(share.T.reshape(-1, _SIDE, _SIDE).astype(np.float32))
    return maps


def _points(x: Floats) -> Floats:
    """Return the points of a map, which reaches a little beyond the data, `[S^2, 2]`."""
    low, high = x.min(axis=0), x.max(axis=0)
    margin = 0.05 * (high - low) + 1e-12
    first, second = np.linspace(low - margin, high + margin, _SIDE).T
    return np.stack(np.meshgrid(first, second), axis=-1).reshape(-1, 2)


def _part(length: int, number: int, parts: int) -> slice:
    """Return the pixels of one of equal parts of a length, without the gap."""
    start, end = length * number / parts, length * (number + 1) / parts
    gap = _GAP * (end - start) / 2
    return slice(round(start + gap), round(end - gap))


def _network(run: Run) -> tuple[Problem, MLP]:
    """Return the run's problem and model; GdanimError unless it is an MLP of two features."""
    problem = run.problem
    check_differentiable("HiddenUnits", problem)
    if not isinstance(problem, Problem) or not isinstance(problem.model, MLP):
        kind = type(problem.model if isinstance(problem, Problem) else problem).__name__
        raise GdanimError(f"HiddenUnits: shows the hidden units of an MLP, and the model is {kind}")
    if problem.data.features != 2:
        raise GdanimError(
            f"HiddenUnits: shows data with two features, got {problem.data.features}; for one "
            "feature there is Weights()"
        )
    if max(problem.model.hidden) > _MOST:
        raise GdanimError(
            f"HiddenUnits: shows at most {_MOST} units in a layer, got {max(problem.model.hidden)}"
        )
    return problem, problem.model
