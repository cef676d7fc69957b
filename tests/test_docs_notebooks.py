"""The notebooks of the documentation run from top to bottom, and each shows something."""

from __future__ import annotations

import ast
import json
import re
from importlib.util import find_spec
from pathlib import Path

import pytest

NOTEBOOKS = sorted((Path(__file__).parent.parent / "docs" / "notebooks").glob("*.ipynb"))
NEEDS = {"pytorch": "torch", "scikit_learn": "sklearn"}
REPRESENTATIONS = ("_repr_html_", "_repr_png_")


def code(notebook: Path) -> list[str]:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


@pytest.mark.slow
@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda notebook: notebook.stem)
def test_it_runs(notebook: Path) -> None:
    needed = NEEDS.get(notebook.stem)
    if needed and not find_spec(needed):
        pytest.skip(f"needs {needed}")
    names: dict[str, object] = {"__name__": notebook.stem}
    shown = [value for cell in code(notebook) if (value := run_cell(cell, names)) is not None]
    pictures = [repr_ for value in shown for repr_ in REPRESENTATIONS if hasattr(value, repr_)]
    assert pictures


def run_cell(cell: str, names: dict[str, object]) -> object:
    """Run a cell; return its last expression's value, after showing it as a notebook would."""
    tree = ast.parse(cell)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "cell", "exec"), names)
    if not isinstance(last, ast.Expr):
        return None
    # The video itself is what the tests of notebooks make.
    if re.fullmatch(r"\w+\.animation\(\)", ast.unparse(last)):
        return None
    value: object = eval(compile(ast.Expression(last.value), "cell", "eval"), names)
    for name in REPRESENTATIONS:
        if hasattr(value, name):
            assert getattr(value, name)()
    return value


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda notebook: notebook.stem)
def test_it_is_kept_without_outputs(notebook: Path) -> None:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    for cell in cells:
        assert not cell.get("outputs") and cell.get("execution_count") is None
