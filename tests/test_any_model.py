"""The callbacks of docs/any_model.md record: of Keras and Lightning, over stand-ins of theirs."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from gdanim import Dataset, Recorder, datasets
from gdanim.core.arrays import Floats

PAGE = (Path(__file__).parent.parent / "docs" / "any_model.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (.*?)\n\n```python\n(.*?)```", PAGE, re.DOTALL | re.MULTILINE))
DATA = datasets.linear(points=20)
EPOCHS = 100


class Callback:
    """Keras's and Lightning's LambdaCallback: functions by the names of events."""

    def __init__(self, **events: Callable[..., None]) -> None:
        self.__dict__.update(events)


class Model:
    """A number that training moves, as a Keras model, a Lightning module or an estimator."""

    level = 0.0

    def __call__(self, x: Floats) -> Floats:
        return np.full((len(x), 1), self.level)

    def partial_fit(self, x: Floats, y: Floats) -> None:
        self.level += 0.1 * (y.mean() - self.level)

    def fit(self, x: Floats, y: Floats, epochs: int, callbacks: list[Any], verbose: int) -> None:
        for epoch in range(epochs):
            self.partial_fit(x, y)
            for callback in callbacks:
                callback.on_epoch_end(epoch, {"loss": 1.0})


class Trainer:
    def __init__(self, max_epochs: int, callbacks: list[Any]) -> None:
        self.max_epochs, self.callbacks = max_epochs, callbacks

    def fit(self, module: Model, loader: Dataset) -> None:
        for _ in range(self.max_epochs):
            module.partial_fit(loader.x, loader.y)
            for callback in self.callbacks:
                callback.on_train_epoch_end(self, module)


@pytest.mark.parametrize("name", SECTIONS)
def test_its_callback_records_every_epoch(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in ("keras.callbacks", "lightning.pytorch.callbacks"):
        stand_in: Any = ModuleType(path)
        stand_in.LambdaCallback = Callback
        for part in (path.rpartition(".")[0], path.partition(".")[0]):
            monkeypatch.setitem(sys.modules, part, ModuleType(part))
        monkeypatch.setitem(sys.modules, path, stand_in)
    model = Model()
    names: dict[str, Any] = {
        "Recorder": Recorder, "Trainer": Trainer, "data": DATA, "loader": DATA, "model": model,
        "module": model, "estimator": model, "params": np.zeros(1),
        "network": lambda params, x: params[0] + 0 * x[:, 0],
        "update": lambda params: params + 0.1 * (DATA.y.mean() - params),
    }  # fmt: skip
    exec(compile(SECTIONS[name], f"any_model.md, {name}", "exec"), names)
    run = names["recorder"].run()
    assert run.steps == EPOCHS - 1
    assert run.losses[-1] < run.losses[0]
    predicted = run.problem.model.predict(run.params[-1], DATA.x)
    np.testing.assert_allclose(predicted, DATA.y.mean(), rtol=1e-3)


def test_all_are_there() -> None:
    assert list(SECTIONS) == ["Keras", "Lightning", "scikit-learn", "JAX"]
