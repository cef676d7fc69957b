"""Optimizers that scale each parameter's step by the gradients so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gdanim.core.arrays import Floats, check_fraction, check_non_negative, set_fields
from gdanim.descent.optimizer import Optimizer, State, Step
from gdanim.descent.schedule import Rate


@dataclass(frozen=True, eq=False)
class AdaGrad(Optimizer):
    """AdaGrad: divides by the root of the sum of all squared gradients.

    Parameters
    ----------
    lr : float, array, mapping or Schedule
        Learning rate, finite and above 0, or "auto"; see Optimizer for its forms.
    eps : float, default 1e-10
        Added to the denominator to keep it from being 0, at least 0.

    Raises
    ------
    GdanimError
        If `lr` or `eps` is out of its bounds.

    See Also
    --------
    RMSProp : Forgets old gradients.

    Notes
    -----
    With v = 0 at the start, each step is `v = v + gradient^2`,
    `params = params - lr * gradient / (sqrt(v) + eps)`; `torch.optim.Adagrad`. Duchi, Hazan and
    Singer, "Adaptive subgradient methods" (2011), with the diagonal matrix.

    AdaGrad is stable where the largest eigenvalue of the Hessian, its rows and columns divided by
    the roots of `sqrt(v) + eps`, is at most 2 / lr; as v only grows, it stays so.

    Examples
    --------
    >>> from gdanim import AdaGrad, Linear, Problem, datasets, descend
    >>> problem = Problem(datasets.linear(2.0, 1.0), Linear())
    >>> descend(problem, AdaGrad(1.0), start=(0, 0), steps=300).params[-1].round(1)
    array([2., 1.])
    """

    lr: Rate
    eps: float = 1e-10

    def __post_init__(self) -> None:
        super().__post_init__()
        set_fields(self, eps=check_non_negative("eps", self.eps))

    def init(self, params: Floats) -> State:
        """Return v = 0."""
        return np.zeros_like(params)

    def memory(self, state: State, steps: int) -> Mapping[str, Floats]:
        """Return the root of v."""
        return {"root of squares": np.sqrt(state)}

    def direction(self, gradient: Floats, state: State, step: Step) -> tuple[Floats, State]:
        """Return `gradient / (sqrt(v) + eps)`, and v as the state."""
        v = state + gradient * gradient
        return gradient / (np.sqrt(v) + self.eps), v


@dataclass(frozen=True, eq=False)
class RMSProp(Optimizer):
    """RMSProp: divides by the root of a moving average of squared gradients.

    Parameters
    ----------
    lr : float, array, mapping or Schedule
        Learning rate, finite and above 0, or "auto"; see Optimizer for its forms.
    decay : float, default 0.99
        The part of the moving average that is kept from step to step, at least 0 and below 1;
        torch calls it `alpha`.
    eps : float, default 1e-8
        Added to the denominator to keep it from being 0, at least 0.

    Raises
    ------
    GdanimError
        If `lr`, `decay` or `eps` is out of its bounds.

    See Also
    --------
    Adam : Also averages the gradient, and corrects both averages at the start.

    Notes
    -----
    With v = 0 at the start, each step is `v = decay * v + (1 - decay) * gradient^2`,
    `params = params - lr * gradient / (sqrt(v) + eps)`; `torch.optim.RMSprop`. Hinton, "Neural
    networks for machine learning", lecture 6e (2012).

    While v hardly changes, RMSProp is stable where the largest eigenvalue of the Hessian, its rows
    and columns divided by the roots of `sqrt(v) + eps`, is at most 2 / lr.

    Examples
    --------
    >>> from gdanim import Linear, Problem, RMSProp, datasets, descend
    >>> problem = Problem(datasets.linear(2.0, 1.0), Linear())
    >>> descend(problem, RMSProp(0.01), start=(0, 0), steps=300).params[-1].round(1)
    array([2., 1.])
    """

    lr: Rate
    decay: float = 0.99
    eps: float = 1e-8

    def __post_init__(self) -> None:
        super().__post_init__()
        set_fields(
            self,
            decay=check_fraction("decay", self.decay),
            eps=check_non_negative("eps", self.eps),
        )

    def init(self, params: Floats) -> State:
        """Return v = 0."""
        return np.zeros_like(params)

    def memory(self, state: State, steps: int) -> Mapping[str, Floats]:
        """Return the root of v."""
        return {"root mean square": np.sqrt(state)}

    def direction(self, gradient: Floats, state: State, step: Step) -> tuple[Floats, State]:
        """Return `gradient / (sqrt(v) + eps)`, and v as the state."""
        v = self.decay * state + (1 - self.decay) * gradient * gradient
        return gradient / (np.sqrt(v) + self.eps), v


@dataclass(frozen=True, eq=False)
class Adam(Optimizer):
    """Adam: bias-corrected moving averages of the gradient and of its square.

    Parameters
    ----------
    lr : float, array, mapping or Schedule
        Learning rate, finite and above 0, or "auto"; see Optimizer for its forms.
    beta1 : float, default 0.9
        The part of the moving average of the gradient that is kept from step to step, at least 0
        and below 1. It plays the role of momentum: the average reaches back about
        `1 / (1 - beta1)` steps.
    beta2 : float, default 0.999
        The same for the moving average of the squared gradient, by whose root each parameter's step
        is divided.
    eps : float, default 1e-8
        Added to the denominator to keep it from being 0, at least 0.

    Raises
    ------
    GdanimError
        If `lr`, a beta or `eps` is out of its bounds.

    See Also
    --------
    AdamW : Adam with decoupled weight decay.
    RMSProp : Averages only the squared gradient.

    Notes
    -----
    With m = v = 0 at the start, step t (counted from 1) is
    `m = beta1 * m + (1 - beta1) * gradient`, `v = beta2 * v + (1 - beta2) * gradient^2`,
    `params = params - lr * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps)`;
    `torch.optim.Adam`. Kingma and Ba, "Adam: A method for stochastic optimization" (2015),
    algorithm 1.

    While v hardly changes, Adam is stable where the largest eigenvalue of the Hessian, its rows and
    columns divided by the roots of `sqrt(v / (1 - beta2^t)) + eps`, is at most
    `2 (1 + beta1) / ((1 - beta1) lr)`, or 38 / lr with the default beta1 (Cohen et al., "Adaptive
    gradient methods at the edge of stability", 2022). As v follows the gradients, no learning rate
    is stable whatever they are.

    Examples
    --------
    >>> from gdanim import Adam, Linear, Problem, datasets, descend
    >>> problem = Problem(datasets.linear(2.0, 1.0), Linear())
    >>> descend(problem, Adam(0.05, beta1=0.8), start=(0, 0), steps=300).params[-1].round(1)
    array([2., 1.])
    """

    lr: Rate
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_adam(self)

    def init(self, params: Floats) -> State:
        """Return m = 0 and v = 0."""
        return np.zeros_like(params), np.zeros_like(params)

    def memory(self, state: State, steps: int) -> Mapping[str, Floats]:
        """Return both averages, corrected for their start, the second one as its root."""
        return _averages(self, state, steps)

    def direction(self, gradient: Floats, state: State, step: Step) -> tuple[Floats, State]:
        """Return `(m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps)`; m and v as the state."""
        return _adam(self, gradient, state, step.number + 1)


@dataclass(frozen=True, eq=False)
class AdamW(Optimizer):
    """AdamW: Adam with decoupled weight decay.

    Parameters
    ----------
    lr : float, array, mapping or Schedule
        Learning rate, finite and above 0, or "auto"; see Optimizer for its forms.
    decay : float, default 0.01
        Weight decay, at least 0: each step also shrinks the parameters by `lr * decay` of
        themselves. torch calls it `weight_decay`.
    beta1 : float, default 0.9
        The part of the moving average of the gradient that is kept from step to step, at least 0
        and below 1.
    beta2 : float, default 0.999
        The same for the moving average of the squared gradient.
    eps : float, default 1e-8
        Added to the denominator to keep it from being 0, at least 0.

    Raises
    ------
    GdanimError
        If `lr`, `decay`, a beta or `eps` is out of its bounds.

    See Also
    --------
    Adam : Without weight decay.
    L2 : A penalty in the loss, whose gradient Adam would scale.

    Notes
    -----
    Each step is Adam's with `decay * params` added to its direction; `torch.optim.AdamW`.
    Loshchilov and Hutter, "Decoupled weight decay regularization" (2019), algorithm 2.

    Examples
    --------
    >>> from gdanim import AdamW, Linear, Problem, datasets, descend
    >>> problem = Problem(datasets.linear(2.0, 1.0), Linear())
    >>> descend(problem, AdamW(0.05, decay=0.001), start=(0, 0), steps=300).params[-1].round(1)
    array([2., 1.])
    """

    lr: Rate
    decay: float = 0.01
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_adam(self)
        set_fields(self, decay=check_non_negative("decay", self.decay))

    def init(self, params: Floats) -> State:
        """Return m = 0 and v = 0."""
        return np.zeros_like(params), np.zeros_like(params)

    def memory(self, state: State, steps: int) -> Mapping[str, Floats]:
        """Return both averages, corrected for their start, the second one as its root."""
        return _averages(self, state, steps)

    def direction(self, gradient: Floats, state: State, step: Step) -> tuple[Floats, State]:
        """Return Adam's direction plus `decay * params`; Adam's state."""
        direction, state = _adam(self, gradient, state, step.number + 1)
        return direction + self.decay * step.params, state


def _check_adam(rule: Adam | AdamW) -> None:
    """Check what Adam and AdamW have in common."""
    set_fields(
        rule,
        beta1=check_fraction("beta1", rule.beta1),
        beta2=check_fraction("beta2", rule.beta2),
        eps=check_non_negative("eps", rule.eps),
    )


def _adam(rule: Adam | AdamW, gradient: Floats, state: State, t: int) -> tuple[Floats, State]:
    """Return Adam's direction at step t, counted from 1, and the averages m and v."""
    m = rule.beta1 * state[0] + (1 - rule.beta1) * gradient
    v = rule.beta2 * state[1] + (1 - rule.beta2) * gradient * gradient
    spread = np.sqrt(v / (1 - rule.beta2**t)) + rule.eps
    return m / (1 - rule.beta1**t) / spread, (m, v)


def _averages(rule: Adam | AdamW, state: State, t: int) -> dict[str, Floats]:
    """Return Adam's averages after t steps, corrected for their start; the second as its root."""
    mean, square = state[0] / (1 - rule.beta1**t), state[1] / (1 - rule.beta2**t)
    return {"mean": mean, "root mean square": np.sqrt(square)}
