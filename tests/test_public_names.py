"""The names at the top level."""

from __future__ import annotations

import inspect
import subprocess
import sys
from importlib import import_module
from types import ModuleType

import pytest

import gdanim


@pytest.mark.parametrize("name", gdanim.__all__)
def test_every_name_resolves(name: str) -> None:
    value = getattr(gdanim, name)
    assert value is not None
    assert name in dir(gdanim)
    if name != "__version__":
        assert value.__doc__
        assert value.__name__ == name or isinstance(value, ModuleType)


def test_a_stranger_can_derive_from_the_base_classes() -> None:
    bases = (
        "LinearInParameters Loss Model Objective Optimizer Pace Penalty Schedule StepView Stop View"
    )
    for name in bases.split():
        assert inspect.isabstract(getattr(gdanim, name)), name


def test_nothing_else() -> None:
    with pytest.raises(AttributeError, match="Scenes"):
        gdanim.Scenes  # type: ignore[attr-defined]  # noqa: B018
    assert set(dir(gdanim)) == set(gdanim.__all__)


def functions(module: str) -> dict[str, object]:
    found = vars(import_module(module))
    return {
        name: value
        for name, value in found.items()
        if inspect.isfunction(value) and not name.startswith("_")
        if value.__module__.startswith("gdanim.problems")
    }


@pytest.mark.parametrize("name", ["datasets", "objectives"])
def test_each_is_imported_from_its_short_place(name: str) -> None:
    assert functions(f"gdanim.{name}") == functions(f"gdanim.problems.{name}")


def test_classes_are_imported_from_their_short_place() -> None:
    from gdanim.schedules import Cosine
    from gdanim.views import Fit

    assert gdanim.schedules.Cosine is Cosine
    assert gdanim.views.Fit is Fit


def test_a_star_import_in_a_fresh_interpreter() -> None:
    script = (
        "import sys, gdanim\n"
        "assert 'numpy' not in sys.modules and 'matplotlib' not in sys.modules\n"
        "import gdanim.rendering.pipeline, gdanim.cli\n"
        "from gdanim import *\n"
        "print(callable(render), callable(Scene), datasets.__name__, __version__)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["True", "True", "gdanim.datasets", gdanim.__version__]
