"""Any formula as a model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from inspect import Parameter, signature
from typing import Any

import numpy as np

from gdanim.core.arrays import Floats, check_finite, check_int, read_only
from gdanim.errors import GdanimError
from gdanim.problems._formula_errors import evaluated, explained, slopes
from gdanim.problems.model import Model

ARRAYS = "arrays, each parameter of shape [..., 1] and each feature of shape [N]"


@dataclass(frozen=True, eq=False)
class Formula(Model):
    """A formula `f(x, a, b, ...)` in plain NumPy; the names of its parameters are its own.

    Its first `features` arguments are the features, the others the parameters. It is written
    elementwise, and gets arrays: each feature `[N]`, each parameter `[..., 1]`. A parameter's
    default, where it has one, is its start. The derivative comes from autograd, or from
    `derivative(x, a, b, ...)`, which gives one for each parameter. `formula` is mathtext for
    captions. Raises GdanimError, with what to write instead, for a formula that takes no arrays or
    that autograd cannot follow: in-place assignment, `float(...)`, branches on values.
    """

    f: Callable[..., Any]
    features: int = 1
    derivative: Callable[..., Sequence[Any]] | None = None
    formula: str = ""

    def __post_init__(self) -> None:
        check_int("Formula: features", self.features, least=1)
        formula = self.formula or _mathtext(self.f, self._arguments)
        object.__setattr__(self, "formula", formula)
        for name, start in self._starts.items():
            check_finite(f"Formula: {self._name}: the default of {name}", start)
        self._try()

    @property
    def names(self) -> tuple[str, ...]:
        """The formula's arguments after the features."""
        return tuple(argument.name for argument in self._arguments[self.features :])

    def init(self, rng: np.random.Generator) -> Floats:
        """Each parameter's default, or uniform on (-2.5, 2.5) where it has none, `[P]`."""
        drawn = rng.uniform(-2.5, 2.5, len(self.names))
        start = dict(zip(self.names, drawn, strict=True)) | self._starts
        return np.array(list(start.values()), dtype=np.float64)

    def predict(self, params: Floats, x: Floats) -> Floats:
        """`(p),(n,d)->(n)`."""
        lead = np.broadcast_shapes(params.shape[:-1], x.shape[:-2])
        value = self.f(*np.moveaxis(x, -1, 0), *_columns(params))
        return evaluated(value, (*lead, x.shape[-2])).copy()

    def vjp(self, params: Floats, x: Floats, cotangent: Floats) -> Floats:
        """`(p),(n,d),(n)->(p)`: autograd's, or the sum over the derivative that was given."""
        lead = np.broadcast_shapes(params.shape[:-1], x.shape[:-2], cotangent.shape[:-1])
        features = np.moveaxis(x, -1, 0)
        params = np.broadcast_to(params, (*lead, params.shape[-1]))
        cotangent = np.broadcast_to(cotangent, (*lead, cotangent.shape[-1]))
        if self.derivative is not None:
            arguments = [*features, *_columns(params)]
            given = slopes(self.derivative, arguments, self.names, cotangent.shape)
            return np.stack([np.sum(slope * cotangent, axis=-1) for slope in given], axis=-1)
        # Most commands need no autograd.
        from gdanim.problems._tracing import pull

        # A run's prediction depends on its own parameters alone, so one pass serves all runs.
        pulled = pull(lambda *columns: self.f(*features, *columns), _columns(params), cotangent)
        return np.concatenate(pulled, axis=-1)

    @cached_property
    def _arguments(self) -> tuple[Parameter, ...]:
        """The features and the parameters."""
        try:
            arguments = list(signature(self.f).parameters.values())
        except (TypeError, ValueError):
            raise GdanimError(
                f"Formula: {self.f!r:.80} tells no names of parameters; "
                "wrap it: lambda x, a, b: ..."
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
        """The defaults of those parameters that have one."""
        parameters = self._arguments[self.features :]
        return {a.name: a.default for a in parameters if a.default is not Parameter.empty}

    @property
    def _name(self) -> str:
        return getattr(self.f, "__name__", type(self.f).__name__)

    def _try(self) -> None:
        """Evaluate and differentiate the formula once, to say early what it cannot do."""
        # Numbers of points and runs that nothing else has; and nothing may be assigned to.
        width = len(self.names)
        points, runs = width + 1, width + 2
        x = read_only(np.linspace(0.25, 0.75, points * self.features).reshape(points, -1))
        params = read_only(np.linspace(0.3, 0.7, runs * width).reshape(runs, width))
        where = f"Formula: {self._name}"
        with explained(where, ARRAYS):
            value = self.predict(params, x)
            alone = self.predict(params[-1], x[-1:])
        if not np.allclose(value[-1, -1], alone[0], equal_nan=True):
            raise GdanimError(
                f"Formula: {self._name} mixes the points or the parameters of many steps, as "
                "np.sum(...) does; write it elementwise: each point's value from that point alone"
            )
        hint = "" if self.derivative else "; or give Formula(f, derivative=...)"
        with explained(where, ARRAYS, hint):
            self.vjp(params, x, np.ones((runs, points)))


def _columns(params: Floats) -> list[Floats]:
    """Each parameter, `[..., 1]`."""
    return [params[..., i, np.newaxis] for i in range(params.shape[-1])]


def _mathtext(f: Callable[..., Any], arguments: Sequence[Parameter]) -> str:
    """`y = f(x, a, b)`, single letters in italics."""
    name = getattr(f, "__name__", "f")
    names = ["f" if name == "<lambda>" else name, *(argument.name for argument in arguments)]
    first, *others = [n if len(n) == 1 else rf"\mathrm{{{n}}}".replace("_", r"\_") for n in names]
    return rf"\hat{{y}} = {first}({', '.join(others)})"
