"""Multinomial logistic regression."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gdanim.core.arrays import Floats
from gdanim.errors import GdanimError
from gdanim.problems.model import Model, check_sizes, softmax
from gdanim.problems.unit import Unit


@dataclass(frozen=True)
class Scores(Model):
    """A linear function for each class: the logits of `Softmax`."""

    classes: int = 2
    features: int = 1
    is_linear = True

    @property
    def outputs(self) -> int:
        """The number of classes."""
        return self.classes

    @property
    def names(self) -> tuple[str, ...]:
        """The weights `W[class,feature]`, row by row, then the biases `b[class]`."""
        rows, columns = range(self.classes), range(self.features)
        return (*(f"W[{k},{j}]" for k in rows for j in columns), *(f"b[{k}]" for k in rows))

    @property
    def workspace(self) -> int:
        """The number of classes."""
        return self.classes

    def predict(self, params: Floats, x: Floats) -> Floats:
        """Return `W x + b` at each point, `(p),(n,d)->(n,k)`."""
        weights, biases = self.parts(params)
        scores: Floats = np.matmul(x, np.swapaxes(weights, -1, -2)) + biases[..., np.newaxis, :]
        return scores

    def vjp(self, params: Floats, x: Floats, cotangent: Floats) -> Floats:
        """Return the cotangent times the derivative, `(p),(n,d),(n,k)->(p)`."""
        lead = np.broadcast_shapes(params.shape[:-1], x.shape[:-2], cotangent.shape[:-2])
        by_weights = np.matmul(np.swapaxes(cotangent, -1, -2), x)
        by_weights = by_weights.reshape(*by_weights.shape[:-2], -1)
        parts = by_weights, cotangent.sum(axis=-2)
        return np.concatenate(
            [np.broadcast_to(part, (*lead, part.shape[-1])) for part in parts], axis=-1
        )

    def parts(self, params: Floats) -> tuple[Floats, Floats]:
        """Return the weights `[..., K, D]` and the biases `[..., K]`."""
        weights, biases = params[..., : -self.classes], params[..., -self.classes :]
        return weights.reshape(*params.shape[:-1], self.classes, self.features), biases


@dataclass(frozen=True)
class Softmax(Model):
    r"""Multinomial logistic regression: the probability of each class, the softmax of K scores.

    Parameters
    ----------
    classes : int, optional
        The number K of classes, at least 2; by default that of the problem's data, or 2 without.
    features : int, optional
        The number D of features, at least 1; by default that of the problem's data, or 1 without.

    Raises
    ------
    GdanimError
        If an argument is not a whole number of at least 2, or 1.

    See Also
    --------
    CrossEntropy : The loss for it.
    Logistic : Two classes with half of the parameters.
    MLP : A network with `output="softmax"`.

    Notes
    -----
    The prediction for class k is `exp(z_k) / sum_j exp(z_j)` with `z = W x + b` [1]_. The
    parameters are the weights `[K, D]` row by row, then the K biases, as in torch's `nn.Linear` and
    scikit-learn's `LogisticRegression`. Adding one vector to all rows changes nothing, so that
    the minimum is a line or more; with two classes, the differences of both rows are the parameters
    of `Logistic`. Starts are drawn uniformly from (-2.5, 2.5).

    References
    ----------
    .. [1] C. M. Bishop, "Pattern Recognition and Machine Learning", 2006, section 4.3.4.

    Examples
    --------
    >>> import numpy as np
    >>> from gdanim import CrossEntropy, Problem, Softmax, datasets
    >>> Softmax(classes=3).predict(np.zeros(6), np.array([[1.0]])).round(3)
    array([[0.333, 0.333, 0.333]])
    >>> problem = Problem(datasets.iris(), Softmax(), CrossEntropy())
    >>> problem.model
    Softmax(classes=3, features=2)
    """

    shape_name = "curves of probability"

    classes: int | None = None
    features: int | None = None

    def __post_init__(self) -> None:
        check_sizes(self, self.features, self.classes)

    def sized(self, features: int, classes: int) -> Softmax:
        """Return the model with the data's numbers of features and classes, unless it has any."""
        known = self.classes or check_classes("Softmax", classes)
        return replace(self, classes=known, features=self.features or features)

    @property
    def logits(self) -> Scores:
        """The linear functions, whose softmax this is."""
        return Scores(self.classes or 2, self.features or 1)

    @property
    def outputs(self) -> int:
        """The number of classes."""
        return self.classes or 2

    @property
    def names(self) -> tuple[str, ...]:
        """The weights `W[class,feature]`, row by row, then the biases `b[class]`."""
        return self.logits.names

    @property
    def intercepts(self) -> tuple[str, ...]:
        """The biases."""
        return self.names[-self.outputs :]

    @property
    def formula(self) -> str:
        """The formula `softmax(W x + b)`, in mathtext."""
        return r"\hat{y} = \mathrm{softmax}(W x + b)"

    @property
    def workspace(self) -> int:
        """The number of classes."""
        return self.outputs

    def predict(self, params: Floats, x: Floats) -> Floats:
        """Return the probability of each class at each point, `(p),(n,d)->(n,k)`."""
        return softmax(self.logits.predict(params, x))

    def vjp(self, params: Floats, x: Floats, cotangent: Floats) -> Floats:
        """Return the cotangent times the derivative, `(p),(n,d),(n,k)->(p)`."""
        scores = self.logits.predict(params, x)
        return self.logits.vjp(params, x, softmax_vjp(scores, cotangent))

    def in_units(self, params: Floats, x_units: Sequence[Unit], y_unit: Unit) -> Floats | None:
        """Return weights and biases of measured features; None if y is standardised."""
        if y_unit.standardised:
            return None
        weights, biases = self.logits.parts(params)
        weights = weights / np.array([unit.factor for unit in x_units])
        biases = biases - weights @ np.array([unit.offset for unit in x_units])
        return np.concatenate([weights.reshape(*params.shape[:-1], -1), biases], axis=-1)


def softmax_vjp(scores: Floats, cotangent: Floats) -> Floats:
    """Return the cotangent times the derivative of the softmax, `(k),(k)->(k)`."""
    chance = softmax(scores)
    pulled: Floats = chance * (cotangent - np.vecdot(chance, cotangent)[..., np.newaxis])
    return pulled


def check_classes(model: str, classes: int) -> int:
    """Return the number of classes of the data; GdanimError if there are none."""
    if classes < 2:
        raise GdanimError(
            f"{model}: y must number at least two classes (0, 1, 2, ... or names), or give the "
            "number of classes: classes=3"
        )
    return classes
