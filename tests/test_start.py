"""What a render does not wait for: modules and docstrings that it does not need."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

NOT_NEEDED = (
    "matplotlib.pyplot",
    "multiprocessing",
    "xml.etree.ElementTree",
    "gdanim.views.boundary",
    "gdanim.views.surface",
    "gdanim.batch",
)


@pytest.mark.slow
def test_a_video_of_a_line_waits_for_nothing_else(tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from gdanim.cli import main\n"
        "main(['render', 'linear', '-o', sys.argv[1], '--seconds', '0.1', '--size', '160x96'],\n"
        "     standalone_mode=False)\n"
        f"print([name for name in {NOT_NEEDED} if name in sys.modules])\n"
        "from matplotlib.lines import Line2D\n"
        "print('linewidth' in (Line2D.set.__doc__ or ''))\n"
    )
    file = tmp_path / "line.mp4"
    done = subprocess.run(
        [sys.executable, "-c", script, f"{file}"], capture_output=True, text=True, check=True
    )
    assert file.stat().st_size > 0
    assert done.stdout.splitlines()[-2:] == ["[]", "False"]
