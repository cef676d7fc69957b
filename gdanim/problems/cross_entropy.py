"""Cross-entropy: the loss of models that predict the probability of each class."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gdanim.core.arrays import Floats
from gdanim.errors import GdanimError
from gdanim.problems.losses import Loss
from gdanim.problems.model import Model


@dataclass(frozen=True)
class CrossEntropy(Loss):
    r"""The mean of `-log p` of the observed classes, for any number of classes.

    The model must predict probabilities, as `Softmax`, `MLP(output="softmax")` and, for two
    classes, `Logistic` do. The data's y numbers the classes from 0, which `Dataset` does for names
    and one-hot rows, and `Problem` for other whole numbers.

    See Also
    --------
    Softmax : Multinomial logistic regression.
    LogLoss : The same for the probability of one of two classes.

    Notes
    -----
    For the scores z, whose softmax the probabilities are, the loss of a point of class c is
    `log(sum_k exp(z_k)) - z_c`, as in `torch.nn.CrossEntropyLoss` [1]_. It is computed from the
    differences `z_k - z_c`, and so is exact where a probability rounds to 0 or 1.

    References
    ----------
    .. [1] C. M. Bishop, "Pattern Recognition and Machine Learning", 2006, equation 4.108.

    Examples
    --------
    >>> from gdanim import CrossEntropy, Problem, Softmax, datasets
    >>> problem = Problem(datasets.blobs(classes=3), Softmax(), CrossEntropy())
    >>> round(float(problem.loss([0] * 9)), 6)
    1.098612
    """

    name = "cross-entropy"
    symbol = "cross-entropy"
    convex = True

    def scored_model(self, model: Model, y: Floats) -> Model:
        """Return the model of the scores; GdanimError if there are none, or y is no class."""
        if model.logits is None:
            raise GdanimError(
                f"CrossEntropy: {type(model).__name__} does not predict probabilities; "
                'use Softmax or MLP(output="softmax"), or another loss'
            )
        scores = model.logits if model.outputs > 1 else ScoresOfTwo(model.logits)
        if outside := np.flatnonzero(~np.isin(y, np.arange(scores.outputs))).tolist():
            raise GdanimError(
                f"CrossEntropy: y must number the {scores.outputs} classes from 0, but point "
                f"{outside[0]} is {y[outside[0]]:g}"
            )
        return scores

    def value(self, prediction: Floats, y: Floats) -> Floats:
        """Return `mean(log(sum_k exp(z_k)) - z_y)` for scores z, `(n,k),(n)->()`."""
        loss, _, _ = _parts(prediction, y)
        return np.asarray(np.mean(loss, axis=-1))

    def gradient(self, prediction: Floats, y: Floats) -> Floats:
        """Return `(p - [class is y]) / n`, exact where p is close to it, `(n,k),(n)->(n,k)`."""
        _, others, observed = _parts(prediction, y)
        slopes: Floats = _slopes(others, observed) / y.shape[-1]
        return slopes

    def value_and_gradient(
        self, model: Model, params: Floats, x: Floats, y: Floats
    ) -> tuple[Floats, Floats]:
        """Return both from one prediction."""
        prediction, vjp = model.forward(params, x)
        loss, others, observed = _parts(prediction, y)
        slopes = _slopes(others, observed) / y.shape[-1]
        return np.asarray(np.mean(loss, axis=-1)), vjp(slopes)


@dataclass(frozen=True)
class ScoresOfTwo(Model):
    """The scores 0 and z of two classes, of a model that predicts the logit z of the second."""

    logit: Model
    outputs = 2

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the logit's parameters."""
        return self.logit.names

    @property
    def is_linear(self) -> bool:
        """Whether the logit is."""
        return self.logit.is_linear

    def predict(self, params: Floats, x: Floats) -> Floats:
        """Return 0 and the logit, `(p),(n,d)->(n,2)`."""
        z = self.logit.predict(params, x)
        return np.stack([np.zeros_like(z), z], axis=-1)

    def vjp(self, params: Floats, x: Floats, cotangent: Floats) -> Floats:
        """Return that of the logit, `(p),(n,d),(n,2)->(p)`."""
        return self.logit.vjp(params, x, cotangent[..., 1])


def _parts(scores: Floats, y: Floats) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Return the loss of each point, the probabilities of the other classes, and where y is."""
    observed = y[..., np.newaxis] == np.arange(scores.shape[-1])
    ahead = scores - np.sum(np.where(observed, scores, 0.0), axis=-1, keepdims=True)
    most = np.maximum(ahead.max(axis=-1, keepdims=True), 0.0)
    powers = np.where(observed, 0.0, np.exp(ahead - most))
    # The sum of all powers, less 1: no digits are lost where the observed class is nearly certain.
    excess = powers.sum(axis=-1, keepdims=True) + np.expm1(-most)
    loss = (most + np.log1p(excess))[..., 0]
    return loss, powers / (1.0 + excess), observed


def _slopes(others: Floats, observed: NDArray[np.bool_]) -> Floats:
    """Return the probabilities, less 1 for the observed class."""
    return np.where(observed, -others.sum(axis=-1, keepdims=True), others)
