"""The program `gdanim` as a process: it ends, and says what the system refused."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from scripts import write

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="the limits are those of POSIX"),
]

LINE = """
from gdanim import GradientDescent, Linear, Problem, Scene, datasets
def scene() -> Scene:
    return Scene(Problem(datasets.linear(points=9), Linear()), GradientDescent(0.01), (0, 5), 12)
"""


def run(
    folder: Path, before: str = "", what: str = "--still 1"
) -> subprocess.CompletedProcess[str]:
    """Render `lesson.py` in a shell, after the command `before`."""
    line = f'{before} exec "{sys.executable}" -m gdanim render "$1" {what} --size 160x96'
    return subprocess.run(
        ["sh", "-c", line, "sh", f"{folder / 'lesson.py'}"],
        cwd=folder, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def test_a_thread_that_a_script_leaves_running(tmp_path: Path) -> None:
    endless = "import threading\nthreading.Thread(target=threading.Event().wait).start()\n"
    write(tmp_path, endless + LINE)
    done = run(tmp_path)
    assert done.returncode == 0
    assert "still running" in done.stderr
    assert (tmp_path / "output" / "lesson-step1.png").stat().st_size > 0


def test_a_thread_that_ends_is_waited_for(tmp_path: Path) -> None:
    late = "import pathlib, threading, time\n" + (
        "def work():\n    time.sleep(0.5)\n    pathlib.Path('late.txt').write_text('done')\n"
        "threading.Thread(target=work).start()\n"
    )
    write(tmp_path, late + "raise ValueError\n")
    done = run(tmp_path)
    assert done.returncode == 1
    assert "still running" not in done.stderr
    assert (tmp_path / "late.txt").read_text() == "done"


def test_a_working_folder_that_is_gone(tmp_path: Path) -> None:
    write(tmp_path, LINE)
    done = run(tmp_path, "mkdir gone; cd gone; rmdir ../gone;")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("Error: ") and "working folder" in line


@pytest.mark.parametrize("limit", [13, 14, 16, 18])
def test_too_few_files(tmp_path: Path, limit: int) -> None:
    write(tmp_path, LINE)
    done = run(tmp_path, f"ulimit -n {limit};", "--seconds 0.2")
    if done.returncode:
        last = done.stderr.splitlines()[-1]
        assert last.startswith("Error: ") and "too many files" in last
        assert not list(tmp_path.rglob("*.mp4"))
    assert "Traceback" not in done.stderr


def test_frames_in_a_folder_with_a_per_cent_sign(tmp_path: Path) -> None:
    folder = tmp_path / "100%"
    folder.mkdir()
    write(folder, LINE)
    command = [sys.executable, "-m", "gdanim", "render", "lesson.py", "-f", "png"]
    small = ["--size", "160x96", "--seconds", "0.2"]
    done = subprocess.run([*command, *small], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert len(list((folder / "output" / "lesson-frames").glob("frame-*.png"))) == 6
