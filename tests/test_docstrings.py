"""Docstrings of the public names: complete, in numpydoc's form, with examples that run."""

from __future__ import annotations

import inspect
from types import ModuleType

import pytest
from numpydoc.validate import validate

import gdanim

MODULES = ("datasets", "objectives", "pacing", "schedules", "views")
# numpydoc's checks: https://numpydoc.readthedocs.io/en/latest/validation.html
REQUIRED = {
    "GL01", "GL02", "GL03", "GL05", "GL06", "GL07", "GL08", "GL09",
    "SS01", "SS02", "SS03", "SS04", "SS05", "SS06",
    "PR01", "PR02", "PR03", "PR04", "PR07", "PR08", "PR09", "PR10",
    "RT01", "RT03", "YD01", "EX01",
}  # fmt: skip


def public_names() -> list[str]:
    """Where each public class and function is imported from: `gdanim.Adam`, `gdanim.views.Fit`."""
    names = [f"gdanim.{name}" for name in gdanim.__all__]
    for module in MODULES:
        place = getattr(gdanim, module)
        names += [f"gdanim.{module}.{name}" for name in vars(place) if _is_public(place, name)]
    return sorted(name for name in names if not isinstance(_value(name), ModuleType | str))


def _value(name: str) -> object:
    place, _, own = name.rpartition(".")
    return getattr(gdanim if place == "gdanim" else _value(place), own)


def _is_public(place: ModuleType, name: str) -> bool:
    """Whether it is a class or function of gdanim's."""
    value = vars(place)[name]
    inside = getattr(value, "__module__", "").startswith("gdanim.")
    return not name.startswith("_") and inside and (inspect.isclass(value) or callable(value))


@pytest.mark.parametrize("name", public_names())
def test_numpydoc_finds_no_fault(name: str) -> None:
    value = _value(name)
    place = f"{value.__module__}.{value.__qualname__}"  # type: ignore[attr-defined]
    faults = [f"{code}: {text}" for code, text in validate(place)["errors"] if code in REQUIRED]
    assert not faults
