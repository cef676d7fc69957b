"""The types that the file of a run can hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import is_dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

PACKAGES = ("gdanim.problems", "gdanim.descent")


@cache
def saved_types() -> Mapping[str, type]:
    """Return the dataclasses of these packages by their names, which files hold."""
    table: dict[str, type] = {}
    for package in map(import_module, PACKAGES):
        for entry in iter_modules(package.__path__, f"{package.__name__}."):
            for name, kind in vars(import_module(entry.name)).items():
                if is_dataclass(kind) and kind.__module__ == entry.name:
                    assert isinstance(kind, type) and name == kind.__qualname__
                    assert name not in table, f"{table[name]} and {kind} would share a name"
                    table[name] = kind
    return MappingProxyType(table)
