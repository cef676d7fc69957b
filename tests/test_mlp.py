"""The network: the order of its parameters, its start, its units."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gdanim.errors import GdanimError
from gdanim.problems.mlp import MLP


def test_names_follow_the_layers() -> None:
    assert MLP((2,), features=2).names == (
        "W1[0,0]", "W1[0,1]", "W1[1,0]", "W1[1,1]", "b1[0]", "b1[1]", "W2[0,0]", "W2[0,1]", "b2[0]",
    )  # fmt: skip
    assert MLP((2,), features=2).intercepts == ("b1[0]", "b1[1]", "b2[0]")
    assert len(MLP().names) == 61
    assert len(MLP((5, 4), features=3).names) == 5 * 3 + 5 + 4 * 5 + 4 + 4 + 1


def test_prediction_worked_out_by_hand() -> None:
    params = np.array([1.0, -2.0, 0.5, 0.0, 3.0, 10.0, -1.0])
    x = np.array([[1.0], [-1.0]])
    # Units: max(x + 0.5, 0) and max(-2 x, 0).
    np.testing.assert_allclose(MLP((2,), "relu").predict(params, x), [3.5, 19])
    np.testing.assert_allclose(MLP((2,), "relu").hidden_units(params, x), [[1.5, 0.0], [0.0, 2.0]])
    p = MLP((2,), "relu", "logistic").predict(params, x)
    np.testing.assert_allclose(p, 1 / (1 + np.exp([-3.5, -19])))


def test_the_parameters_are_those_of_torchs_sequential() -> None:
    torch = pytest.importorskip("torch")
    model = MLP((4, 3), "tanh", features=2)
    layers = [torch.nn.Linear(2, 4), torch.nn.Tanh(), torch.nn.Linear(4, 3), torch.nn.Tanh()]
    network = torch.nn.Sequential(*layers, torch.nn.Linear(3, 1)).double()
    flat = np.concatenate([p.detach().numpy().ravel() for p in network.parameters()])
    x = np.random.default_rng(0).normal(size=(7, 2))
    np.testing.assert_allclose(
        model.predict(flat, x), network(torch.tensor(x)).detach().numpy()[:, 0], rtol=1e-12
    )


def test_init_is_as_wide_as_the_units_before_allow() -> None:
    model = MLP((50, 40), features=4)
    start = model.init(np.random.default_rng(0))
    first, second, last = np.split(start, [50 * 5, 50 * 5 + 40 * 51])
    for part, before in ((first, 4), (second, 50), (last, 40)):
        assert abs(part).max() <= 1 / np.sqrt(before)
        assert abs(part).max() > 0.9 / np.sqrt(before)


def test_formula_shortens_deep_networks() -> None:
    assert MLP().formula == r"\hat{y} = W_{2}\,\sigma(W_1 x + b_1) + b_{2}"
    assert r"\dots" in MLP((3,) * 9).formula
    assert len(MLP((3,) * 9).formula) < 120
    assert MLP(output="logistic").formula.startswith(r"\hat{y} = \sigma(W_{2}")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"hidden": ()},
            r"^MLP: hidden must be the number of units of each hidden layer, such as \(20,\)",
        ),
        ({"hidden": 20}, r"^MLP: hidden must be the number of units of each hidden layer"),
        ({"hidden": (0,)}, r"^MLP: hidden: must be a whole number of at least 1"),
        ({"activation": "swish"}, r"^MLP: activation must be sigmoid or tanh or relu, got 'swish'"),
        ({"output": "probit"}, r"^MLP: output must be linear or logistic or softmax, got 'probit'"),
        ({"features": 0}, r"^MLP: features: must be a whole number of at least 1"),
    ],
)
def test_what_it_refuses(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(GdanimError, match=message):
        MLP(**arguments)
