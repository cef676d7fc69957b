"""Imports run one way: each layer uses only what stands above it."""

from __future__ import annotations

import ast
import graphlib
import re
from functools import cache
from pathlib import Path

import gdanim
from gdanim.batch.staleness import DESCENDING

# Short places for public names that are defined further inside.
FACES = ["datasets", "objectives", "schedules"]
LAYERS = [
    "version",
    "errors",
    "core",
    "problems",
    "analysis",
    "descent",
    "pacing",
    "views",
    "encoding",
    "film",
    "scene",
    "scripting",
    "narration",
    "rendering",
    "publish",
    "batch",
    "playground",
    "cli",
    *FACES,
    "__init__",
    "__main__",
]
ROOT = Path(gdanim.__file__).parent
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in ROOT.rglob("*.py")
}


def layer(module: str) -> str:
    return module.partition(".")[0]


def imports(tree: ast.AST) -> set[str]:
    """The modules of gdanim that it imports anywhere in it, named from the package on."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports name the whole module"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            if name.partition(".")[0] == "gdanim":
                found.add(module_of(name.partition(".")[2]))
    return found


def module_of(name: str) -> str:
    """The module that a dotted name is, or is in."""
    while name and name not in MODULES and f"{name}.__init__" not in MODULES:
        name = name.rpartition(".")[0]
    return name if name in MODULES else f"{name}.__init__".lstrip(".")


@cache
def imports_of(module: str) -> frozenset[str]:
    return frozenset(imports(ast.parse(MODULES[module].read_text(encoding="utf-8"))))


def out_of_order(module: str) -> set[str]:
    """What the module imports of a layer below, or of its own layer's face."""
    below = LAYERS[LAYERS.index(layer(module)) :]
    allowed = {"cli._doctor_checks": {"__init__"}}.get(module, set())
    return {
        used
        for used in imports_of(module) - allowed
        if layer(used) in below and not (layer(used) == layer(module) and "." in used)
    }


def test_every_module_is_in_a_layer() -> None:
    assert {layer(name) for name in MODULES} == set(LAYERS)


def test_each_uses_only_what_stands_above() -> None:
    wrong = {module: used for module in MODULES if (used := out_of_order(module))}
    assert not wrong


def test_no_circle_within_a_layer() -> None:
    without_faces = {
        name: {used for used in imports_of(name) if not used.endswith("__init__")}
        for name in MODULES
    }
    # Raises CycleError, which names the circle.
    assert list(graphlib.TopologicalSorter(without_faces).static_order())


def test_the_check_sees_imports() -> None:
    assert imports_of("scene") >= {"descent.descent", "film.film", "pacing.timeline"}
    assert imports_of("__main__") == {"cli.entry"}
    assert imports(ast.parse("import gdanim\nimport gdanim.film.save\nimport numpy")) == {
        "__init__",
        "film.save",
    }


def test_kept_runs_depend_on_every_package_that_decides_them() -> None:
    used, new = set[str](), {"descent"}
    while new:
        used |= new
        modules = [name for name in MODULES if layer(name) in new]
        new = {layer(one) for name in modules for one in imports_of(name)} - used
    assert used - {"errors"} == set(DESCENDING)


def test_only_encoding_and_film_start_processes() -> None:
    for name, path in MODULES.items():
        if layer(name) not in ("encoding", "film"):
            assert "subprocess" not in path.read_text(encoding="utf-8"), name


def test_the_picture_in_the_architecture_shows_every_package() -> None:
    page = (ROOT.parent / "docs" / "architecture.md").read_text(encoding="utf-8")
    picture = re.search(r"```mermaid\n(.*?)```", page, re.DOTALL)
    assert picture is not None
    shown = re.findall(r"^ +(\w+)\[", picture[1], re.MULTILINE)
    inside = [name for name in LAYERS if not name.startswith("__")]
    assert shown == [name for name in inside if name not in ("version", "errors", *FACES)]
    assert len(page.splitlines()) <= 150
