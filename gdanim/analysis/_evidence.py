"""What the rules for a run's end look at: each quantity is found when a rule first asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from gdanim.analysis._floor import Floor, floor_of, linear_in_parameters, lower_points
from gdanim.analysis._neighbourhood import (
    AFFORDABLE,
    Neighbourhood,
    affordable,
    neighbourhood,
    scaled_hessian,
)
from gdanim.analysis._oscillation import swing
from gdanim.analysis._rays import falls_for_ever
from gdanim.analysis._tail import Swings, Trend, rates_to_come, swings, trend
from gdanim.analysis.curvature import LANCZOS_STEPS, extreme_spectrum, hessian_product, spectrum
from gdanim.analysis.record import Record
from gdanim.analysis.smoothness import has_curvature
from gdanim.core.arrays import Floats
from gdanim.problems.problem import Problem

# A gap to the infimum is nothing below this share of a positive infimum of a loss over data...
OF_FLOOR = 0.01
# ... or this share of the whole way down.
OF_FALL = 1e-6
# Below this share of the largest, differences tell no curvature from 0.
FLAT = 1e-10
# After this many times the steps that shrink a distance to 1/e, nothing of it is left.
SETTLED = 3.0
# Rates times curvature of all stable rules: among them is the fastest.
SCALED_CURVATURES = np.linspace(0.0, 4.0, 401)
# The mean loss of a cycle stays if it differs by less than this share of the gap.
STAYS = 1e-3
# Peaks that shrink to less than this share from quarter to quarter die out.
DAMPED = 0.7


@dataclass(frozen=True, eq=False)
class Cycle:
    """The mean losses in the thirds of an oscillation, `[3]`, and their fall in a step at last."""

    levels: Floats
    fall: float


@dataclass(frozen=True, eq=False)
class Evidence:
    """The numbers of a run that its judgement rests on.

    Long because every rule asks for its own.
    """

    record: Record

    @cached_property
    def start(self) -> float:
        """The first loss."""
        return float(self.record.losses[0])

    @cached_property
    def trend(self) -> Trend:
        """The levels of the loss in each quarter of the steps: their means."""
        return trend(self.record.losses)

    @cached_property
    def typical(self) -> Trend:
        """The same by medians, which a burst does not move."""
        return trend(self.record.losses, np.median)

    @cached_property
    def swings(self) -> Swings:
        """The swings of the parameters in the last two quarters."""
        return swings(self.record.moves)

    @cached_property
    def cycle(self) -> Cycle | None:
        """A steady oscillation that goes on to the end; None where there is none."""
        found = swing(self.record.params)
        if found is None or found.trend or found.last < self.record.steps - found.period:
            return None
        period = round(found.period)
        whole = (found.last - found.first) // (3 * period) * period
        parts = [found.last - whole * k for k in (3, 2, 1, 0)]
        losses = self.record.losses
        levels = np.array([losses[first:last].mean() for first, last in pairwise(parts)])
        return Cycle(levels, float(levels[1] - levels[2]) / whole)

    @cached_property
    def steady(self) -> bool:
        """Whether swings will go on as they are.

        Known of convex losses, and of a single parameter. Elsewhere parameters can drift along the
        bottom of a valley to where it is less steep (Cohen et al., "Gradient descent on neural
        networks typically occurs at the edge of stability", 2021), unless the loss of a cycle stays
        what it is.
        """
        if self.record.problem.convex or self.record.params.shape[1] == 1:
            return True
        if self.cycle is None or self.record.random:
            return False
        _, before, last = self.cycle.levels
        return bool(abs(last - before) <= STAYS * (last - self.target))

    @cached_property
    def more(self) -> float:
        """How many last quarters as much movement ten times as many steps can bring at most.

        36, or fewer where the rate decays: steps become shorter with it.
        """
        return min(4.0 * 9, rates_to_come(self.record.rates))

    @property
    def decays(self) -> bool:
        """Whether the rate decays, so that the run comes to rest wherever it is."""
        return self.more < 4.0 * 9

    @property
    def damped(self) -> bool:
        """Whether the peaks above the target shrink from quarter to quarter."""
        peaks = self.trend.high - min(self.target, float(self.trend.low.min()))
        return bool((peaks[2:] < DAMPED * peaks[1:-1]).all())

    @cached_property
    def end(self) -> float:
        """The last loss, or of an irregular run the mean of the last quarter."""
        irregular = self.record.irregular and self.record.steps >= 8
        return float(self.trend.level[3] if irregular else self.record.losses[-1])

    @cached_property
    def floor(self) -> Floor:
        """What is known of the infimum; nothing where the run went below a declared minimum."""
        floor, lowest = floor_of(self.record.problem), float(self.record.losses.min())
        if not floor.proven and lowest < floor.loss - OF_FALL * abs(self.start - floor.loss):
            return Floor(-np.inf, False, null=floor.null)
        return floor

    @cached_property
    def rounding(self) -> float:
        """By how much rounding alone can move the loss at the end."""
        return float(self.record.problem.rounding(self.record.params[-1]))

    def way(self, target: float) -> float:
        """Return the way down to `target` from an ordinary start.

        Of a loss over data at most from what the best constant prediction loses, so that a start
        far away excuses nothing.
        """
        way, null = abs(self.start - target), self.floor.null
        if null is None or not isinstance(self.record.problem, Problem):
            return way
        return max(min(way, max(null - target, 0.0)), OF_FALL * null)

    def tolerance(self, target: float) -> float:
        """Return the gap to `target` below which a run has arrived.

        A millionth of the way down, `1e-6 (f0 - f)`. A loss over data has a meaningful zero, so
        that a hundredth of a positive f is nothing either.
        """
        return self._nothing(target, self.rounding)

    def _nothing(self, target: float, rounding: float) -> float:
        nothing = OF_FALL * self.way(target)
        if isinstance(self.record.problem, Problem) and target > rounding:
            nothing = max(nothing, OF_FLOOR * target)
        return nothing + rounding

    def scale(self, reference: float) -> float:
        """Return how far the start is above `reference`, at least the tolerance there."""
        rounding = float(self.record.problem.rounding(self.record.params[0]))
        return max(self.start - reference, self._nothing(reference, rounding))

    @cached_property
    def unstable(self) -> bool | None:
        """Whether the rule is unstable at the last rate on this quadratic; None if not known."""
        if self.record.problem.hessian is None or self.record.random or self.rate_share is None:
            return None
        return self.rate_share > 1 + 1e-12

    @cached_property
    def curvatures(self) -> Floats | None:
        """The eigenvalues of rates times Hessian at the end, ascending; None if not known.

        None too where the gradient jumps, so that its differences are no curvature.

        Where losses are sums, the Hessian of a mini-batch is its share of the points times that of
        all.
        """
        return self._curvatures(self.record.params[-1])

    @property
    def _effective_rate(self) -> Floats | None:
        """The rates of the last step, as they act on the Hessian of all points."""
        rate, problem, size = self.record.rate, self.record.problem, self.record.batch_size
        if rate is None or size is None or not isinstance(problem, Problem):
            return rate
        share = size / len(problem.data.y) if problem.loss_function.additive else 1.0
        return rate * min(share, 1.0)

    def _curvatures(self, point: Floats) -> Floats | None:
        record, rate = self.record, self._effective_rate
        if rate is None:
            return None
        p = len(point)
        if rate.size == 1 and record.problem.hessian is not None:
            return np.asarray(float(rate[0]) * spectrum(record.problem, point).eigenvalues)
        if not affordable(record.problem):
            return self._extreme_curvatures(point, float(rate[0])) if rate.size == 1 else None
        root = np.sqrt(np.broadcast_to(rate, (p,)))
        with np.errstate(all="ignore"):
            bent = scaled_hessian(record.problem, point, record.units)
            bent = root[:, np.newaxis] * bent * root / np.outer(record.units, record.units)
            if not np.isfinite(bent).all():
                return None
            values, vectors = np.linalg.eigh(bent)
            curved = has_curvature(record.problem, point, root * vectors[:, -1])
        return np.asarray(values) if curved else None

    def _extreme_curvatures(self, point: Floats, rate: float) -> Floats | None:
        """The smallest and the largest, from products, unless these cost too much as well."""
        problem = self.record.problem
        if (
            not problem.differentiable
            or LANCZOS_STEPS * max(problem.workspace, len(point)) > AFFORDABLE
        ):
            return None
        found = extreme_spectrum(lambda v: hessian_product(problem, point, v), len(point))
        curved = has_curvature(problem, point, found.directions[-1])
        return rate * found.eigenvalues if np.isfinite(found.eigenvalues).all() and curved else None

    @cached_property
    def rate_share(self) -> float | None:
        """The last rate over the largest stable one at the end; None where that is not known."""
        return self._share(self.curvatures)

    @cached_property
    def largest_share(self) -> float:
        """The same at the end or at the start, whichever is larger; 0 where it is not known."""
        found = [self.rate_share]
        if self.record.problem.hessian is None:
            found.append(self._share(self._curvatures(self.record.params[0])))
        return max((share for share in found if share is not None), default=0.0)

    def _share(self, found: Floats | None) -> float | None:
        rate, largest_of = self.record.rate, self.record.largest_stable_rate
        if found is None or rate is None or largest_of is None or not found[-1] > 0:
            return None
        # Of several rates the largest, with the Hessian scaled by the others' share of it.
        largest = largest_of(float(found[-1] / rate.max()))
        return None if largest is None else float(rate.max()) / largest

    @cached_property
    def paces(self) -> tuple[Floats, Floats] | None:
        """Rate times curvature along each direction, ascending, and the pace there: -log factor.

        None where it is not known. A direction of negative curvature is left as fast as one of that
        curvature is followed.
        """
        record, bent = self.record, self.curvatures
        if bent is None or record.factor is None or self.rate_share is None:
            return None
        least = 0.0 if record.problem.hessian is not None else FLAT * bent[-1]
        bent = bent[abs(bent) > least]
        factors = record.factor(abs(bent))
        with np.errstate(divide="ignore"):
            return None if factors is None else (bent, -np.log(factors))

    @property
    def transient(self) -> bool:
        """Whether the rule is so slow, at any rate, that momentum swings on from the start.

        Elsewhere than on a quadratic without noise the losses have to show that swings shrink.
        """
        factors = None if self.record.factor is None else self.record.factor(SCALED_CURVATURES)
        if factors is None or self.rate_share is None or not 0 < factors.min() < 1:
            return False
        if (self.unstable is None or self.record.random) and not self.lowest_last:
            return False
        return bool(-np.log(factors.min()) * self.record.steps < SETTLED and self.rate_share < 1)

    @property
    def lowest_last(self) -> bool:
        """Whether losses are typically lower in the last quarter than in any before."""
        level = self.typical.level
        return bool(level[3] < level[:3].min())

    @property
    def drifts(self) -> bool:
        """Whether noise has not spread yet along the slowest direction, as far as it will."""
        found = None if self.decays else self.paces
        return found is not None and bool(0 <= found[1].min() * self.record.steps < SETTLED)

    @cached_property
    def constant_rate(self) -> bool:
        """Whether the rates are known, and the same at each step."""
        rates = self.record.rates
        return rates is not None and len(rates) > 0 and bool((rates == rates[0]).all())

    @property
    def rate_acts(self) -> bool:
        """Whether a rate can be to blame, by theory: a small one makes small steps downhill.

        Newton's method can go astray at any rate, unless that is larger than the largest stable one
        of all curvatures; and some rates are not known.
        """
        largest = self.record.largest_stable_rate
        if self.record.rate is None:
            return False
        free = largest is None or largest(1.0) is None or largest(1.0) != largest(2.0)
        return free or (self.rate_share is not None and self.rate_share >= 1)

    @property
    def forgets(self) -> bool:
        """Whether steps are scaled by past gradients, so that no rate is known to be stable.

        Such a rule leaves a minimum again when it has forgotten the gradients of the way there.
        """
        largest = self.record.largest_stable_rate
        return largest is not None and largest(1.0) is None and not self.decays

    @property
    def stays(self) -> bool:
        """Whether theory says that a run that has arrived stays: it is stable and has no noise."""
        return not self.record.random and self.rate_share is not None and self.rate_share <= 1

    @cached_property
    def place(self) -> Neighbourhood | None:
        """The place near the end; None for convex losses, and where it costs too much."""
        record = self.record
        if record.problem.convex or not affordable(record.problem):
            return None
        if not np.isfinite(record.params[-1]).all():
            return None
        fall = max(self.start - float(record.losses.min()), self.rounding, 1e-300)
        first = record.problem.gradient(record.params[0]) * record.units
        return neighbourhood(record.problem, record.params[-1], record.units, fall, first)

    @cached_property
    def lower(self) -> float:
        """The lowest loss that is known at a concrete point."""
        record = self.record
        known = [float(record.problem.loss(point)) for point in lower_points(record.problem)]
        return min([*known, float(record.losses.min())])

    @cached_property
    def target(self) -> float:
        """The loss to compare the end with: the infimum, else the minimum that lies below.

        Else the lower bound.
        """
        if self.floor.exact and np.isfinite(self.floor.loss):
            return self.floor.loss
        if self.place is not None and np.isfinite(self.place.loss):
            return min(self.place.loss, self.end)
        return self.floor.loss

    @cached_property
    def bottomless(self) -> bool:
        """Whether the loss has no lower bound.

        Known of quadratics. Any other bare function has none if it falls on along the ray on which
        the run ends, over hundreds of powers of ten, no slower per power than before.
        """
        if self.floor.exact or self.floor.loss > -np.inf:
            return self.floor.loss == -np.inf
        problem = self.record.problem
        if not (problem.differentiable and self.record.steps) or linear_in_parameters(problem):
            return False
        params = self.record.params
        ray = params[-1] - params[-1 - max(1, self.record.steps // 4)]
        length = float(abs(ray / self.record.units).max())
        if not length > 0:
            return False
        return falls_for_ever(problem, params[-1], ray / length)
