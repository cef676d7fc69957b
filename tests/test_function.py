"""Formulas of the user's own: what they are called, where they start, and what they cannot do."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gdanim.errors import GdanimError
from gdanim.problems.formula import Formula


def growth(x: Any, height: Any = 2.0, growth_rate: Any = 0.5, *, base: float = math.e) -> Any:
    return height * base ** (growth_rate * x)


def test_names_start_and_formula_are_the_functions_own() -> None:
    model = Formula(growth)
    assert model.names == ("height", "growth_rate")
    np.testing.assert_array_equal(model.init(np.random.default_rng(0)), [2.0, 0.5])
    assert model.formula == (
        r"\hat{y} = \mathrm{growth}(x, \mathrm{height}, \mathrm{growth\_rate})"
    )
    assert Formula(lambda x, a: a * x).formula == r"\hat{y} = f(x, a)"
    assert Formula(growth, formula=r"\hat{y} = h e^{rx}").formula == r"\hat{y} = h e^{rx}"
    start = Formula(lambda x, a, b=7.0: a * x + b).init(np.random.default_rng(0))
    assert start[1] == 7 and -2.5 < start[0] < 2.5


def test_features_come_first() -> None:
    model = Formula(lambda u, v, a: u + 10 * v + 100 * a, features=2)
    assert model.names == ("a",)
    np.testing.assert_array_equal(
        model.predict(np.array([1.0]), np.array([[1.0, 2.0], [3.0, 4.0]])), [121, 143]
    )


def test_a_formula_may_leave_parameters_out() -> None:
    for formula in (lambda x, a, b: b * x, lambda x, a, b: x, lambda x, a, b: 3.0):
        pulled = Formula(formula).vjp(np.ones((4, 2)), np.ones((3, 1)), np.ones(3))
        assert pulled.shape == (4, 2)
        np.testing.assert_array_equal(pulled[:, 0], 0)


def in_place(x: Any, a: Any, b: Any) -> Any:
    y = a * x
    y += b
    return y


def assigned(x: Any, a: Any) -> Any:
    y = a * x
    y[..., x > 0.5] = 0
    return y


def filled(x: Any, a: Any) -> Any:
    y = np.zeros((a * x).shape)
    y[:] = a * x
    return y


def out(x: Any, a: Any) -> Any:
    return np.multiply(a, x, out=np.zeros((a * x).shape))


def branch(x: Any, a: Any) -> Any:
    return a * x if a > 0 else x


IN_PLACE = r"it cannot assign in place .*; write y = y \+ \.\.\., or np\.where\(condition, a, b\)"
BRANCH = r"it cannot branch on values .*; write np\.where\(condition, a, b\), np\.minimum"
SCALAR = r"float\(\.\.\.\) and the functions of math take one number.*; use NumPy's functions"


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        (in_place, IN_PLACE),
        (assigned, IN_PLACE),
        (out, IN_PLACE),
        (filled, r"assigning to parts of an array lose the derivative; use np\.stack"),
        (lambda x, a: np.array(a) * x, r"np\.array\(\.\.\.\), .* lose the derivative"),
        (lambda x, a, b: np.polyval([a, b], x), r"a list in place of an array, .* use np\.stack"),
        (branch, BRANCH),
        (lambda x, a: max(a, 0) * x, BRANCH),
        (lambda x, a: a * x if x > 0 else x, BRANCH),
        (lambda x, a: float(a) * x, SCALAR),
        (lambda x, a: math.exp(a) * x, SCALAR),
        (lambda x, a: int(a) * x, SCALAR),
        (lambda x, a: np.interp(a * x, [0, 1], [0, 1]), r"autograd has no derivative of interp"),
        (lambda x, a: np.nextafter(a * x, 9), r"autograd has no derivative of nextafter"),
        (lambda x, a: np.choose(x > 0.5, [a, a * x]), r"autograd has no derivative of choose"),
        (
            lambda x, a: np.add.reduce(a, axis=-1, keepdims=True) * x,
            r"autograd has no derivative of add\.reduce",
        ),
        (
            lambda x, a: a.wings * x,
            r"AttributeError: .*'wings'; it receives arrays, each parameter of",
        ),
        (lambda x, a: np.ones(4) * a, r"ValueError: .*; write it elementwise, in NumPy"),
        (lambda x, a: np.sum(a * x), r"mixes the points or the parameters of many steps"),
        (lambda x, a: a * (x - x.mean()), r"mixes the points or the parameters of many steps"),
        (lambda x, a: x * a.sum(), r"mixes the points or the parameters of many steps"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_autograd_cannot_follow(formula: Callable[..., Any], message: str) -> None:
    with pytest.raises(GdanimError, match=rf"^Formula: \S+:? .*{message}"):
        Formula(formula)


@pytest.mark.parametrize(
    "formula",
    [
        lambda x, a, b: np.where(x < 0, a, b),
        lambda x, a, b: np.where(x < b, a * x, b),
        lambda x, a, b: np.where(x > a, x, b),
        lambda x, a, b: np.where(a > b, a, x),
        lambda x, a, b: b * np.where((x > 0) & (x < a), 1, a),
        lambda x, a, b: np.clip(x, -a, b),
        lambda x, a, b: x.clip(-a, b),
        lambda x, a, b: (a * x).clip(-0.5, max=b),
        lambda x, a, b: np.clip(a * x, None, b),
        lambda x, a, b: np.clip(a * x, min=b),
        lambda x, a, b: np.where(x < 0, *np.broadcast_arrays(a * x, b)),
        lambda x, a, b: np.cbrt(a * x) + b,
        lambda x, a, b: np.polyval(np.stack([a, b, a * b]), x),
        lambda x, a, b: np.polyval([1.0, 2.0, 3.0], a * x) * b,
        lambda x, a, b: +a * x + np.float_power(b, x),
        lambda x, a, b: np.select([x < -0.3, x < 0.3], [a, b * x], x),
        lambda x, a, b: np.maximum(x, a) + np.minimum(x, b) + np.hypot(a, x) + np.fmax(x, b),
    ],
)
def test_derivatives_of_what_broadcasts(formula: Callable[..., Any]) -> None:
    rng, h = np.random.default_rng(0), 1e-6
    model, x, cotangent = Formula(formula), rng.uniform(-1, 1, (9, 1)), rng.normal(size=(4, 9))
    params = rng.uniform(0.1, 0.9, (4, 2))
    numeric = [
        np.sum((model.predict(params + e, x) - model.predict(params - e, x)) * cotangent, axis=-1)
        for e in h * np.eye(2)
    ]
    np.testing.assert_allclose(
        model.vjp(params, x, cotangent), np.stack(numeric, axis=-1) / (2 * h), rtol=1e-7, atol=1e-8
    )


def test_a_derivative_of_ones_own_serves_instead() -> None:
    model = Formula(lambda x, a: np.interp(a * x, [-9, 9], [-9, 9]), derivative=lambda x, a: (x,))
    x = np.array([[1.0], [2.0]])
    np.testing.assert_allclose(model.vjp(np.array([0.5]), x, np.array([1.0, 10.0])), [21])


@pytest.mark.parametrize(
    ("derivative", "message"),
    [
        (
            lambda x, a, b, c: (x,),
            r"derivative must return .*one array for each of a, b, c; .* returned 1$",
        ),
        (
            lambda x, a, b, c: x,
            r"derivative must return .*one array for each .* returned an array of shape",
        ),
        (
            lambda x, a, b, c: a * x,
            r"derivative must return .*one array .* returned an array of shape",
        ),
        (lambda x, a, b, c: 1.0, r"derivative must return .*one array .* returned float$"),
        (lambda x, a, b, c: None, r"derivative must return .*one array .* returned NoneType$"),
        (lambda x, a, b, c: (x[:2], 1, 1), r"ValueError: .* could not be broadcast"),
        (lambda x, a, b, c: (x, 1j, 0), r"values are complex numbers"),
        (lambda x, a, b, c: (x, None, 0), r"it returns None; end it with `return"),
        (lambda x, a, b, c: (np.abs(x, out=x), 1, 0), IN_PLACE),
    ],
)
def test_derivatives_that_do_not_fit(derivative: Callable[..., Any], message: str) -> None:
    with pytest.raises(GdanimError, match=rf"^Formula: <lambda>: .*{message}"):
        Formula(lambda x, a, b, c: a * x + b + c, derivative=derivative)


def masked(x: Any, a: Any) -> Any:
    x[x < 0] = 0
    return a * x


def shifted(x: Any, a: Any) -> Any:
    x -= 1
    return a * x


def forgotten(x: Any, a: Any) -> Any:
    a * x


@pytest.mark.parametrize("derivative", [None, lambda x, a: (x,)], ids=["autograd", "given"])
@pytest.mark.parametrize(
    ("formula", "message"),
    [
        (masked, IN_PLACE),
        (shifted, IN_PLACE),
        (lambda x, a: a * np.abs(x, out=x), IN_PLACE),
        (lambda x, a: np.multiply(a, x, out=x), IN_PLACE),
        (lambda x, a: a * np.exp(1j * x), r"its values are complex numbers; .* np\.real"),
        (forgotten, r"it returns None; end it with `return"),
    ],
)
def test_what_is_refused_with_and_without_a_derivative(
    formula: Callable[..., Any], message: str, derivative: Callable[..., Any] | None
) -> None:
    with pytest.raises(GdanimError, match=rf"^Formula: \S+: {message}") as caught:
        Formula(formula, derivative=derivative)
    # It would not help.
    assert "derivative=" not in str(caught.value)


def test_real_parts_of_complex_numbers_have_a_derivative() -> None:
    model = Formula(lambda x, a: np.real(a * np.exp(1j * x)))
    pulled = model.vjp(np.array([2.0]), np.array([[0.3]]), np.array([1.0]))
    np.testing.assert_allclose(pulled, [math.cos(0.3)])


@pytest.mark.parametrize("default", ["foo", [1, 2], 1 + 2j, None, math.nan, math.inf])
def test_defaults_are_finite_numbers(default: Any) -> None:
    with pytest.raises(GdanimError, match="^Formula: .*default of a: "):
        Formula(lambda x, a=default, b=1.0: x + b)


@pytest.mark.parametrize(
    "formula",
    [lambda x: x, lambda *args: args[0], lambda: 0, np.vectorize(lambda x, a: a * x)],
    ids=["no parameter", "args", "nothing", "vectorized"],
)
def test_what_names_no_parameters(formula: Callable[..., Any]) -> None:
    with pytest.raises(GdanimError, match=r"1 feature.*parameter"):
        Formula(formula)


def test_a_builtin_tells_no_names() -> None:
    with pytest.raises(GdanimError, match="no signature .*lambda x, a"):
        Formula(math.hypot)
    with pytest.raises(GdanimError, match=r"^Formula: features: .*whole"):
        Formula(growth, features=0)
