"""What an optimizer remembered at each step of a run, which the run itself does not record."""

from __future__ import annotations

import numpy as np

from gdanim.core.arrays import Floats, in_blocks
from gdanim.descent.optimizer import Step
from gdanim.descent.run import Run


def remembered(run: Run) -> dict[str, Floats]:
    """Return the gradient before each step and what the optimizer then remembers, `[S, P]` each.

    The rule is followed along the recorded parameters; a mini-batch's gradient is that of its
    points.
    """
    rule, problem, before = run.optimizer, run.problem, run.params[:-1]
    assert rule is not None
    if run.batches is None:
        gradients = in_blocks(problem.gradient, before, 2 * problem.workspace)
    else:
        batches = [row[row >= 0] for row in run.batches]
        gradients = np.array([problem.gradient(p, b) for p, b in zip(before, batches, strict=True)])
    found = {"gradient": gradients.reshape(before.shape)}
    state = rule.init(run.params[0])
    with np.errstate(all="ignore"):
        for k, (params, gradient) in enumerate(zip(before, gradients, strict=True)):
            batch = None if run.batches is None else batches[k]
            _, state = rule.direction(gradient, state, Step(k, params, problem, batch))
            for name, values in rule.memory(state, k + 1).items():
                found.setdefault(name, np.empty(before.shape))[k] = values
    return found
