"""The plane in parameter space that a picture of the loss shows, and its limits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from gdanim.core.arrays import Floats, check_interval, floats
from gdanim.descent.run import Run
from gdanim.errors import GdanimError
from gdanim.views._drawing.loss_surface import (
    LossSurface,
    Parameter,
    Slice,
    along,
    axis_limits,
    main_plane,
    number_of,
    window_of,
)

Range = tuple[float, float]


def check_ranges(view: str, ranges: tuple[Range, Range] | None) -> None:
    """Raise GdanimError unless `ranges` is None or two pairs, each the lower number first."""
    if ranges is None:
        return
    if floats(f"{view}: ranges", ranges).shape != (2, 2):
        raise GdanimError(f"{view}: ranges must be two pairs, got {ranges!r:.80}")
    for pair in ranges:
        check_interval(f"{view}: ranges", pair)


def chosen_plane(
    view: str, parameters: Sequence[Parameter] | Literal["main"] | None, runs: dict[str, Run]
) -> Slice:
    """Return the plane that a view shows; GdanimError when there is none."""
    names = next(iter(runs.values())).problem.names
    if len(names) < 2:
        raise GdanimError(
            f"{view}: needs two parameters, this problem has one ({', '.join(names)}); "
            f"views.LossSlice() shows its loss"
        )
    if parameters == "main" or (parameters is None and len(names) > 2):
        return main_plane(runs.values())
    pair = names if parameters is None else parameters
    if isinstance(pair, str) or len(pair) != 2:
        raise GdanimError(
            f'{view}: parameters must be two of {", ".join(names)}, or "main", got {pair!r}'
        )
    numbers = [number_of(view, parameter, names) for parameter in pair]
    if numbers[0] == numbers[1]:
        raise GdanimError(f"{view}: parameters must be two different ones, got {pair!r}")
    return along(names, numbers)


def global_optima(surface: LossSurface) -> Floats:
    """Return the optima that are as good as the best, `[K, P]`."""
    losses = surface.loss(surface.optima)
    best = losses.min(initial=np.inf)
    return np.asarray(surface.optima[losses <= best + 1e-9 * max(1.0, abs(best))])


def plane_title(surface: LossSurface, plane: Slice) -> str:
    """Name the loss, and say where the other parameters are."""
    symbol, names = surface.objective.loss_symbol + surface.sample, surface.objective.names
    if plane.base is None:
        others = [name for name in names if name not in plane.names]
        rest = " and ".join(others) if len(others) < 3 else f"the other {len(others)}"
        return f"loss ({symbol}), {rest} as of this step"
    if len(names) > 2:
        return f"loss ({symbol}) in the path's main plane"
    return f"loss surface ({symbol})"


def plane_limits(
    surface: LossSurface,
    plane: Slice,
    runs: dict[str, Run],
    paths: dict[str, Floats],
    ranges: tuple[Range, Range] | None,
) -> tuple[Floats, Floats]:
    """Return the lowest and the highest coordinates in view, `[2]` each."""
    if ranges is not None:
        low, high = np.transpose(np.array(ranges, dtype=np.float64))
        return low, high
    best = plane.coordinates(surface.optima)
    if not len(best):
        best = np.stack([paths[label][int(run.losses.argmin())] for label, run in runs.items()])
    pairs = [
        axis_limits(
            [path[:, k] for path in paths.values()], best[:, k], window_of(surface, plane, k)
        )
        for k in range(2)
    ]
    low, high = np.transpose(pairs)
    return low, high
