"""The names at the top level."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import gdanim

TREE = ast.parse(Path(gdanim.__file__).read_text(encoding="utf-8"))


def for_type_checkers() -> dict[str, str]:
    """Name to `module:attribute`, as the imports for type checkers have it."""
    (block,) = (
        node
        for node in TREE.body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    )
    return {
        alias.asname or alias.name: f"{node.module}:{alias.name}"
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


@pytest.mark.parametrize("name", gdanim.__all__)
def test_every_name_resolves(name: str) -> None:
    value = getattr(gdanim, name)
    assert value is not None
    assert name in dir(gdanim)
    if not isinstance(value, ModuleType) and name != "__version__":
        assert value.__name__ == name
        assert value.__doc__


def test_type_checkers_see_the_same() -> None:
    table = {
        # A module is `package.name:` in the table and `from package import name` in the imports.
        name: ":".join(place[:-1].rsplit(".", 1)) if place.endswith(":") else place
        for name, place in gdanim._PUBLIC.items()
    }
    assert for_type_checkers() == table


def test_nothing_else() -> None:
    with pytest.raises(AttributeError, match="module 'gdanim' has no attribute 'Scenes'"):
        gdanim.Scenes  # type: ignore[attr-defined]  # noqa: B018
    assert set(dir(gdanim)) == set(gdanim.__all__)


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
    assert done.stdout.split() == ["True", "True", "gdanim.problems.datasets", gdanim.__version__]
