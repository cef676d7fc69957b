"""The learning rates of pictures that repeat a run with others."""

from __future__ import annotations

import numpy as np

from gdanim.analysis.diagnosis import diagnose
from gdanim.descent.run import Run
from gdanim.errors import GdanimError


def own_rate(view: str, run: Run) -> float:
    """Return the one learning rate of a run; GdanimError if it has none."""
    rates = run.rates
    if rates is None or run.optimizer is None:
        raise GdanimError(
            f"{view}: repeats the run with other learning rates, and this one was recorded from "
            "a loop of your own; show a run of descend"
        )
    if rates.size == 0 or np.ptp(rates) > 0:
        raise GdanimError(
            f"{view}: needs one learning rate, and this run's changes or differs between the "
            "parameters; give the optimizer a number"
        )
    return float(rates.flat[0])


def largest_stable_rate(run: Run) -> float | None:
    """Return the largest stable rate at the minimum; None where none is known."""
    best, rule = run.problem.minimum, run.optimizer
    if best is None or best.params is None or rule is None or run.batches is not None:
        return None
    largest = float(diagnose(run.problem, np.atleast_2d(best.params)[0]).eigenvalues[-1])
    return rule.largest_stable_rate(largest) if largest > 0 else None


def round_rates(low: float, high: float) -> list[float]:
    """Return the powers of ten from `low` to `high`, and if these are few also 2 and 5 times."""
    digits = (1,) if high > 50 * low else (1, 2, 5)
    powers = 10.0 ** np.arange(np.floor(np.log10(low)), np.ceil(np.log10(high)) + 1)
    places = [digit * power for power in powers.tolist() for digit in digits]
    return [place for place in places if low <= place <= high]
