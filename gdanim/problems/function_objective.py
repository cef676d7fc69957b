"""A function of its parameters, without data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from inspect import Parameter, signature
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from gdanim.core.arrays import Floats, Ints, floats, read_only, set_fields
from gdanim.errors import GdanimError
from gdanim.problems._formula_errors import evaluated, explained, slopes
from gdanim.problems.objective import KnownMinimum, Objective


@dataclass(frozen=True, eq=False)
class FunctionObjective(Objective):
    """A function of one parameter or more, without data.

    Parameters
    ----------
    f : callable
        `f(x, y, ...)`, written elementwise in plain NumPy. It receives one array for each
        parameter, all of the same shape, and returns an array of that shape.
    names : tuple of str, optional
        The names of the parameters; by default those of the arguments of `f`.
    range : (low, high) or (p, 2) array_like, default (-2.5, 2.5)
        Where starts are drawn and what a view shows, for all parameters or for each.
    formula : str, optional
        The formula in mathtext; by default `f(x, y)`.
    minima : (k, p) array_like, optional
        The known minima.
    source : str, optional
        Where the function comes from.
    derivative : callable, optional
        `derivative(x, y, ...)`, which returns one array for each parameter. By default the
        derivative comes from automatic differentiation.
    constant_hessian : (p, p) array_like, optional
        The second derivative, if it is the same everywhere.

    Raises
    ------
    GdanimError
        If `f` does not take arrays, cannot be differentiated automatically, or if a field does not
        fit the parameters. The message says what to write instead.

    See Also
    --------
    gdanim.objectives : Functions from textbooks.
    Problem : A model fitted to data.

    Examples
    --------
    >>> from gdanim import FunctionObjective
    >>> objective = FunctionObjective(lambda x, y: x**2 + 3 * y**2, minima=[(0, 0)])
    >>> objective.names
    ('x', 'y')
    >>> objective.gradient((1, 1))
    array([2., 6.])
    >>> objective.minimum.loss
    0.0
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
        set_fields(self, names=_distinct(self.names) or _names(self.f))
        width = len(self.names)
        set_fields(self, range=_range(self.range, width), formula=self.formula or self.loss_name)
        if self.minima is not None:
            set_fields(self, minima=_table("minima", self.minima, self.names))
        if self.constant_hessian is not None:
            table = _table("constant_hessian", self.constant_hessian, self.names, width)
            set_fields(self, constant_hessian=table)
        self._try()

    @property
    def convex(self) -> bool:
        """Whether the second derivative is constant and positive semidefinite."""
        constant = self.hessian
        return constant is not None and bool((np.linalg.eigvalsh(constant) >= 0).all())

    def init(self, rng: np.random.Generator) -> Floats:
        """Draw parameters uniformly from the range, `[P]`."""
        low, high = np.asarray(self.range).T
        start: Floats = rng.uniform(low, high)
        return start

    def loss_at(self, params: Floats, batch: Ints | None = None) -> Floats:
        """Return `f` of the parameters, `(p)->()`, unchecked."""
        value = self.f(*np.moveaxis(params, -1, 0))
        return evaluated(value, params.shape[:-1]).copy()

    def gradient_at(self, params: Floats, batch: Ints | None = None) -> Floats:
        """Return the given derivative or the automatic one, `(p)->(p)`, unchecked."""
        columns = list(np.moveaxis(params, -1, 0))
        if self.derivative is not None:
            given = slopes(self.derivative, columns, self.names, params.shape[:-1])
            return np.stack(given, axis=-1)
        # Imported late, as most commands need no autograd.
        from gdanim.problems._tracing import pull

        # The value of a run depends on its own parameters only, so one pass serves all runs.
        return np.stack(pull(self.f, columns, np.ones(params.shape[:-1])), axis=-1)

    @cached_property
    def minimum(self) -> KnownMinimum | None:
        """The lowest of the known minima."""
        if self.minima is None:
            return None
        minima = floats("minima", self.minima)
        losses = self.loss(minima)
        return KnownMinimum("minimum", float(losses.min()), minima[int(losses.argmin())])

    @property
    def hessian(self) -> Floats | None:
        """The second derivative `[P, P]`, if it is constant."""
        constant = self.constant_hessian
        return None if constant is None else floats("constant_hessian", constant)

    def _try(self) -> None:
        """Evaluate and differentiate `f` once, so that its mistakes are found early."""
        low, high = np.asarray(self.range).T
        # A number of runs that no other axis has; read-only, so that assignments in place fail.
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
    """Return the names of the arguments of `f`."""
    try:
        arguments = list(signature(f).parameters.values())
    except (TypeError, ValueError):
        arguments = []
    kinds = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
    names = tuple(argument.name for argument in arguments if argument.kind in kinds)
    # After its inputs, a function of NumPy's takes an array for the result.
    names = names[: f.nin] if isinstance(f, np.ufunc) else names
    if not names or any(a.kind is Parameter.VAR_POSITIONAL for a in arguments):
        raise GdanimError(
            f"FunctionObjective: {f!r:.80} has no signature that names its parameters; "
            "give names=('x', 'y')"
        )
    return names


def _distinct(names: object) -> tuple[str, ...]:
    """One name, or several that differ, as a tuple; GdanimError for anything else."""
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
    """`values` as an array `[rows, P]`; GdanimError for any other shape."""
    array = floats(f"FunctionObjective: {field}", values)
    if array.ndim != 2 or array.shape != (rows or len(array), len(names)):
        raise GdanimError(
            f"FunctionObjective: {field} must have shape [{rows or 'K'}, {len(names)}], "
            f"a column for each of {', '.join(names)}; got {array.shape}"
        )
    return array


def _range(values: ArrayLike, width: int) -> Floats:
    """Return the lowest and highest value of each parameter, `[P, 2]`."""
    array = floats("range", values)
    if array.shape not in ((2,), (width, 2)) or not (
        np.isfinite(array).all() and (array[..., 0] < array[..., 1]).all()
    ):
        raise GdanimError(
            f"FunctionObjective: range must be (low, high), or one such pair for each of {width} "
            f"parameters, with low < high, got {values!r:.80}"
        )
    return floats("range", np.broadcast_to(array, (width, 2)))
