"""The largest stable rate of rules that scale each parameter by past gradients: Adam and its kin.

While the scaling hardly changes, such a rule is gradient descent, or momentum, on the Hessian whose
rows and columns are divided by the roots of the scaling: stable while its largest eigenvalue times
the learning rate is at most 2, or with Adam's average of gradients 2 (1 + beta1) / (1 - beta1): 38
for beta1 = 0.9 (Cohen et al., "Adaptive gradient methods at the edge of stability", 2022, where
runs come to this edge and stay there). The scaling follows the gradients, so no rate is the edge.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gdanim.analysis.diagnosis import Diagnosis, scaled_curvature
from gdanim.core.arrays import Floats, in_blocks
from gdanim.core.numbers import percent, rounded
from gdanim.core.words import enumerated
from gdanim.descent.adaptive import AdaGrad, Adam, AdamW, RMSProp
from gdanim.descent.run import Run
from gdanim.narration._explain.randomness import noiseless, uses_batches, uses_noise
from gdanim.narration._explain.words import told_apart

Scaled = AdaGrad | RMSProp | Adam | AdamW
# The first gradients are left out when all of them together weigh less than this share.
LEFT_OUT = 1e-6


def scaled_stability(run: Run, end: Diagnosis) -> Iterator[str]:
    """Compare the last learning rate with what is stable with the scaling of the last step."""
    rule, rates = noiseless(run.optimizer), run.rate_columns
    if rule is None or rates is None or not run.steps or not end.largest_stable_rate < np.inf:
        return
    random = _with(run)
    if not isinstance(rule, Scaled) or random:
        yield f"no largest stable learning rate is known for {rule.name}{random}"
        return
    with np.errstate(all="ignore"):
        scaled = rates[-1] / scaling(rule, run)
    if np.isfinite(scaled).all():
        yield _compared(
            run, rule, float(scaled_curvature(run.problem, end.params, scaled)) / edge(rule)
        )


def edge(rule: Scaled) -> float:
    """The largest stable eigenvalue of learning rate times scaled Hessian."""
    return 2 * (1 + rule.beta1) / (1 - rule.beta1) if isinstance(rule, Adam | AdamW) else 2.0


def scaling(rule: Scaled, run: Run) -> Floats:
    """What the last step divides each parameter's direction by, `[P]`: from the run's gradients."""
    decay = _decay(rule)
    memory = np.log(LEFT_OUT) / np.log(decay) if 0 < decay < 1 else (np.inf if decay else 1)
    last = int(min(run.steps, np.ceil(memory)))
    gradients = in_blocks(
        run.problem.gradient, run.params[run.steps - last : -1], run.problem.workspace
    )
    weights = decay ** np.arange(last - 1, -1, -1.0)
    v = weights @ gradients**2
    if not isinstance(rule, AdaGrad):
        v = (1 - decay) * v
    if isinstance(rule, Adam | AdamW):
        v = v / (1 - decay**run.steps)
    return np.asarray(np.sqrt(v) + rule.eps)


def _decay(rule: Scaled) -> float:
    """The part of the average of squared gradients that is kept from step to step."""
    if isinstance(rule, AdaGrad):
        return 1.0
    return rule.decay if isinstance(rule, RMSProp) else rule.beta2


def _with(run: Run) -> str:
    """What is random about a run, that theory knows nothing of."""
    random = ["mini-batches"] * uses_batches(run) + ["noisy gradients"] * uses_noise(run)
    return f" with {enumerated(random)}" if random else ""


def _compared(run: Run, rule: Scaled, share: float) -> str:
    """Compare rates that are `share` of the stable ones."""
    rates = run.rate_columns
    assert rates is not None
    stable = f"what is stable for {rule.name} with the scaling of its last step"
    follows = "only grows" if isinstance(rule, AdaGrad) else "follows the gradients"
    if rates.shape[1] > 1:
        part = f"are at {percent(share)} of" if share <= 1 else "exceed"
        return f"the learning rates {part} {stable}, which {follows}"
    which, lr = "the last learning rate" if np.ptp(rates) else "the learning rate", rates[-1, 0]
    if share <= 1:
        limit = rounded(lr / share) if share else "infinite"
        part = f"{lr:g}, is {percent(share)} of {stable}, about {limit}"
    else:
        text, limit = told_apart(lr, lr / share)
        part = f"{text}, exceeds {stable}, about {limit}"
    return f"{which}, {part}; that scaling {follows}"
