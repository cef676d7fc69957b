"""Cells of a notebook, run in a kernel: progress while rendering, and short errors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

SCENE = """
from gdanim import *
problem = Problem(datasets.linear(points=9), Linear())
scene = Scene(problem, GradientDescent(0.01), steps=20, size=(96, 64), pace=Even(seconds=1))
render(scene, "line.gif", fps=10)
"""
MISTAKES = {
    "scene = 3\nScene(problem, GradientDescent(0))": [
        "line 2: Scene(problem, GradientDescent(0))",
        "GdanimError: lr: must be a finite number above 0, got 0",
    ],
    "def f(x, a):\n    return a * x if a > 0 else x\n\nFormula(f)": [
        "line 4: Formula(f)",
        "line 2: return a * x if a > 0 else x",
    ],
}


def test_progress_and_errors(tmp_path: Path) -> None:
    nbformat: Any = pytest.importorskip("nbformat", reason="comes with the extra 'pages'")
    nbclient: Any = pytest.importorskip("nbclient", reason="comes with the extra 'pages'")
    cells = [nbformat.v4.new_code_cell(text) for text in (SCENE, *MISTAKES)]
    notebook = nbformat.v4.new_notebook(cells=cells)
    client = nbclient.NotebookClient(
        notebook, kernel_name="python3", allow_errors=True, timeout=300,
        resources={"metadata": {"path": f"{tmp_path}"}},
    )  # fmt: skip
    client.execute()
    shown = [one["data"].get("text/html", "") for one in cells[0].outputs if "data" in one]
    assert any("line.gif: 10 of 10 frames" in text for text in shown)
    for cell, lines in zip(cells[1:], MISTAKES.values(), strict=True):
        (error,) = [one for one in cell.outputs if one["output_type"] == "error"]
        said = "\n".join(error["traceback"]).splitlines()
        assert len(said) <= 4 and not any("site-packages" in line for line in said), said
        assert set(lines) <= set(said), said
