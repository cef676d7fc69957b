"""The losses that other learning rates would have led to."""

from __future__ import annotations

import numpy as np

from gdanim.core.arrays import Floats
from gdanim.descent.chosen_rate import with_rate
from gdanim.descent.repeated import repeated
from gdanim.descent.run import Run


def losses_at_rates(run: Run, rates: Floats) -> Floats:
    """`[S+1, K]`: the losses of the run, had it used each of `rates [K]` at every step.

    Start, steps, mini-batches and noise are those of the run. Infinite from the step at which a
    descent diverges.
    """
    assert run.optimizer is not None
    starts = np.tile(run.params[0], (len(rates), 1))
    return repeated(run, with_rate(run.optimizer, rates[:, np.newaxis]), starts)[1]
