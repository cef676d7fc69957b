"""The multilayer perceptron: a small neural network."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from gdanim.core.arrays import Floats, check_int, set_fields
from gdanim.errors import GdanimError
from gdanim.problems.model import Model, check_sizes, sigmoid, softmax
from gdanim.problems.softmax import check_classes, softmax_vjp
from gdanim.problems.unit import Unit


class _Activation(NamedTuple):
    """A function of hidden units, its derivative as a function of its value, and its mathtext."""

    value: Callable[[Floats], Floats]
    derivative: Callable[[Floats], Floats]
    symbol: str


ACTIVATIONS = {
    "sigmoid": _Activation(sigmoid, lambda h: h * (1.0 - h), r"\sigma"),
    "tanh": _Activation(np.tanh, lambda h: 1.0 - h * h, r"\tanh"),
    # At 0 the derivative is 0, as in torch.
    "relu": _Activation(
        lambda z: np.maximum(z, 0.0), lambda h: np.where(h > 0, 1.0, 0.0), r"\mathrm{relu}"
    ),
}
OUTPUTS = ("linear", "logistic", "softmax")


@dataclass(frozen=True)
class MLP(Model):
    """A multilayer perceptron: a small neural network.

    Parameters
    ----------
    hidden : tuple of int, default (20,)
        The number of units of each hidden layer, each at least 1.
    activation : {"sigmoid", "tanh", "relu"}, default "sigmoid"
        The function that each hidden unit applies to its linear combination of inputs.
    output : {"linear", "logistic", "softmax"}, default "linear"
        Whether the output is a number, the probability that y is 1, or the probability of each
        class.
    features : int, optional
        The number of features, at least 1; by default that of the problem's data, or 1 without.
    classes : int, optional
        The number of classes, at least 2, with `output="softmax"`; by default that of the
        problem's data, or 2 without.

    Raises
    ------
    GdanimError
        If an argument is not allowed.

    See Also
    --------
    CrossEntropy : The loss for `output="softmax"`.
    Formula : Any formula as a model.

    Notes
    -----
    The parameters are, layer by layer, the weights `[out, in]` row by row, then the biases, as in
    torch's `nn.Sequential(Linear, activation, Linear, ...)`. The derivative is computed by
    backpropagation [1]_. Starts are drawn uniformly from +-1/sqrt(inputs of the layer), as for
    torch's `nn.Linear`: the input of a unit is then of order 1 in layers of any width [2]_.

    References
    ----------
    .. [1] D. E. Rumelhart, G. E. Hinton and R. J. Williams, "Learning representations by
       back-propagating errors", Nature 323, 1986.
    .. [2] Y. LeCun, L. Bottou, G. B. Orr and K.-R. Müller, "Efficient BackProp", 1998.

    Examples
    --------
    >>> import numpy as np
    >>> from gdanim import MLP
    >>> model = MLP(hidden=(2,), activation="tanh")
    >>> model.names
    ('W1[0,0]', 'W1[1,0]', 'b1[0]', 'b1[1]', 'W2[0,0]', 'W2[0,1]', 'b2[0]')
    >>> model.predict(np.zeros(7), np.array([[0.0], [1.0]]))
    array([0., 0.])
    """

    shape_name = "curve of a neural network"

    hidden: tuple[int, ...] = (20,)
    activation: str = "sigmoid"
    output: str = "linear"
    features: int | None = None
    classes: int | None = None

    def __post_init__(self) -> None:
        if not (isinstance(self.hidden, tuple | list) and self.hidden):
            raise GdanimError(
                f"MLP: hidden must be the number of units of each hidden layer, such as (20,), "
                f"got {self.hidden!r:.80}"
            )
        sizes = tuple(check_int("MLP: hidden", units, least=1) for units in self.hidden)
        set_fields(self, hidden=sizes)
        for name, value, allowed in (
            ("activation", self.activation, tuple(ACTIVATIONS)),
            ("output", self.output, OUTPUTS),
        ):
            if value not in allowed:
                raise GdanimError(f"MLP: {name} must be {' or '.join(allowed)}, got {value!r:.80}")
        check_sizes(self, self.features, self.classes)
        if self.classes is not None and self.output == "logistic":
            raise GdanimError('MLP: classes: a logistic output has two; use output="softmax"')

    def sized(self, features: int, classes: int) -> MLP:
        """Fill in the numbers of features and classes from the data where they are not set."""
        known = self.classes
        if self.output == "softmax" and known is None:
            known = check_classes("MLP", classes)
        return replace(self, features=self.features or features, classes=known)

    @property
    def outputs(self) -> int:
        """The number of classes of a softmax, else 1."""
        return self.classes or (2 if self.output == "softmax" else 1)

    @property
    def logits(self) -> MLP | None:
        """The same network with linear outputs, where it predicts probabilities."""
        if self.output == "linear":
            return None
        return replace(self, output="linear", classes=self.outputs if self.outputs > 1 else None)

    @property
    def workspace(self) -> int:
        """The number of units."""
        return sum(self.hidden) + self.outputs

    @property
    def names(self) -> tuple[str, ...]:
        """The names `W1[0,0], ..., b1[0], ..., W2[0,0], ..., b2[0]`."""
        return tuple(name for layer in _layer_names(self) for part in layer for name in part)

    @property
    def intercepts(self) -> tuple[str, ...]:
        """The biases."""
        return tuple(name for _, biases in _layer_names(self) for name in biases)

    @property
    def formula(self) -> str:
        """The formula `W2 sigma(W1 x + b1) + b2`, in mathtext."""
        symbol = ACTIVATIONS[self.activation].symbol
        inner = "W_1 x + b_1"
        for layer in range(2, len(self.hidden) + 2):
            # Deeper than three layers, the middle is left out.
            middle = r"\dots" if 3 < layer < len(self.hidden) + 1 else inner
            inner = rf"W_{{{layer}}}\,{symbol}({middle}) + b_{{{layer}}}"
        outer = {"logistic": r"\sigma", "softmax": r"\mathrm{softmax}"}.get(self.output)
        return rf"\hat{{y}} = {outer}({inner})" if outer else rf"\hat{{y}} = {inner}"

    def init(self, rng: np.random.Generator) -> Floats:
        """Draw parameters uniformly from +-1/sqrt(inputs of the layer), `[P]`."""
        layers = [
            rng.uniform(-1.0, 1.0, (before + 1) * units) / np.sqrt(before)
            for before, units in _sizes(self)
        ]
        return np.concatenate(layers)

    def predict(self, params: Floats, x: Floats) -> Floats:
        """Return the output at each point, `(p),(n,d)->(n)`, or with classes `(p),(n,d)->(n,k)`."""
        weights, bias = _layers(self, params)[-1]
        z = np.matmul(hidden_layers(self, params, x)[-1], np.swapaxes(weights, -1, -2))
        if self.outputs > 1:
            z += bias[..., np.newaxis, :]
            return softmax(z) if self.output == "softmax" else z
        z = z[..., 0] + bias
        return sigmoid(z) if self.output == "logistic" else z

    def vjp(self, params: Floats, x: Floats, cotangent: Floats) -> Floats:
        """Return the cotangent times the derivative, `(p),(n,d),(n)->(p)`, by backpropagation."""
        if self.logits is not None:
            z = self.logits.predict(params, x)
            if self.outputs > 1:
                return self.logits.vjp(params, x, softmax_vjp(z, cotangent))
            return self.logits.vjp(params, x, cotangent * sigmoid(z) * sigmoid(-z))
        delta = cotangent if self.outputs > 1 else cotangent[..., np.newaxis]
        lead = np.broadcast_shapes(params.shape[:-1], x.shape[:-2], delta.shape[:-2])
        delta = np.broadcast_to(delta, (*lead, *delta.shape[-2:]))
        derivative = ACTIVATIONS[self.activation].derivative
        units = [x, *hidden_layers(self, params, x)]
        parts: list[Floats] = []
        for level, (weights, _) in reversed(list(enumerate(_layers(self, params)))):
            by_weights = np.matmul(np.swapaxes(delta, -1, -2), units[level])
            parts = [by_weights.reshape(*lead, -1), delta.sum(axis=-2), *parts]
            if level:
                delta = np.matmul(delta, weights) * derivative(units[level])
        return np.concatenate(parts, axis=-1)

    def in_units(self, params: Floats, x_units: Sequence[Unit], y_unit: Unit) -> Floats | None:
        """Return first weights and last ones in measured units, with the biases, `(p)->(p)`."""
        if self.output != "linear" and y_unit.standardised:
            return None
        # The layers are views of the copy.
        params = np.array(params)
        layers = _layers(self, params)
        (weights, biases), (last, bias) = layers[0], layers[-1]
        weights /= np.array([unit.factor for unit in x_units])
        biases -= weights @ np.array([unit.offset for unit in x_units])
        last *= y_unit.factor
        bias[...] = y_unit.measured(bias)
        return params

    def hidden_units(self, params: Floats, x: Floats) -> Floats:
        """Return the outputs of the last hidden layer at each point, `(p),(n,d)->(n,h)`."""
        return hidden_layers(self, params, x)[-1]


def _layer_names(model: MLP) -> Iterator[tuple[list[str], list[str]]]:
    """Yield the names of each layer's weights and biases."""
    for number, (before, units) in enumerate(_sizes(model), start=1):
        weights = [f"W{number}[{i},{j}]" for i in range(units) for j in range(before)]
        yield weights, [f"b{number}[{i}]" for i in range(units)]


def _sizes(model: MLP) -> Iterator[tuple[int, int]]:
    """Yield the number of inputs and of units of each layer."""
    return pairwise((model.features or 1, *model.hidden, model.outputs))


def hidden_layers(model: MLP, params: Floats, x: Floats) -> list[Floats]:
    """Return the outputs of each hidden layer, `[..., N, units]`."""
    value = ACTIVATIONS[model.activation].value
    outputs: list[Floats] = []
    units = x
    for weights, biases in _layers(model, params)[:-1]:
        z = np.matmul(units, np.swapaxes(weights, -1, -2)) + biases[..., np.newaxis, :]
        units = value(z)
        outputs.append(units)
    return outputs


def _layers(model: MLP, params: Floats) -> list[tuple[Floats, Floats]]:
    """Return weights `[..., out, in]` and biases `[..., out]` of each layer."""
    layers, at = [], 0
    for before, units in _sizes(model):
        weights = params[..., at : at + units * before]
        biases = params[..., at + units * before : at + units * (before + 1)]
        layers.append((weights.reshape(*params.shape[:-1], units, before), biases))
        at += units * (before + 1)
    return layers
