"""Models from formulas."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from inspect import Parameter, signature
from typing import Any

import numpy as np

from gdanim.core.arrays import Floats, check_finite, check_int, read_only, set_fields
from gdanim.errors import GdanimError
from gdanim.problems._formula_errors import evaluated, explained, slopes
from gdanim.problems.model import Model, math_name

_ARRAYS = "arrays, each parameter of shape [..., 1] and each feature of shape [N]"


@dataclass(frozen=True, eq=False)
class Formula(Model):
    """A model from a formula `f(x, a, b, ...)` in plain NumPy.

    Parameters
    ----------
    f : callable
        The formula, written elementwise. Its first `features` arguments are the features, arrays
        `[N]`; the others are the parameters, arrays `[..., 1]`, whose names it gives. The default
        value of a parameter, where it has one, is its start.
    features : int, default 1
        The number of features; at least 1.
    derivative : callable, optional
        `derivative(x, a, b, ...)`, which returns one array for each parameter. By default the
        derivative comes from automatic differentiation.
    formula : str, optional
        The formula in mathtext; by default `y = f(x, a, b)`.

    Raises
    ------
    GdanimError
        If `f` does not take arrays or cannot be differentiated automatically: it assigns in place,
        calls `float(...)`, or branches on values. The message says what to write instead.

    See Also
    --------
    Model : The base class, for models with more to say about themselves.
    FunctionObjective : A function to minimise, without data.

    Examples
    --------
    >>> import numpy as np
    >>> from gdanim import Dataset, Formula, Problem
    >>> model = Formula(lambda x, height, rate=0.5: height * np.exp(-rate * x))
    >>> model.names
    ('height', 'rate')
    >>> Problem(Dataset([0, 1], [1, 1]), model).gradient((1.0, 0.0))
    array([0., 0.])
    """

    f: Callable[..., Any]
    features: int = 1
    derivative: Callable[..., Sequence[Any]] | None = None
    formula: str = ""

    def __post_init__(self) -> None:
        check_int("Formula: features", self.features, least=1)
        formula = self.formula or _mathtext(self.f, self._arguments)
        set_fields(self, formula=formula)
        for name, start in self._starts.items():
            check_finite(f"Formula: {self._name}: the default of {name}", start)
        self._try()

    @property
    def names(self) -> tuple[str, ...]:
        """The arguments of the formula after the features."""
        return tuple(argument.name for argument in self._arguments[self.features :])

    def init(self, rng: np.random.Generator) -> Floats:
        """Take the default of each parameter, or draw it from (-2.5, 2.5), `[P]`."""
        drawn = rng.uniform(-2.5, 2.5, len(self.names))
        start = dict(zip(self.names, drawn, strict=True)) | self._starts
        return np.array(list(start.values()), dtype=np.float64)

    def predict(self, params: Floats, x: Floats) -> Floats:
        """Return the formula at each point, `(p),(n,d)->(n)`."""
        lead = np.broadcast_shapes(params.shape[:-1], x.shape[:-2])
        value = self.f(*np.moveaxis(x, -1, 0), *_columns(params))
        return evaluated(value, (*lead, x.shape[-2])).copy()

    def vjp(self, params: Floats, x: Floats, cotangent: Floats) -> Floats:
        """Return the cotangent times the derivative, `(p),(n,d),(n)->(p)`."""
        lead = np.broadcast_shapes(params.shape[:-1], x.shape[:-2], cotangent.shape[:-1])
        features = np.moveaxis(x, -1, 0)
        params = np.broadcast_to(params, (*lead, params.shape[-1]))
        cotangent = np.broadcast_to(cotangent, (*lead, cotangent.shape[-1]))
        if self.derivative is not None:
            arguments = [*features, *_columns(params)]
            given = slopes(self.derivative, arguments, self.names, cotangent.shape)
            return np.stack([np.sum(slope * cotangent, axis=-1) for slope in given], axis=-1)
        # Imported late, as most commands need no autograd.
        from gdanim.problems._tracing import pull

        # The prediction of a run depends on its own parameters only, so one pass serves all runs.
        pulled = pull(lambda *columns: self.f(*features, *columns), _columns(params), cotangent)
        return np.concatenate(pulled, axis=-1)

    @cached_property
    def _arguments(self) -> tuple[Parameter, ...]:
        """The features and the parameters."""
        try:
            arguments = list(signature(self.f).parameters.values())
        except (TypeError, ValueError):
            raise GdanimError(
                f"Formula: {self.f!r:.80} has no signature to take the names of "
                "parameters from; wrap it: lambda x, a, b: ..."
            ) from None
        named = [a for a in arguments if a.kind in (a.POSITIONAL_ONLY, a.POSITIONAL_OR_KEYWORD)]
        if any(a.kind is a.VAR_POSITIONAL for a in arguments) or len(named) <= self.features:
            raise GdanimError(
                f"Formula: {self._name} must name {self.features} feature(s) and at least one "
                f"parameter, as in f(x, a, b); it has {signature(self.f)}"
            )
        return tuple(named)

    @property
    def _starts(self) -> dict[str, Any]:
        """The defaults of the parameters that have one."""
        parameters = self._arguments[self.features :]
        return {a.name: a.default for a in parameters if a.default is not Parameter.empty}

    @property
    def _name(self) -> str:
        return getattr(self.f, "__name__", type(self.f).__name__)

    def _try(self) -> None:
        """Evaluate and differentiate the formula once, so that its mistakes are found early."""
        # Numbers of points and runs that no other axis has; read-only, so that assignments fail.
        width = len(self.names)
        points, runs = width + 1, width + 2
        x = read_only(np.linspace(0.25, 0.75, points * self.features).reshape(points, -1))
        params = read_only(np.linspace(0.3, 0.7, runs * width).reshape(runs, width))
        where = f"Formula: {self._name}"
        with explained(where, _ARRAYS):
            value = self.predict(params, x)
            alone = self.predict(params[-1], x[-1:])
        if not np.allclose(value[-1, -1], alone[0], equal_nan=True):
            raise GdanimError(
                f"Formula: {self._name} mixes the points or the parameters of many steps, as "
                "np.sum(...) does; write it elementwise: the value of a point from that point alone"
            )
        hint = "" if self.derivative else "; or give Formula(f, derivative=...)"
        with explained(where, _ARRAYS, hint):
            self.vjp(params, x, np.ones((runs, points)))


def _columns(params: Floats) -> list[Floats]:
    """Each parameter, `[..., 1]`."""
    return [params[..., i, np.newaxis] for i in range(params.shape[-1])]


def _mathtext(f: Callable[..., Any], arguments: Sequence[Parameter]) -> str:
    """Write the default formula, `y = f(x, a, b)`."""
    name = getattr(f, "__name__", "f")
    names = ["f" if name == "<lambda>" else name, *(argument.name for argument in arguments)]
    first, *others = map(math_name, names)
    return rf"\hat{{y}} = {first}({', '.join(others)})"
