"""Rows: growth, and the file that long runs are kept in."""

from __future__ import annotations

import gc
import mmap
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases import LINE
from processes import in_own_mounts

from gdanim.descent import _rows as module
from gdanim.descent._rows import Rows
from gdanim.descent.adaptive import Adam
from gdanim.descent.loop import descend
from gdanim.descent.recorder import Recorder
from gdanim.errors import GdanimError
from gdanim.schedules import Exponential

MAPS = Path("/proc/self/maps")


def mapped(folder: Path) -> int:
    """How many files of the folder this process has mapped."""
    return MAPS.read_text(encoding="utf-8").count(str(folder)) if MAPS.exists() else 0


@pytest.mark.parametrize("limit", [0, 100, 10_000])
@pytest.mark.parametrize("expected", [0, 3, 100])
def test_grows_and_keeps_everything(limit: int, expected: int) -> None:
    rows, all_rows = Rows((2,), expected, limit=limit), np.arange(200.0).reshape(100, 2)
    for first, last in [(0, 1), (1, 3), (3, 50), (50, 51), (51, 100)]:
        rows.grow(last - first)[...] = all_rows[first:last]
        np.testing.assert_array_equal(rows.array, all_rows[:last])
        assert len(rows) == last


def test_whole_numbers() -> None:
    rows = Rows((3,), 1, np.int32, limit=0)
    rows.grow(5)[...] = -1
    assert rows.array.dtype == np.int32
    assert (rows.array == -1).all()


def test_the_file_has_no_name_and_goes_with_the_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    recorder = Recorder(LINE, memory=1000)
    points = np.random.default_rng(0).uniform(-2, 2, (3000, 2))
    for point in points:
        recorder.snapshot(point)
    run = recorder.run()
    if MAPS.exists():
        assert mapped(tmp_path) > 0
        assert os.listdir(tmp_path) == [], "nothing to leave behind, even when killed"
    del recorder
    gc.collect()
    np.testing.assert_array_equal(run.params, points)
    assert run.losses.shape == (3000,)
    run.save(tmp_path / "run.npz")
    np.testing.assert_array_equal(type(run).load(tmp_path / "run.npz").params, points)
    del run
    gc.collect()
    assert mapped(tmp_path) == 0


def in_file(array: Any) -> bool:
    """Whether an array is mapped from a file."""
    while isinstance(array, np.ndarray):
        array = array.base
    return isinstance(array, mmap.mmap)


def test_a_long_descent_is_kept_in_a_file_and_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    optimizer = Adam(Exponential([[0.1], [1e200], [0.2]], 0.99))
    usual = descend(LINE, optimizer, (-1, 3), 500, batch_size=7)
    monkeypatch.setattr(module, "LIMIT", 100)
    kept = descend(LINE, optimizer, (-1, 3), 500, batch_size=7)
    for name in ("params", "rates", "batches"):
        assert in_file(getattr(kept, name)) and not in_file(getattr(usual, name))
        np.testing.assert_array_equal(getattr(kept, name), getattr(usual, name))
    assert str(kept.outcome) == str(usual.outcome)


@pytest.mark.skipif(sys.platform != "linux", reason="limits the memory of a process as Linux does")
def test_memory_is_bounded() -> None:
    """400 MB of steps by a process that may have no more than 300 MB of its own beyond start."""
    script = (
        "import resource, numpy as np\n"
        "from gdanim import Dataset, Adam, Linear, Problem\n"
        "from gdanim.descent.recorder import Recorder\n"
        "used = int(open('/proc/self/statm').read().split()[5]) * resource.getpagesize()\n"
        "resource.setrlimit(resource.RLIMIT_DATA, (used + 300 * 1024**2,) * 2)\n"
        "problem = Problem(Dataset(np.ones((5, 999)), np.arange(5.0)), Linear(999))\n"
        "recorder = Recorder(problem, 50_000, memory=16 * 1024**2)\n"
        "recorder.snapshot(np.zeros(1000))\n"
        "recorder.grow(50_000)[...] = np.linspace(0, 1, 50_000)[:, np.newaxis]\n"
        "run = recorder.run()\n"
        "print(run.params.shape, run.losses.shape, run.params[-1, -1])\n"
    )
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=environment
    )
    assert done.stdout == "(50001, 1000) (50001,) 1.0\n", done.stderr


def test_no_room(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    with pytest.raises(GdanimError, match="none: .* set TMPDIR"):
        Rows((2,), 100, limit=0)


@pytest.mark.parametrize("rows", [10**15, 10**19])
def test_more_than_any_place_has(rows: int) -> None:
    with pytest.raises(GdanimError, match="[0-9.]+ GB .*; set TMPD"):
        Rows((2,), rows)


@pytest.mark.skipif(not hasattr(os, "posix_fallocate"), reason="nothing here can reserve room")
@pytest.mark.parametrize("first", [1, 4000], ids=["grown", "expected"])
def test_a_full_disk(tmp_path: Path, first: int) -> None:
    """A megabyte of rows where there is a tenth of it."""
    script = (
        "from gdanim.descent._rows import Rows\n"
        "from gdanim.errors import GdanimError\n"
        "try:\n"
        f"    rows = Rows((32,), {first}, limit=0)\n"
        "    for _ in range(4000):\n"
        "        rows.grow(1)[...] = 1.0\n"
        "except GdanimError as error:\n"
        "    print(error)\n"
    )
    folder = shlex.quote(f"{tmp_path}")
    done = in_own_mounts(f"""
        mount -t tmpfs -o size=100k tmpfs {folder}
        export TMPDIR={folder}
        {shlex.join([sys.executable, "-c", script])}
    """)
    assert done.returncode == 0, "a signal"
    assert done.stdout.endswith(
        "of recorded steps: No space left on device; set TMPDIR to a folder with more room\n"
    )
    assert done.stdout.startswith(f"{tmp_path}: cannot keep 0.0 GB")
