"""A batch with nothing to do: found out without loading a script, and never wrongly."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from plans import change

from gdanim.batch import receipt

pytestmark = pytest.mark.slow

# Says whether matplotlib was imported, after what `gdanim batch` prints.
RUN = """
import sys
from gdanim.cli import main
try:
    main(["batch", "plan.toml", *sys.argv[1:]])
finally:
    print("matplotlib" in sys.modules)
"""


def batch(*options: str, **variables: str) -> tuple[str, bool]:
    """What `gdanim batch` prints in a process of its own, and whether it imported matplotlib."""
    done = subprocess.run(
        [sys.executable, "-c", RUN, *options], check=True, capture_output=True, text=True,
        env={**os.environ, **variables},
    )  # fmt: skip
    *printed, imported = done.stdout.splitlines()
    return "\n".join(printed), imported == "True"


def test_nothing_to_do_needs_no_matplotlib(folder: Path) -> None:
    done, _ = batch("-j", "1")
    assert "2 made" in done
    assert batch() == ("2 kept; 0 frames in 0 s", False)
    listed, imported = batch("--dry-run")
    assert not imported
    assert sorted(listed.splitlines()) == ["output/lesson.mp4: keep", "output/other.gif: keep"]
    # What cannot be told from the receipt alone is found out as before.
    assert batch("--report", "report.json")[1]
    assert batch("--dry-run", HERE="1")[1]


def test_every_change_is_noticed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTEST_CURRENT_TEST")
    assert receipt.unchanged(Path("plan.toml")) is None
    batch("-j", "1")
    assert receipt.unchanged(Path("plan.toml"))
    for name in ("lesson.py", "helper.py", "points.csv", "plan.toml", "output/lesson.mp4"):
        path, known = Path(name), Path(name).stat()
        before = path.read_bytes()
        path.write_bytes(before + b"\n")
        assert receipt.unchanged(Path("plan.toml")) is None, name
        path.write_bytes(before)
        os.utime(path, ns=(known.st_atime_ns, known.st_mtime_ns))
        assert receipt.unchanged(Path("plan.toml")), name
    for name in ("pyproject.toml", "numpy.py"):
        Path(name).touch()
        assert receipt.unchanged(Path("plan.toml")) is None, name
        Path(name).unlink()
    Path("output/other.gif").unlink()
    assert receipt.unchanged(Path("plan.toml")) is None


def test_a_file_that_is_edited_while_a_batch_runs(folder: Path) -> None:
    # The script itself changes the file that it has read.
    change(
        folder / "lesson.py", "from gdanim import",
        "import os\nos.utime('points.csv', (2e9, 2e9))\nfrom gdanim import",
    )  # fmt: skip
    batch("-j", "1")
    assert not (receipt.runs_of(Path("plan.toml")) / receipt.NAME).exists()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 1}', "\0", "[" * 100_000])
def test_a_receipt_that_cannot_be_read_says_nothing(folder: Path, text: str) -> None:
    kept = receipt.runs_of(Path("plan.toml"))
    kept.mkdir(parents=True)
    (kept / receipt.NAME).write_text(text)
    assert receipt.unchanged(Path("plan.toml")) is None
