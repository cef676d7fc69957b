"""Keys: the same for the same value, another for any other."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from cases import changed

from gdanim.core import digest
from gdanim.core.digest import UnkeyableError, key_of, versions
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.pacing.timeline import Even
from gdanim.problems import datasets
from gdanim.problems.dataset import Dataset
from gdanim.problems.linear import Linear
from gdanim.problems.polynomial import Polynomial
from gdanim.problems.problem import Problem
from gdanim.scene import Scene
from gdanim.views.fit import Fit
from gdanim.views.theme import DARK


def scene(**changes: Any) -> Scene:
    base = Scene(Problem(datasets.linear(), Linear()), GradientDescent(0.01), (0, 0), steps=4)
    return changed(base, **changes)


def test_the_same_scene_made_twice_has_one_key() -> None:
    assert key_of(scene()) == key_of(scene())
    assert len(key_of(scene())) == 64


def test_any_change_is_another_key() -> None:
    data = datasets.linear()
    y = data.y.copy()
    y[7] = np.nextafter(y[7], 9)
    others = [
        scene(),
        scene(steps=5),
        scene(title="Title"),
        scene(start=(0, 1)),
        scene(start=None),
        scene(optimizer=GradientDescent(0.02)),
        scene(optimizer={"a": GradientDescent(0.02)}),
        scene(optimizer={"b": GradientDescent(0.02)}),
        scene(theme=DARK),
        scene(pace=Even(9)),
        scene(size=(1280, 722)),
        scene(panels={"fit": Fit(trail=3)}),
        scene(panels={"other": Fit(trail=3)}),
        scene(problem=Problem(datasets.linear(seed=1), Linear())),
        scene(problem=Problem(Dataset(data.x, y, truth=data.truth), Linear())),
        scene(problem=Problem(data, Polynomial(1))),
    ]
    keys = [key_of(other) for other in others]
    assert len(set(keys)) == len(keys)


def test_kinds_and_borders_do_not_run_into_one() -> None:
    values: list[Any] = [
        None, True, 1, 1.0, "1", b"1", "", (), {}, ("a", "b"), ("ab",), ("a", ("b",)), {"a": "b"},
        {"a": 1, "b": 2}, {"b": 2, "a": 1}, np.array([1.0]), np.array([1]), np.array([[1.0]]),
        np.array(1.0), np.array(["1"]), 0.0, -0.0, float("nan"),
    ]  # fmt: skip
    keys = [key_of(value) for value in values]
    assert len(set(keys)) == len(keys)


def test_the_layout_of_an_array_in_memory_is_nothing() -> None:
    array = np.arange(12.0).reshape(3, 4)
    assert key_of(array) == key_of(np.asfortranarray(array)) == key_of(array.copy())


# Classes and functions of the user's own

OWN = """
from __future__ import annotations
from dataclasses import dataclass
from functools import cached_property
import math
import numpy as np
from gdanim.problems.model import Model

SCALE = 2.0

def growth(x):
    return np.exp(SCALE * x)

@dataclass(frozen=True)
class Growing(Model):
    power: float = 1.0
    names = ("a",)

    def predict(self, params, x):
        return params[..., 0:1] * growth(self.power * x[..., 0])

    def vjp(self, params, x, cotangent):
        return np.vecdot(cotangent, growth(self.power * x[..., 0]))[..., np.newaxis]

    @cached_property
    def twice(self):
        return [2 * value for value in (1, math.pi)]

plus, minus = (lambda x: x + 1), (lambda x: x - 1)

def shifted(by):
    return lambda x, scale=1.0: scale * x + by
"""


def script(source: str) -> dict[str, Any]:
    """What a script defines, loaded under a name of its own."""
    name = f"own_{len(sys.modules)}"
    module = ModuleType(name)
    sys.modules[name] = module
    exec(compile(source, f"/some/folder/{name}.py", "exec"), vars(module))
    return vars(module)


def test_a_class_of_ones_own_has_the_same_key_wherever_it_is_loaded() -> None:
    key = key_of(script(OWN)["Growing"]())
    assert key == key_of(script(OWN)["Growing"]())
    commented = OWN.replace("SCALE = 2.0", "SCALE = 2.0  # A comment.\n\n")
    assert key == key_of(script(commented)["Growing"]())
    # What it does not refer to plays no part.
    assert key == key_of(script(OWN.replace("x + 1", "x + 2"))["Growing"]())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("params[..., 0:1] *", "params[..., 0:1] +"),
        ("SCALE = 2.0", "SCALE = 2.5"),
        ("np.exp(SCALE", "np.cosh(SCALE"),
        ("power: float = 1.0", "power: float = 1.5"),
        ('names = ("a",)', 'names = ("b",)'),
        ("math.pi", "math.e"),
        ("Growing(Model)", "Growing(Base)"),
    ],
)
def test_a_change_of_what_it_does_is_another_key(old: str, new: str) -> None:
    base = "SCALE = 2.0\n\nclass Base(Model):\n    formula = 'base'\n"
    changed = OWN.replace("SCALE = 2.0\n", base) if new == "Growing(Base)" else OWN
    assert old in changed
    assert key_of(script(OWN)["Growing"]()) != key_of(
        script(changed.replace(old, new))["Growing"]()
    )


def test_a_field_of_ones_own_class_is_another_key() -> None:
    growing = script(OWN)["Growing"]
    assert key_of(growing(1.0)) == key_of(growing(1.0)) != key_of(growing(2.0))


def test_functions_have_the_keys_of_what_they_do() -> None:
    one, again = script(OWN), script(OWN)
    for name in ("plus", "minus", "growth"):
        assert key_of(one[name]) == key_of(again[name])
    # Two functions in one line of the script.
    assert key_of(one["plus"]) != key_of(one["minus"])
    assert key_of(one["shifted"](1.0)) == key_of(again["shifted"](1.0))
    assert key_of(one["shifted"](1.0)) != key_of(one["shifted"](2.0))
    other = script(OWN.replace("scale=1.0", "scale=3.0"))
    assert key_of(one["shifted"](1.0)) != key_of(other["shifted"](1.0))
    assert key_of(np.exp) == key_of(np.exp) != key_of(np.cosh)
    assert key_of(partial(pow, 2)) != key_of(partial(pow, 3))


def test_functions_that_call_each_other_have_keys() -> None:
    source = "def even(n): return n == 0 or odd(n - 1)\ndef odd(n): return n > 0 and even(n - 1)\n"
    assert key_of(script(source)["even"]) == key_of(script(source)["even"])
    assert key_of(script(source)["even"]) != key_of(script(source)["odd"])


def test_modules_of_the_users_count_by_what_is_used_of_them() -> None:
    def using(source: str) -> str:
        helpers = ModuleType("helpers")
        exec(compile(source, "helpers.py", "exec"), vars(helpers))
        script = "def f(x):\n    return helpers.rate * x"
        module = {"helpers": helpers, "__name__": "using"}
        exec(compile(script, "using.py", "exec"), module)
        return key_of(module["f"])

    assert using("rate = 1") == using("rate = 1\nother = 3") != using("rate = 2")


@dataclass
class Hoarder:
    """Keeps more than its fields."""

    x: int = 1

    def __post_init__(self) -> None:
        self.secret = object()


RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    "value",
    [
        Hoarder(),
        object(),
        lambda x: RNG.normal() * x,
        RNG.normal,
        np.array([object()]),
        {1, 2},
        np.vectorize(lambda x: x),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_cannot_be_put_in_a_key_has_none(value: object) -> None:
    with pytest.raises(UnkeyableError, match=r"scene\['title'\]\['own'\]"):
        key_of({"title": {"own": value}}, "scene")


@pytest.mark.parametrize("library", ["numpy", "matplotlib", "imageio-ffmpeg", "autograd"])
def test_another_version_of_a_library_is_another_key(
    library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, known = versions(), metadata.version
    monkeypatch.setattr(metadata, "version", lambda name: "999" if name == library else known(name))
    assert versions() != before


def test_gdanims_own_source_is_in_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "core").mkdir()
    (tmp_path / "core" / "arrays.py").write_text("x = 1")
    (tmp_path / "scene.py").write_text("x = 1")
    monkeypatch.setattr(digest, "PACKAGE", tmp_path)
    before, core = versions(), versions(("core",))
    (tmp_path / "scene.py").write_text("x = 2")
    assert versions() != before and versions(("core",)) == core
    (tmp_path / "core" / "arrays.py").write_text("x = 2")
    assert versions(("core",)) != core
