"""Docstrings of the public names: complete, in numpydoc's form, with examples that run."""

from __future__ import annotations

import inspect
from types import ModuleType

import pytest
from numpydoc.validate import validate

import gdanim

# numpydoc's checks: https://numpydoc.readthedocs.io/en/latest/validation.html
REQUIRED = {
    "GL01", "GL02", "GL03", "GL05", "GL06", "GL07", "GL08", "GL09",
    "SS01", "SS02", "SS03", "SS04", "SS05", "SS06",
    "PR01", "PR02", "PR03", "PR04", "PR07", "PR08", "PR09", "PR10",
    "RT01", "RT03", "YD01", "EX01",
}  # fmt: skip


def public_names() -> list[str]:
    """Where each public class and function is imported from: `gdanim.Adam`, `gdanim.views.Fit`."""
    own = {name: getattr(gdanim, name) for name in gdanim.__all__}
    places = {name: value for name, value in own.items() if isinstance(value, ModuleType)}
    names = {f"gdanim.{name}": value for name, value in own.items() if name not in places}
    for place, module in places.items():
        # Of a lazy module, `vars` has only what was imported before.
        names |= {f"gdanim.{place}.{name}": getattr(module, name) for name in dir(module)}
    return sorted(name for name, value in names.items() if _is_documented(name, value))


def _is_documented(name: str, value: object) -> bool:
    """Whether it is a public class or function of gdanim's."""
    own = getattr(value, "__module__", "").startswith("gdanim.")
    return own and callable(value) and not name.rpartition(".")[2].startswith("_")


def _value(name: str) -> object:
    place, _, own = name.rpartition(".")
    return getattr(gdanim if place == "gdanim" else _value(place), own)


def test_every_public_name_is_found() -> None:
    """In lazy modules too: of each, those that its stub or its imports name."""
    found = {*public_names()}
    for name in ("gdanim.Adam", "gdanim.views.Fit", "gdanim.datasets.xor", "gdanim.pacing.Log"):
        assert name in found
    shown = {name: getattr(gdanim.views, name) for name in dir(gdanim.views)}
    classes = [name for name, value in shown.items() if inspect.isclass(value)]
    assert len(classes) > 15
    assert {f"gdanim.views.{name}" for name in classes} <= found


@pytest.mark.parametrize("name", public_names())
def test_numpydoc_finds_no_fault(name: str) -> None:
    value = _value(name)
    place = f"{value.__module__}.{value.__qualname__}"  # type: ignore[attr-defined]
    faults = [f"{code}: {text}" for code, text in validate(place)["errors"] if code in REQUIRED]
    assert not faults
