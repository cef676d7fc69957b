"""Descents from every place of a plane: of two parameters, or of one and the learning rate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gdanim.analysis.curvature import hessian
from gdanim.core.arrays import BLOCK, Floats, Ints, in_blocks
from gdanim.descent.chosen_rate import with_rate
from gdanim.descent.loop import descend
from gdanim.descent.repeated import repeated
from gdanim.descent.run import Run
from gdanim.views._drawing.loss_surface import Slice

# The most numbers of a block of descents, whose steps are all recorded.
_RECORDED = 4e6
# Two ends are one if they are nearer than this part of the panel. A descent has arrived when it
# stays so near to its end, and settled if it did so in this part of its steps.
_NEAR, _SETTLED = 0.015, 0.9
# This many ends are tried; one counts if this share of the descents settles there.
_TRIED, _SHARE = 60, 0.001
# An end counts only if a descent from there, so many times as long, stays there.
_LONGER, _LONGEST = 20, 5000
# Of a descent that settles nowhere.
NOWHERE = -1


@dataclass(frozen=True, eq=False)
class Starts:
    """The descents of a run's kind from all places between `low` and `high`, `[2]` each.

    Where the plane has one direction only, the second coordinate is the power of ten of the
    learning rate.
    """

    run: Run
    plane: Slice
    low: Floats
    high: Floats

    @property
    def cost(self) -> int:
        """The temporary floats of one descent."""
        names = len(self.run.problem.names)
        return (self.run.steps + 1) * max(self.run.problem.workspace, names)

    @property
    def scale(self) -> Floats:
        """How long the panel is along each parameter, or if it shows none of it, the run, `[P]`."""
        count = len(self.plane.directions)
        shown = (self.high - self.low)[:count] @ abs(self.plane.directions)
        return np.asarray(np.where(shown > 0, shown, np.ptp(self.run.params, axis=0) + 1e-9))

    def losses(self, places: Floats) -> Floats:
        """`[K, S+1]`: the loss at every step from each of `places [K, 2]`."""
        return self._in_blocks(lambda some: self._descents(some)[1].T, places)

    def ends(self, places: Floats) -> Floats:
        """`[K, P+1]`: the last parameters and the step of arrival; not finite where it diverges."""
        return self._in_blocks(self._ends, places)

    def _ends(self, places: Floats) -> Floats:
        params, losses = self._descents(places)
        with np.errstate(all="ignore"):
            offsets = (params - params[-1]) / (_NEAR * self.scale)
            away = np.einsum("skp,skp->sk", offsets, offsets) > 1
        arrival = np.where(away.any(axis=0), len(away) - away[::-1].argmax(axis=0), 0)
        arrival = np.where(np.isfinite(losses[-1]), arrival, np.inf)
        return np.column_stack([params[-1], arrival])

    def _descents(self, places: Floats) -> tuple[Floats, Floats]:
        """Return the parameters `[S+1, K, P]` and losses `[S+1, K]`."""
        optimizer, count = self.run.optimizer, len(self.plane.directions)
        assert optimizer is not None
        if count == 1:
            optimizer = with_rate(optimizer, 10.0 ** places[:, 1:])
        starts = self.plane.points(places[:, :count], self.run.params[0])
        return repeated(self.run, optimizer, starts)

    def _in_blocks(self, function: Callable[[Floats], Floats], places: Floats) -> Floats:
        size = (self.run.steps + 1) * len(self.run.problem.names)
        return in_blocks(function, places, max(1, int(size * BLOCK / _RECORDED)))


@dataclass(frozen=True, eq=False)
class Basins:
    """Where descents settle: `centres [K, P]`, minima first, of which there are `minima`."""

    starts: Starts
    centres: Floats
    minima: int

    def codes(self, places: Floats) -> Ints:
        """Return the number of the basin that each of `places [K, 2]` is in, and how far it is.

        The number is multiplied by the number of steps and 1, and the step of arrival added; the
        code of a descent that settles nowhere is NOWHERE.
        """
        ends = self.starts.ends(places)
        codes, settled = np.full(len(ends), NOWHERE), _settled(self.starts, ends)
        for k in reversed(range(len(self.centres))):
            there = settled & _near(self.starts, ends, self.centres[k])
            codes[there] = k * (self.starts.run.steps + 1) + ends[there, -1]
        return codes


def find_basins(starts: Starts, ends: Floats) -> Basins:
    """Return the basins of the descents with these `ends [K, P+1]`."""
    left = ends[_settled(starts, ends)][:, :-1]
    problem, centres = starts.run.problem, []
    losses = problem.losses(left) if len(left) else np.empty(0)
    for _ in range(_TRIED):
        if not len(left):
            break
        # The lowest of a group of ends is nearest to their minimum.
        centre = left[int(losses.argmin())]
        near = _near(starts, left, centre)
        if near.sum() >= _SHARE * len(ends):
            centres.append(centre)
        left, losses = left[~near], losses[~near]
    # In the order of their places, as that of equal losses hangs on rounding.
    centres.sort(key=lambda centre: tuple(centre))
    found = _staying(starts, np.array(centres).reshape(-1, len(problem.names)))
    curved = np.array([_is_minimum(starts.run, centre) for centre in found], dtype=bool)
    return Basins(starts, np.concatenate([found[curved], found[~curved]]), int(curved.sum()))


def _staying(starts: Starts, centres: Floats) -> Floats:
    """Return the `centres [K, P]` that a longer descent does not leave, as it would a slope."""
    run = starts.run
    if not len(centres) or run.optimizer is None:
        return centres
    further = descend(run.problem, run.optimizer, centres, min(_LONGER * run.steps, _LONGEST))
    moved = np.linalg.norm((further.params[-1] - centres) / (_NEAR * starts.scale), axis=-1)
    return np.asarray(centres[moved <= 1])


def _settled(starts: Starts, ends: Floats) -> NDArray[np.bool_]:
    return np.asarray(ends[:, -1] <= _SETTLED * starts.run.steps)


def _near(starts: Starts, ends: Floats, centre: Floats) -> NDArray[np.bool_]:
    """Return which of `ends` are at the centre, to twice the distance of an arrival."""
    offsets = (ends[:, : len(centre)] - centre) / (2 * _NEAR * starts.scale)
    return np.asarray(np.einsum("kp,kp->k", offsets, offsets) <= 1)


def _is_minimum(run: Run, params: Floats) -> bool:
    """Return whether the loss does not fall in any direction, but for rounding."""
    curvatures = np.linalg.eigvalsh(hessian(run.problem, params))
    return bool(curvatures[0] > -1e-3 * abs(curvatures).max())
