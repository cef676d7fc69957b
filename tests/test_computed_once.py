"""What a problem gives of itself is computed once, however many views ask for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gdanim.analysis.diagnosis import diagnose
from gdanim.core.arrays import Floats
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.problems import datasets
from gdanim.problems.linear import Linear
from gdanim.problems.problem import Problem
from gdanim.scene import Scene
from gdanim.views.contour import Contour
from gdanim.views.each import Each
from gdanim.views.fit import Fit
from gdanim.views.loss_curve import LossCurve
from gdanim.views.parameters import Parameters


def test_a_film_computes_minimum_and_hessian_once(monkeypatch: pytest.MonkeyPatch) -> None:
    counted: Counter[str] = Counter()

    def count(name: str) -> Callable[..., Any]:
        function = getattr(np.linalg, name)

        def counting(*args: Any, **kwargs: Any) -> Any:
            # Of all points, not of a Hessian.
            counted[name] += len(args[0]) >= len(whole)
            return function(*args, **kwargs)

        return counting

    whole, design = datasets.linear(points=500), Linear.design
    # Least squares for the minimum, QR for the loss over all points.
    for name in ("lstsq", "qr"):
        monkeypatch.setattr(np.linalg, name, count(name))

    def designs(self: Linear, x: Floats) -> Floats:
        counted["designs"] += x is whole.x
        return design(self, x)

    monkeypatch.setattr(Linear, "design", designs)
    problem = Problem(whole, Linear())
    scene = Scene(
        problem,
        {f"{lr}": GradientDescent(lr) for lr in (0.001, 0.01, 0.02)},
        (0.0, 0.0),
        steps=20,
        size=(640, 360),
        panels={
            "fits": Each(Fit()),
            "loss": LossCurve(),
            "parameters": Parameters(),
            "surface": Contour(),
        },
    )
    runs = scene.runs()
    film = scene.film(runs)
    for frame in (0, len(film) // 2, len(film) - 1):
        film.draw(frame)
    diagnose(problem, (0.0, 0.0))
    assert counted == {"lstsq": 1, "qr": 1, "designs": 1}
