"""Parameters as other packages hold them, recognised by their methods: nothing is imported.

| what | order |
|---|---|
| numbers, an array or tensor of any package | as they stand, `[*R, P]` |
| a list or tuple of arrays or such lists (a JAX tree) | one after the other, each row by row |
| a mapping with the parameters' names as keys | the order of the names |
| a torch module, or its `module.parameters()` | of a Linear layer the weights, then the bias |
| a scikit-learn estimator | `coef_`, then `intercept_` |

So `Linear()` fits torch.nn.Linear(1, 1) and scikit-learn's linear models.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from gdanim.core.arrays import floats
from gdanim.errors import GdanimError, listed

Parameters: TypeAlias = Any
"""Anything that `flat` accepts."""


def flat(params: Parameters, names: Sequence[str]) -> ArrayLike:
    """Return `params` as numbers in the order of `names`; how many there are is not checked.

    Raises GdanimError for a mapping with other keys, and for an estimator that was not fitted.
    """
    if isinstance(params, Mapping):
        if set(params) != set(names):
            raise GdanimError(
                f"params: a mapping needs the parameters' names as keys ({listed(names)}), got "
                f"{listed(params)}; or give a list of its arrays in the model's order"
            )
        return _joined([params[name] for name in names])
    if callable(getattr(params, "partial_fit", getattr(params, "fit", None))):
        if not hasattr(params, "coef_"):
            raise GdanimError(
                f"params: {type(params).__name__} has no coef_ yet; fit it first, or record the "
                f"start as numbers ({listed(names)})"
            )
        return _joined([params.coef_, params.intercept_])
    if callable(getattr(params, "parameters", None)):
        return _joined(list(params.parameters()))
    if isinstance(params, Iterator):
        return _joined(list(params))
    if isinstance(params, list | tuple) and not _plain(params):
        return _joined(params)
    return numbers_of(params)


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
