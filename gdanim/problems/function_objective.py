"""A bare function of its parameters, without data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from inspect import Parameter, signature
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from gdanim.core.arrays import Floats, Ints, floats, read_only
from gdanim.errors import GdanimError
from gdanim.problems._formula_errors import evaluated, explained, slopes
from gdanim.problems.objective import KnownMinimum, Objective


@dataclass(frozen=True, eq=False)
class FunctionObjective(Objective):
    """Minimise `f(x, y, ...)`, a formula in plain NumPy of one parameter or more.

    It is written elementwise and gets one array for each parameter, all of the same shape. Fields:
    `names` (the formula's own where none are given), `range`: where starts are drawn and what a
    view shows, `(low, high)` for all parameters or `[P, 2]`, `formula` in mathtext, the known
    `minima [K, P]` and the `source`. The derivative comes from autograd, or from `derivative(x, y,
    ...)`, which gives one for each parameter; `constant_hessian [P, P]` is the second one, where it
    is the same everywhere. Raises GdanimError, with what to write instead, for a formula that takes
    no arrays or that autograd cannot follow, and for fields that do not fit the parameters.
    """

    f: Callable[..., Any]
    names: tuple[str, ...] = ()
    range: ArrayLike = (-2.5, 2.5)
    formula: str = ""
    minima: ArrayLike | None = None
    source: str = ""
    derivative: Callable[..., Sequence[Any]] | None = None
    constant_hessian: ArrayLike | None = None

    def __post_init__(self) -> None:
        keep = object.__setattr__
        keep(self, "names", _distinct(self.names) or _names(self.f))
        width = len(self.names)
        keep(self, "range", _range(self.range, width))
        keep(self, "formula", self.formula or f"f({', '.join(self.names)})")
        if self.minima is not None:
            keep(self, "minima", _table("minima", self.minima, self.names))
        if self.constant_hessian is not None:
            table = _table("constant_hessian", self.constant_hessian, self.names, width)
            keep(self, "constant_hessian", table)
        self._try()

    @property
    def loss_name(self) -> str:
        """`f(x, y)`."""
        return f"f({', '.join(self.names)})"

    @property
    def loss_symbol(self) -> str:
        """`f`."""
        return "f"

    @property
    def points(self) -> int:
        """0: there is no data."""
        return 0

    @property
    def workspace(self) -> int:
        """The parameters."""
        return len(self.names)

    @property
    def convex(self) -> bool:
        """Where the second derivative is the same everywhere, and bends down nowhere."""
        constant = self.hessian()
        return constant is not None and bool((np.linalg.eigvalsh(constant) >= 0).all())

    def init(self, rng: np.random.Generator) -> Floats:
        """Uniform on the range, `[P]`."""
        low, high = np.asarray(self.range).T
        start: Floats = rng.uniform(low, high)
        return start

    def loss_at(self, params: Floats, batch: Ints | None = None) -> Floats:
        """`(p)->()`."""
        value = self.f(*np.moveaxis(params, -1, 0))
        return evaluated(value, params.shape[:-1]).copy()

    def gradient_at(self, params: Floats, batch: Ints | None = None) -> Floats:
        """`(p)->(p)`: autograd's, or the derivative that was given."""
        columns = list(np.moveaxis(params, -1, 0))
        if self.derivative is not None:
            given = slopes(self.derivative, columns, self.names, params.shape[:-1])
            return np.stack(given, axis=-1)
        # Most commands need no autograd.
        from gdanim.problems._tracing import pull

        # A run's value depends on its own parameters alone, so one pass serves all runs.
        return np.stack(pull(self.f, columns, np.ones(params.shape[:-1])), axis=-1)

    def minimum(self) -> KnownMinimum | None:
        """The lowest of the known minima."""
        if self.minima is None:
            return None
        minima = floats("minima", self.minima)
        losses = self.loss(minima)
        return KnownMinimum("minimum", float(losses.min()), minima[int(losses.argmin())])

    def hessian(self) -> Floats | None:
        """`constant_hessian`."""
        constant = self.constant_hessian
        return None if constant is None else floats("constant_hessian", constant)

    def _try(self) -> None:
        """Evaluate and differentiate the formula once, to say early what it cannot do."""
        low, high = np.asarray(self.range).T
        # A number of runs that nothing else has; and nothing may be assigned to.
        runs = len(self.names) + 1
        params = read_only(low + (high - low) * np.linspace(0.3, 0.6, runs)[:, np.newaxis])
        where, arrays = f"FunctionObjective: {self.loss_name}", "an array for each parameter"
        with explained(where, arrays):
            value, alone = self.loss_at(params), self.loss_at(params[-1])
        if not np.allclose(value[-1], alone, equal_nan=True):
            raise GdanimError(
                f"FunctionObjective: {self.loss_name} mixes the parameters of many steps, "
                "as np.sum(...) does; write it elementwise"
            )
        hint = "" if self.derivative else "; or give FunctionObjective(f, derivative=...)"
        with explained(where, arrays, hint):
            self.gradient_at(params)


def _names(f: Callable[..., Any]) -> tuple[str, ...]:
    """The parameters that a formula names."""
    try:
        arguments = list(signature(f).parameters.values())
    except (TypeError, ValueError):
        arguments = []
    kinds = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
    names = tuple(argument.name for argument in arguments if argument.kind in kinds)
    if not names or any(a.kind is Parameter.VAR_POSITIONAL for a in arguments):
        raise GdanimError(
            f"FunctionObjective: {f!r:.80} tells no names of parameters; give names=('x', 'y')"
        )
    return names


def _distinct(names: object) -> tuple[str, ...]:
    """One name, or several, all different; GdanimError for anything else."""
    given = (names,) if isinstance(names, str) else names
    if (
        not isinstance(given, tuple | list)
        or not all(isinstance(name, str) and name for name in given)
        or len(set(given)) < len(given)
    ):
        raise GdanimError(
            "FunctionObjective: names must be different texts, such as ('x', 'y'); "
            f"got {names!r:.80}"
        )
    return tuple(given)


def _table(
    field: str, values: ArrayLike, names: tuple[str, ...], rows: int | None = None
) -> Floats:
    """`values [rows, P]`."""
    array = floats(f"FunctionObjective: {field}", values)
    if array.ndim != 2 or array.shape != (rows or len(array), len(names)):
        raise GdanimError(
            f"FunctionObjective: {field} must have shape [{rows or 'K'}, {len(names)}], "
            f"a column for each of {', '.join(names)}; got {array.shape}"
        )
    return array


def _range(values: ArrayLike, width: int) -> Floats:
    """Low and high of each parameter, `[P, 2]`."""
    array = floats("range", values)
    if array.shape not in ((2,), (width, 2)) or not (
        np.isfinite(array).all() and (array[..., 0] < array[..., 1]).all()
    ):
        raise GdanimError(
            f"FunctionObjective: range must be (low, high), or one such pair for each of {width} "
            f"parameters, with low < high, got {values!r:.80}"
        )
    return floats("range", np.broadcast_to(array, (width, 2)))
