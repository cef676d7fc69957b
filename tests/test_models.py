"""Models: derivatives, broadcasting, names and formulas."""

from __future__ import annotations

import numpy as np
import pytest
from cases import MODELS, ModelCase
from matplotlib.mathtext import MathTextParser

from gdanim.core.arrays import read_only
from gdanim.errors import GdanimError
from gdanim.problems.linear import Linear
from gdanim.problems.model import ModelCurve
from gdanim.problems.polynomial import Polynomial
from gdanim.problems.sinusoid import Sinusoid

each_model = pytest.mark.parametrize("case", MODELS, ids=str)


@each_model
@pytest.mark.parametrize("seed", range(5))
def test_vjp_is_the_derivative_of_predict(case: ModelCase, seed: int) -> None:
    rng = np.random.default_rng(seed)
    params, x = np.array(case.params), case.x(11)
    direction, cotangent = rng.normal(size=len(params)), rng.normal(size=(11, *case.outputs))
    h = 1e-5

    def along(t: float) -> float:
        return float(np.sum(cotangent * case.model.predict(params + t * direction, x)))

    analytic = float(case.model.vjp(params, x, cotangent) @ direction)
    # The error of a central difference is of the order h^2 plus the machine's epsilon over h.
    numeric = (along(h) - along(-h)) / (2 * h)
    assert analytic == pytest.approx(numeric, rel=1e-6, abs=1e-6), (
        f"{case}: vjp gives {analytic!r}, the difference quotient {numeric!r}, "
        f"along {direction.tolist()}"
    )


@each_model
def test_predict_and_vjp_broadcast_over_leading_axes_of_params(case: ModelCase) -> None:
    rng = np.random.default_rng(0)
    x = case.x(7)
    for lead in [(), (3,), (4, 3)]:
        params = rng.uniform(-2, 2, (*lead, len(case.params)))
        cotangent = rng.normal(size=(*lead, 7, *case.outputs))
        predicted, pulled = case.model.predict(params, x), case.model.vjp(params, x, cotangent)
        assert predicted.shape == (*lead, 7, *case.outputs)
        assert pulled.shape == params.shape
        for index in np.ndindex(lead):
            np.testing.assert_allclose(
                predicted[index], case.model.predict(params[index], x), rtol=1e-12, atol=1e-12
            )
            one = case.model.vjp(params[index], x, cotangent[index])
            np.testing.assert_allclose(pulled[index], one, rtol=1e-12, atol=1e-12)


@each_model
@pytest.mark.parametrize("lead", [(), (3,), (4, 3)], ids=str)
def test_each_run_can_have_its_own_batch(case: ModelCase, lead: tuple[int, ...]) -> None:
    rng = np.random.default_rng(0)
    params, x = rng.uniform(-2, 2, (*lead, len(case.params))), case.x(3, 5)
    cotangent = rng.normal(size=(3, 5, *case.outputs))
    predicted, pulled = case.model.predict(params, x), case.model.vjp(params, x, cotangent)
    assert predicted.shape == (*lead[:-1], 3, 5, *case.outputs)
    assert pulled.shape == (*lead[:-1], 3, len(case.params))
    each = np.broadcast_to(params, pulled.shape)
    for index in np.ndindex(pulled.shape[:-1]):
        run = index[-1]
        one = case.model.predict(each[index], x[run])
        np.testing.assert_allclose(predicted[index], one, rtol=1e-12, atol=1e-12)
        one = case.model.vjp(each[index], x[run], cotangent[run])
        np.testing.assert_allclose(pulled[index], one, rtol=1e-12, atol=1e-12)


@each_model
def test_one_cotangent_serves_many_parameters(case: ModelCase) -> None:
    params = np.array([case.params, case.params])
    cotangent = np.random.default_rng(0).normal(size=(7, *case.outputs))
    one = case.model.vjp(params[0], case.x(7), cotangent)
    both = case.model.vjp(params, case.x(7), cotangent)
    assert both.shape == params.shape
    np.testing.assert_allclose(both, [one, one], rtol=1e-12)


@each_model
def test_names_init_and_formula(case: ModelCase) -> None:
    names = case.model.names
    assert len(set(names)) == len(names) == len(case.params)
    start = case.model.init(np.random.default_rng(1))
    assert start.shape == (len(names),)
    assert np.isfinite(start).all()
    np.testing.assert_array_equal(start, case.model.init(np.random.default_rng(1)))
    assert not np.array_equal(start, case.model.init(np.random.default_rng(2)))
    assert "$" not in case.model.formula
    width = MathTextParser("path").parse(f"${case.model.formula}$").width
    assert width > 0


def test_parameters_stand_in_the_order_of_the_formula() -> None:
    x = np.array([[-1.0], [0.0], [2.0]])
    np.testing.assert_allclose(Linear().predict(np.array([3.0, 8.0]), x), [5, 8, 14])
    np.testing.assert_allclose(Polynomial(2).predict(np.array([1.0, 2.0, 3.0]), x), [2, 3, 11])
    np.testing.assert_allclose(
        Sinusoid().predict(np.array([2.0, 3.0, 0.5, -1.0]), x), 2 * np.sin(3 * x[:, 0] + 0.5) - 1
    )
    plane = Linear(2).predict(np.array([2.0, 3.0, 1.0]), np.array([[10.0, 100.0]]))
    np.testing.assert_allclose(plane, [321])


def test_names() -> None:
    assert Linear().names == ("slope", "intercept")
    assert Linear(2).names == ("slope1", "slope2", "intercept")
    assert Polynomial(2).names == ("a", "b", "c")
    assert Sinusoid().names == ("a", "b", "c", "d")


@pytest.mark.parametrize("degree", range(26))
def test_every_polynomial_has_a_formula(degree: int) -> None:
    formula = Polynomial(degree).formula
    assert formula.startswith(r"\hat{y} = a")
    assert formula.endswith(Polynomial(degree).names[-1])
    MathTextParser("path").parse(f"${formula}$")


def test_quadratic_formula_reads_as_people_write_it() -> None:
    assert Polynomial(2).formula == r"\hat{y} = a\,x^{2} + b\,x + c"


@pytest.mark.parametrize("features", [0, -1, 1.0, True, "1"], ids=repr)
def test_linear_refuses(features: int) -> None:
    with pytest.raises(GdanimError, match=r"^Linear: features: .*at least"):
        Linear(features)


@pytest.mark.parametrize("degree", [-1, 26, 1.5, True, None], ids=repr)
def test_polynomial_refuses(degree: int) -> None:
    with pytest.raises(GdanimError, match=r"^Polynomial: degree"):
        Polynomial(degree)


def test_numbers_of_numpy_are_whole_numbers_too() -> None:
    assert Polynomial(np.int64(2)).names == ("a", "b", "c")  # type: ignore[arg-type]


def test_a_fixed_model_is_a_curve() -> None:
    curve = ModelCurve(Linear(), np.array([3.0, 8.0]))
    np.testing.assert_allclose(curve(np.array([[0.0], [1.0]])), [8, 11])
    with pytest.raises(GdanimError, match="^params: 2 numbers .*slope"):
        ModelCurve(Linear(), np.array([3.0]))


@each_model
def test_forward_of_many_gives_the_same_as_often_as_asked(case: ModelCase) -> None:
    rng = np.random.default_rng(0)
    model = case.model
    params = np.stack([model.init(rng) for _ in range(20)])
    x, cotangent = case.x(7), rng.normal(size=(20, 7, *case.outputs))
    prediction, vjp = model.forward(params, x)
    np.testing.assert_array_equal(prediction, model.predict(params, x))
    # A descent overwrites the prediction and may find its cotangent overwritten.
    prediction[...] = np.nan
    first, other, again = vjp(cotangent.copy()), vjp(2 * cotangent[0]), vjp(cotangent.copy())
    np.testing.assert_array_equal(first, again)
    np.testing.assert_array_equal(first, vjp(read_only(cotangent)))
    np.testing.assert_array_equal(first, model.vjp(params, x, cotangent))
    expected = [model.vjp(one, x, 2 * cotangent[0]) for one in params]
    np.testing.assert_allclose(other, expected, rtol=1e-12, atol=1e-12)


@each_model
def test_the_residual_is_the_prediction_less_y(case: ModelCase) -> None:
    rng = np.random.default_rng(0)
    model = case.model
    runs = np.stack([model.init(rng) for _ in range(20)])
    x, (y, cotangent) = case.x(7), rng.normal(size=(2, 7, *case.outputs))
    for params in (runs[0], runs):
        residual, vjp = model.residual(params, x, y)
        np.testing.assert_allclose(residual, model.predict(params, x) - y, rtol=1e-13, atol=1e-13)
        expected = model.vjp(params, x, np.broadcast_to(cotangent, residual.shape))
        np.testing.assert_allclose(vjp(cotangent), expected, rtol=1e-12, atol=1e-12)


def test_sinusoids_without_amplitude_have_a_derivative_by_it() -> None:
    runs = np.tile([1.5, 2, 0.5, 1], (20, 1))
    runs[0, 0] = 0
    x, cotangent = np.linspace(-1, 1, 7)[:, np.newaxis], np.arange(7.0)
    many = Sinusoid().vjp(runs, x, np.tile(cotangent, (20, 1)))
    np.testing.assert_allclose(many[0], Sinusoid().vjp(runs[0], x, cotangent), rtol=1e-12)
    np.testing.assert_allclose(many[:, 0], np.sin(2 * x[:, 0] + 0.5) @ cotangent, rtol=1e-12)
