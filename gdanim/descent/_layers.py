"""Weights and biases as other packages hold them, in the order in which a model of ours has them.

Ours are, layer by layer, weights `[out, in]` and biases. Others have the weights `[in, out]`, or
all weights before all biases. The shapes say which, or that it cannot be told, or that it is
another network.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from gdanim.core.arrays import Floats
from gdanim.errors import GdanimError, listed

Shape = tuple[int, ...]

# Where an order is known from the package: torch keeps [out, in]; Keras, Flax and scikit-learn the
# other one.
OUT_IN, IN_OUT = "[out, in]", "[in, out]"
ORDERS = (OUT_IN, IN_OUT)
_ACTIVATIONS = {
    "Sigmoid": "sigmoid",
    "Tanh": "tanh",
    "ReLU": "relu",
    "logistic": "sigmoid",
    "tanh": "tanh",
    "relu": "relu",
}
# Layers of torch that change nothing in evaluation mode, or only the shape.
_NEUTRAL = ("Dropout", "Flatten", "Identity")


def shapes_of(names: Sequence[str]) -> dict[str, Shape]:
    """Return the shapes of the arrays with elements called `W1[0,0], ..., b1[0]`, by name.

    Nothing if there is a name without indices.
    """
    if not all(re.fullmatch(r"[^\[\]]+\[\d+(,\d+)*\]", name) for name in names):
        return {}
    last = {name.partition("[")[0]: name[:-1].partition("[")[2] for name in names}
    return {
        name: tuple(int(part) + 1 for part in indices.split(",")) for name, indices in last.items()
    }


def in_our_order(
    arrays: Sequence[Floats], shapes: Mapping[str, Shape], orders: Sequence[str] = ORDERS
) -> Floats:
    """Return the arrays as one, `[P]`, in the order of `shapes`.

    Raises GdanimError where no order of the arrays and of their axes fits the shapes, or where
    more than one does.
    """
    found = [vector for order in orders for vector in _readings(arrays, [*shapes.values()], order)]
    if not found:
        raise GdanimError(_mismatch([array.shape for array in arrays], shapes))
    if any(not np.array_equal(vector, found[0], equal_nan=True) for vector in found):
        raise GdanimError(
            f"params: weights as wide as high can be {' or '.join(ORDERS)}, and these shapes fit "
            f"both; give {' and '.join(shapes)} as one array of numbers, each row by row, the "
            f"weights {OUT_IN}"
        )
    return found[0]


def _readings(arrays: Sequence[Floats], shapes: Sequence[Shape], order: str) -> Iterator[Floats]:
    """Yield the arrays as one, layer by layer or weights first, wherever all shapes fit."""
    if len(arrays) != len(shapes):
        return
    every = range(len(shapes))
    weights_first = sorted(every, key=lambda k: -len(shapes[k]))
    for places in (every, weights_first):
        placed = dict(zip(places, arrays, strict=True))
        fitted = [_fitted(placed[k], shapes[k], order) for k in every]
        if all(array is not None for array in fitted):
            yield np.concatenate([np.ravel(array) for array in fitted if array is not None])


def _fitted(array: Floats, shape: Shape, order: str) -> Floats | None:
    """Return the array, transposed where its axes are in the other order; None if it does not fit.

    Biases may be a row or a column.
    """
    if len(shape) == 2 and order == IN_OUT:
        array = array.T
    if array.shape == shape:
        return array
    row_or_column = len(shape) == 1 and array.ndim == 2 and 1 in array.shape
    return array if row_or_column and array.size == shape[0] else None


def _mismatch(got: Sequence[Shape], shapes: Mapping[str, Shape]) -> str:
    """Return what was expected, layer by layer, and what there is."""
    expected = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
    return (
        f"params: expected {expected}, with weights {OUT_IN} or all {IN_OUT}; got "
        f"{', '.join(map(str, got))}; choose a model of these layers, or record any network with "
        "Recorder(data, predict=...)"
    )


def check_activations(found: Sequence[str] | None, model: Any) -> None:
    """Raise GdanimError if a network's activations, in the package's words, are not the model's.

    None stands for those that cannot be seen.
    """
    expected, hidden = getattr(model, "activation", None), getattr(model, "hidden", ())
    if found is None or expected is None:
        return
    names = found[: len(hidden)]
    if [_ACTIVATIONS.get(name) for name in names] != [expected] * len(hidden):
        raise GdanimError(
            f"params: the network's activations are {listed(names) or 'none'}, and the model has "
            f"{expected}; give it the same, or record any network with "
            "Recorder(data, predict=...)"
        )


def activations_of(module: Any) -> list[str] | None:
    """Return the kinds of the layers between the Linear ones of a torch Sequential.

    None for any other module.
    """
    if type(module).__name__ != "Sequential":
        return None
    children = [*module]
    if any(type(child).__name__ != "Linear" and [*child.parameters()] for child in children):
        return None
    kinds = [type(child).__name__ for child in children]
    return [kind for kind in kinds if kind not in ("Linear", *_NEUTRAL)]


def layers_in(tree: Mapping[Any, Any]) -> tuple[list[Any], Sequence[str]]:
    """Return the arrays in a mapping of layers, weights before biases, and their possible orders.

    In a tree of Flax the layers are nested, with a kernel and a bias each; in a state dict of torch
    the keys end in weight and bias. Nothing of any other mapping.
    """
    kinds = {str(key).rpartition(".")[2]: value for key, value in tree.items()}
    if kinds.keys() <= {"kernel", "bias"}:
        return [tree[kind] for kind in ("kernel", "bias") if kind in tree], (IN_OUT,)
    if kinds.keys() <= {"weight", "bias"}:
        return [*tree.values()], (OUT_IN,)
    if not all(isinstance(layer, Mapping) for layer in tree.values()):
        return [], ORDERS
    # Dense_10 comes after Dense_2, and names without numbers stay as they stand.
    found = [layers_in(tree[key]) for key in sorted(tree, key=_number_in)]
    orders = found[0][1] if found else ORDERS
    return [array for arrays, _ in found for array in arrays], orders


def _number_in(name: object) -> int:
    digits = re.findall(r"\d+$", str(name))
    return int(digits[0]) if digits else 0
