"""What a longer run says about the words for a shorter one.

The true end of a run is decided by going on: the same descent, ten times as long. Words are wrong
if the longer run refutes them by more than one can see.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gdanim.analysis.judgement import Certainty, Ending, Reason
from gdanim.core.arrays import Floats
from gdanim.descent.adaptive import AdaGrad, Adam, AdamW, RMSProp
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.run import DIVERGED, FINISHED, Outcome, Run
from gdanim.problems.objective import Objective
from gdanim.problems.problem import Problem

# What one sees of a change of the loss: this much of what there is to gain, or of the floor.
OF_HEIGHT, OF_FLOOR = 1e-5, 0.02
# However near a run starts, this of what a constant prediction loses is nothing.
OF_CONSTANT = 1e-12
# A run hardly moves that gains less than this of what is left.
LITTLE = 0.06
# A change of less than this part of what one sees is none; in between both words will do.
NONE = 0.03
# Parameters that swing by less than this of their way, or of themselves, do not swing visibly.
OF_WAY, OF_SIZE = 0.05, 1e-9
# Rounding errors, in units in the last place.
UNITS = 10 * 2.2e-16
# Reasons that the curvatures can refute.
RATES = (Reason.SMALL_RATE, Reason.LARGE_RATE, Reason.CONDITIONING)


@dataclass(frozen=True)
class Continued:
    """A run of S steps and the same run, about ten times as long.

    `floor` is the lowest loss that is known of the objective, whatever the run.
    """

    run: Run
    longer: Run
    floor: float

    @cached_property
    def random(self) -> bool:
        """Whether steps are random."""
        return self.run.batches is not None or "noise" in getattr(self.run.optimizer, "name", "")

    @cached_property
    def adaptive(self) -> bool:
        """Whether the steps do not shrink with the gradient."""
        return isinstance(self.run.optimizer, AdaGrad | Adam | AdamW | RMSProp)

    @cached_property
    def end(self) -> float:
        """The shorter run's last loss; of a random run the median of its last tenth."""
        return self._typical_end(self.run.losses)

    @cached_property
    def last(self) -> float:
        """The same of the longer run."""
        return self._typical_end(self.longer.losses)

    def _typical_end(self, losses: Floats) -> float:
        return float(np.median(losses[-max(1, self.run.steps // 10) if self.random else -1 :]))

    @cached_property
    def height(self) -> float:
        """What there was to gain; over data, at most what a constant prediction would gain."""
        height = float(self.run.losses[0]) - self.floor
        if self.floor > 0:
            height = min(height, max(self.constant - self.floor, 0.0))
        return max(height, 0.0)

    @cached_property
    def constant(self) -> float:
        """What a constant prediction loses; infinite without data."""
        problem = self.run.problem
        if not isinstance(problem, Problem):
            return np.inf
        y = problem.data.y
        # The logit of a constant probability.
        mean = float(y.mean())
        guess = mean if problem.model.logits is None else np.log(mean) - np.log1p(-mean)
        return float(problem.loss_function.value(np.full_like(y, guess), y))

    @cached_property
    def visible(self) -> float:
        """The smallest change of the loss that one can see."""
        problem, ends = self.run.problem, self.run.losses[[0, -1]]
        if not isinstance(problem, Problem):
            return max(OF_HEIGHT * self.height, 1e3 * UNITS * min(float(np.abs(ends).max()), 1e300))
        rounding = UNITS**2 * float(np.mean(problem.data.y**2))
        near = max(rounding, OF_CONSTANT * self.constant)
        return max(OF_HEIGHT * self.height, OF_FLOOR * self.floor, near)

    def seen_at(self, reason: Reason | None) -> float:
        """What one sees of a change: above the floor the place's own loss is the measure."""
        if reason not in (Reason.MINIMUM, None) and self.run.problem.points:
            return max(self.visible, OF_FLOOR * self.last)
        return self.visible

    def settled(self, visible: float, so_far: bool = False) -> bool:
        """Whether the loss stays where the shorter run ends, and no parameter swings visibly.

        Adaptive rules at a constant rate leave a minimum again, or spike, when they have forgotten
        the gradients of the way there: if a run is said to have converged `so_far`, the median over
        a tenth of the steps more decides.
        """
        diverged = self.longer.outcome.kind == DIVERGED and self.longer.steps > self.run.steps
        if diverged and not so_far:
            return False
        later = self.longer.losses[self.run.steps :]
        change = np.abs(later[: self.run.steps // 10 + 2 if so_far else None] - self.end)
        most = np.quantile(change, 0.5 if so_far else 0.9 if self.random else 1.0)
        if most > visible:
            return False
        # At the floor a swing that one does not see in the loss is none.
        if self.random or self.end - self.floor <= visible or not self.swings:
            return True
        tail = self.run.params[-max(3, self.run.steps // 10) :]
        return not (np.ptp(tail, axis=0) > OF_WAY * np.ptp(self.run.params, axis=0)).any()

    @cached_property
    def rises(self) -> bool:
        """Whether the longer run ends visibly above its start, or grew another hundredfold.

        A loss that is bounded far away can come back from there; so can a burst, so that with
        batches the median of the last tenth decides.
        """
        losses = self.longer.losses
        if self.run.batches is not None and self.longer.outcome.kind != DIVERGED:
            tail = losses[-max(1, self.longer.steps // 10) :]
            return bool(np.median(tail) > losses[0] + self.visible)
        last = losses[-max(1, self.longer.steps // 10) :].max()
        above = bool(last > losses[0] + self.visible) or not self.longer.steps
        return above or bool(losses[self.run.steps :].max() - self.floor > 100 * self.height)

    @cached_property
    def falls(self) -> bool:
        """Whether the longer run ends below the end of the shorter one; at times, if adaptive."""
        after = float(self.longer.losses.min()) if self.adaptive else self.last
        return self.end - after > NONE * self.visible

    @cached_property
    def swings(self) -> bool:
        """Whether a parameter turns at the end of the shorter run, and swings on as widely.

        Noise may come to rest by chance, or in the end: of it, the same number of steps decides, by
        their range or by that of the middle half, which is not that of a single burst.
        """
        window = min(self.run.steps, max(12, self.run.steps // 3))
        for column in range(self.run.params.shape[1]):
            before = self.run.params[-window - 1 :, column]
            after = self.longer.params[-max(window, self.longer.steps // 10) :, column]
            if self.random:
                after = self.longer.params[self.run.steps :][: window + 1, column]
            turns = np.count_nonzero(np.diff(np.sign(np.diff(before))))
            least = OF_SIZE * np.abs(self.run.params).max()
            wide, still = np.ptp(before), np.ptp(after) > 0.1 * np.ptp(before)
            if self.random:
                middle = [np.subtract(*np.quantile(part, (0.75, 0.25))) for part in (before, after)]
                still = still or middle[1] > 0.1 * middle[0]
            if turns >= 2 and wide > least and still:
                return True
        return False

    @property
    def turns(self) -> bool:
        """Whether a parameter turns again and again at the end of the shorter run."""
        tail = np.diff(self.run.params[-max(12, self.run.steps // 3) :], axis=0)
        return bool((np.diff(np.sign(tail), axis=0) != 0).sum(axis=0).max() >= 2)

    @property
    def hardly_moves(self) -> bool:
        """Whether most of what is left stays out of reach, also for the longer run.

        Where no floor is known, whether the longer run gains next to nothing.
        """
        left, gained = self.end - self.floor, float(self.run.losses[0]) - self.end
        if not self.has_a_floor:
            return self.end - self.last < max(0.02 * gained, 1e-2 * abs(self.end))
        if left <= 0.5 * self.visible or (self.swings and not self.random):
            return False
        moves = abs(self.end - self.last)
        return moves < 0.5 * left and (gained < 0.1 * (gained + left) or moves < LITTLE * left)

    @property
    def lowest_around(self) -> float:
        """The floor, or a lower loss of a function without one, ten times as far as it is shown."""
        if self.has_a_floor:
            return self.floor
        rng = np.random.default_rng(0)
        around = 10 * np.stack([self.run.problem.init(rng) for _ in range(100)])
        return min(self.floor, float(np.nanmin(self.run.problem.loss(around))))

    @property
    def has_a_floor(self) -> bool:
        """Whether the loss is known to have a lower bound."""
        return self.run.problem.points > 0 or self.run.problem.minimum is not None

    @property
    def stays(self) -> bool:
        """Whether the longer run ends nearer by than half the way of the shorter one.

        It may still come nearer along a flat direction, in which the loss hardly changes.
        """
        way = np.ptp(self.run.params, axis=0).max()
        return bool(np.abs(self.longer.params[-1] - self.run.params[-1]).max() <= 0.5 * way)

    def refutes(
        self, ending: Ending, reason: Reason | None = None, sure: Certainty = Certainty.MEASURED
    ) -> str:
        """Say what is wrong about these words; nothing if they may be right."""
        swings = self.turns if sure == Certainty.LIKELY else self.swings
        with np.errstate(all="ignore"):
            wrong = {
                Ending.CONVERGED: not self.settled(self.seen_at(reason), sure == Certainty.LIKELY)
                and "converged, and later moves visibly",
                Ending.FALLING: reason != Reason.NO_MINIMUM
                and not self.falls
                and "still falling, and falls no more",
                Ending.HARDLY_MOVING: not self.hardly_moves and "hardly moving, and moves",
                Ending.OSCILLATING: not swings and "oscillating, and comes to rest",
                Ending.GROWING: not self.rises and "growing, and ends below its start",
                Ending.DIVERGED: not self.rises and "diverged, and ends below its start",
                Ending.UNBOUNDED: (self.has_a_floor or self.last > self.end)
                and "falling without bound, and has one",
            }.get(ending, False)
            return str(wrong or self._wrong_reason(ending, reason))

    def _wrong_reason(self, ending: Ending, reason: Reason | None) -> str:
        above = self.end - self.floor
        if reason in RATES and (wrong := self._wrong_rate(ending, reason)):
            return wrong
        if reason == Reason.LOCAL_MINIMUM and not (self.stays or self.random or self.adaptive):
            return "at a local minimum, and leaves it"
        if reason == Reason.LOCAL_MINIMUM and self.end - self.lowest_around <= self.visible:
            return "at a local minimum, and none is lower"
        if ending == Ending.CONVERGED and reason in (None, Reason.MINIMUM) and above > self.visible:
            return "at the minimum, and a lower loss is known"
        return ""

    def _wrong_rate(self, ending: Ending, reason: Reason | None) -> str:
        """What is wrong about a reason, by the factors 1 - rate * curvature of a quadratic."""
        run = self.run
        if run.problem.hessian is None or not isinstance(run.optimizer, GradientDescent):
            return ""
        if run.rates is None or np.ptp(run.rates) or run.batches is not None or not run.steps:
            return ""
        sharpness = run.rates.flat[0] * np.linalg.eigvalsh(run.problem.hessian)[-1]
        steepest = (1 - sharpness) ** (2 * run.steps) * (float(run.losses[0]) - self.floor)
        wrong = {
            Reason.SMALL_RATE: 5 * sharpness > 2
            and "too small a rate, and no larger one is stable",
            Reason.LARGE_RATE: sharpness < 1 and "too large a rate, and it is below half the edge",
            Reason.CONDITIONING: steepest > self.visible
            and "ill-conditioned, and it has not arrived along the steepest direction either",
        }
        return str(wrong.get(reason, "") or "") if reason and ending != Ending.OSCILLATING else ""


def lowest(problem: Objective, ends: Floats) -> float:
    """The lowest loss that is known: given, at these parameters `[K, P]`, or found from them."""
    with np.errstate(all="ignore"):
        losses = problem.loss(ends)
    best = ends[int(np.nanargmin(losses))]
    known = problem.minimum
    found = [float(np.nanmin(losses)), np.inf if known is None else known.loss]
    # A bare function may have no lower bound.
    if isinstance(problem, Problem) and problem.hessian is None and len(best) < 20:
        # Importing it takes longer than pytest takes to collect ten files.
        from scipy.optimize import minimize

        with np.errstate(all="ignore"):
            result = minimize(
                lambda x: float(problem.loss(x)),
                best,
                jac=problem.gradient,
                method="L-BFGS-B",
                options={"maxiter": 300, "ftol": 1e-15, "gtol": 1e-12},
            )
        found.append(float(result.fun))
    return min(found)


def cut(longer: Run, steps: int) -> Run:
    """The first steps of a single run, as it would be alone."""
    last = int(longer.outcome.step)
    ended = bool(longer.outcome.kind == DIVERGED) and last < steps
    steps = min(steps, last)
    outcome = Outcome(np.array(DIVERGED if ended else FINISHED), np.array(steps))
    rates = None if longer.rates is None else longer.rates[: max(steps, 1)]
    batches = None if longer.batches is None else longer.batches[:steps]
    params = longer.params[: steps + 1]
    return Run(longer.problem, longer.optimizer, params, rates, outcome, batches)
