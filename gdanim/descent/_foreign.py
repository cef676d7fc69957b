"""Parameters as other packages hold them, recognised by their methods: nothing is imported.

| what | order |
|---|---|
| numbers, an array or tensor of any package | as they stand, `[*R, P]` |
| a list or tuple of arrays or such lists (a JAX tree) | one after the other, each row by row |
| a mapping with the parameters' names as keys | the order of the names |
| a mapping of layers (Flax, a state dict of torch) | layer by layer |
| a torch module, or its `module.parameters()` | of a Linear layer the weights, then the bias |
| a scikit-learn estimator | `coef_`, then `intercept_`; of an MLP `coefs_` and `intercepts_` |

So `Linear()` fits torch.nn.Linear(1, 1) and scikit-learn's linear models. Where the model's names
have indices, `W1[0,0]`, the arrays' shapes are looked at (`_layers.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from gdanim.core.arrays import floats
from gdanim.descent._layers import (
    IN_OUT,
    ORDERS,
    OUT_IN,
    activations_of,
    check_activations,
    in_our_order,
    layers_in,
    shapes_of,
)
from gdanim.errors import GdanimError, listed
from gdanim.problems.objective import Objective
from gdanim.problems.problem import Problem

Parameters: TypeAlias = Any
"""Anything that `flat` accepts."""


def flat(params: Parameters, problem: Objective) -> ArrayLike:
    """Return `params` as numbers in the order of the problem's names.

    How many there are is checked only where shapes are known. Raises GdanimError for a mapping with
    other keys, an estimator that was not fitted, and layers of another network.
    """
    names = problem.names
    model = problem.model if isinstance(problem, Problem) else None
    if isinstance(params, Mapping):
        if set(params) == set(names):
            return _joined([params[name] for name in names])
        arrays, orders = layers_in(params)
        if not arrays or not shapes_of(names):
            raise GdanimError(
                f"params: a mapping needs the parameters' names as keys ({listed(names)}), got "
                f"{listed(params)}; or give a list of its arrays in the model's order"
            )
        return _by_shapes(arrays, names, orders)
    if callable(getattr(params, "partial_fit", getattr(params, "fit", None))):
        return _of_estimator(params, names, model)
    if callable(getattr(params, "parameters", None)):
        check_activations(activations_of(params), model)
        return _by_shapes(list(params.parameters()), names, (OUT_IN,))
    if isinstance(params, Iterator):
        params = list(params)
    if isinstance(params, list | tuple) and not _plain(params):
        return _by_shapes(params, names, ORDERS)
    return numbers_of(params)


def _of_estimator(estimator: Any, names: Sequence[str], model: object) -> ArrayLike:
    """Return what a fitted estimator has learned."""
    if hasattr(estimator, "coefs_"):
        check_activations([estimator.activation] * len(estimator.coefs_[1:]), model)
        return _by_shapes([*estimator.coefs_, *estimator.intercepts_], names, (IN_OUT,))
    if not hasattr(estimator, "coef_"):
        raise GdanimError(
            f"params: {type(estimator).__name__} has no coef_ or coefs_ yet; fit it first, or "
            f"record the start as numbers ({listed(names)})"
        )
    return _joined([estimator.coef_, estimator.intercept_])


def _by_shapes(tree: Any, names: Sequence[str], orders: Sequence[str]) -> ArrayLike:
    """Return nested lists of arrays as one array, by the shapes of the layers where it has any."""
    leaves, shapes = [np.asarray(numbers_of(leaf)) for leaf in _leaves(tree)], shapes_of(names)
    whole = len(leaves) == 1 and leaves[0].shape == (len(names),)
    if not shapes or whole:
        return _joined(tree)
    # What a torch module registers has the module's order.
    if all(type(leaf).__name__ == "Parameter" for leaf in _leaves(tree)):
        orders = (OUT_IN,)
    return in_our_order(leaves, shapes, orders)


def _leaves(tree: Any) -> Iterator[Any]:
    """Yield the leaves of nested lists."""
    if isinstance(tree, list | tuple) and not _plain(tree):
        for branch in tree:
            yield from _leaves(branch)
    else:
        yield tree


def _joined(tree: Any) -> ArrayLike:
    """Return the leaves of nested lists, one after the other, each row by row."""
    if isinstance(tree, list | tuple):
        return np.concatenate([np.ravel(_joined(branch)) for branch in tree] or [np.zeros(0)])
    return numbers_of(tree)


def _plain(tree: Any) -> bool:
    """Return whether nested lists contain only numbers."""
    if isinstance(tree, list | tuple):
        return all(map(_plain, tree))
    return np.isscalar(tree) or tree is None


def numbers_of(leaf: Any) -> ArrayLike:
    """Return a tensor or an array of any package as NumPy can take it."""
    # NumPy does not convert a tensor with a gradient, on another device, or of type bfloat16.
    if callable(getattr(leaf, "detach", None)):
        leaf = leaf.detach().cpu().double().numpy()
    # NumPy does not recognise JAX's bfloat16 as a number.
    if "float" in f"{getattr(leaf, 'dtype', '')}":
        leaf = np.asarray(leaf).astype(np.float64)
    array: ArrayLike = leaf
    return array


def one_number(name: str, value: Any) -> float:
    """Return a scalar of any package, or an array of one; GdanimError unless it is one number."""
    array = floats(name, numbers_of(value))
    if array.size != 1:
        raise GdanimError(f"{name}: must be one number, got {value!r:.80}")
    return float(array.item())
