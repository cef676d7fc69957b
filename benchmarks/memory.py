"""Peak memory and time a frame of a short and a long film: `python benchmarks/memory.py`.

Each is a whole process; the peak is that of the sum over it and its children, looked at every 20 ms
(Linux only). Short clips at a small size, so that the frames themselves weigh little.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FPS = 30
SCENE = "scenes/sine_lr_too_high.py"


def main() -> None:
    """Print the two films side by side, and their ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, nargs=2, default=(300, 36_000))
    parser.add_argument("--size", default="160x96")
    chosen = parser.parse_args()
    (short, peak, each), (long, peak_long, each_long) = (
        (frames, *measured(frames, chosen.size)) for frames in chosen.frames
    )
    print(f"{'frames':>8} {'peak MB':>9} {'ms a frame':>11}")
    print(f"{short:>8} {peak / 1e6:>9.0f} {each * 1e3:>11.2f}")
    print(f"{long:>8} {peak_long / 1e6:>9.0f} {each_long * 1e3:>11.2f}")
    print(f"{'ratio':>8} {peak_long / peak:>9.2f} {each_long / each:>11.2f}")


def measured(frames: int, size: str) -> tuple[int, float]:
    """Peak in bytes, and seconds a frame from the first to the last."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            *(sys.executable, "-m", "gdanim", "render", SCENE, "--size", size),
            *("--fps", f"{FPS}", "--seconds", f"{frames / FPS}", "-o", f"{folder}/film.mp4"),
        ]
        begun, peak = time.perf_counter(), 0
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
            while process.poll() is None:
                peak = max(peak, sum(map(resident, tree(process.pid))))
                time.sleep(0.02)
        if process.returncode:
            raise SystemExit(f"{' '.join(command)}: exit code {process.returncode}")
        return peak, (time.perf_counter() - begun) / frames


def tree(pid: int) -> list[int]:
    """The process and all below it."""
    try:
        children = [
            int(child)
            for tasks in Path(f"/proc/{pid}/task").glob("*/children")
            for child in tasks.read_text().split()
        ]
    except OSError:
        children = []
    return [pid, *(other for child in children for other in tree(child))]


def resident(pid: int) -> int:
    """Bytes of memory that the process holds; what it shares with others, in equal parts."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


if __name__ == "__main__":
    main()
