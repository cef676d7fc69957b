"""Functions of NumPy that autograd cannot differentiate, or only without broadcasting."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import autograd.numpy as anp
import numpy as np
from autograd.extend import defvjp, primitive
from autograd.tracer import isbox


def where(condition: Any, *branches: Any) -> Any:
    """Broadcast before choosing, as autograd gives the derivative of a branch the whole shape."""
    _, *full = broadcast_arrays(condition, *branches)
    return anp.where(condition, *full)


def clip(x: Any, a_min: Any = None, a_max: Any = None, **given: Any) -> Any:
    """Clip with a derivative by the bounds, which autograd does not have."""
    low, high = given.get("min", a_min), given.get("max", a_max)
    x = x if low is None else anp.maximum(x, low)
    return x if high is None else anp.minimum(x, high)


def broadcast_arrays(*arrays: Any) -> tuple[Any, ...]:
    """Broadcast by adding zeros, since a sum has a derivative."""
    shape = np.broadcast_shapes(*map(anp.shape, arrays))
    return tuple(
        array + np.zeros(shape) if isbox(array) else np.broadcast_to(array, shape)
        for array in arrays
    )


def polyval(p: Any, x: Any) -> Any:
    """Evaluate the polynomial by Horner's rule."""
    value = 0.0
    for coefficient in p:
        value = value * x + coefficient
    return value


cbrt = primitive(np.cbrt)
defvjp(cbrt, lambda ans, x: lambda g: g / (3 * ans**2))

SUBSTITUTES: Mapping[str, Callable[..., Any]] = {
    "where": where,
    "clip": clip,
    "broadcast_arrays": broadcast_arrays,
    "polyval": polyval,
    "cbrt": cbrt,
    "positive": lambda x: x,
    "float_power": anp.power,
}
