"""How much faster batches are on two cores than on one: `python benchmarks/batch.py`.

    python benchmarks/batch.py [--frames 600] [--repeats 5] [--size 1280x720] [--cores 2]

A plan of four clips, and one of a single clip as long as the four together. Every figure is a whole
process, from its start to the last finished file, in a folder of its own. What takes turns: one
process on one core (Linux only, where a process can be kept to it), one process on all of the
cores, where its encoder already works beside it, and a process a core. All of them must make the
same bytes. The medians of wall-clock and of processor time are printed, and the ratios of the
wall-clock times, which mean something on an idle machine only.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

SCRIPT = Path(__file__).parents[1] / "scenes" / "sine_lr_too_high.py"
FPS = 30
CLIPS = 4


@dataclass(frozen=True)
class Contender:
    """A number of worker processes, and of cores that they are kept to."""

    name: str
    jobs: int
    cores: int


@dataclass(frozen=True)
class Cost:
    """Seconds of a batch: by the clock, and of all processors; and the digest of its files."""

    wall: float
    cpu: float
    digest: str


def plan_of(frames: int, clips: int, size: str) -> str:
    """So many clips, each with another seed, which show `frames` in all."""
    seconds = frames / clips / FPS
    return (
        f'[[clip]]\nscene = "{SCRIPT.name}"\nsweep = {{seed = {list(range(clips))}}}\n'
        f'sizes = ["{size}"]\nfps = {FPS}\nseconds = {seconds}\n'
    )


def measure(plan: str, contender: Contender) -> Cost:
    """Make the plan's clips; RuntimeError when that fails."""
    with tempfile.TemporaryDirectory(prefix="gdanim-benchmark-") as folder:
        shutil.copy(SCRIPT, folder)
        Path(folder, "plan.toml").write_text(plan, encoding="utf-8")
        command = [sys.executable, "-m", "gdanim", "batch", "plan.toml", "-j", f"{contender.jobs}"]
        begun = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=folder, stdout=subprocess.DEVNULL, preexec_fn=kept_to(contender.cores)
        )
        _, status, usage = os.wait4(process.pid, 0)
        took = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            raise RuntimeError(f"exit code {process.returncode}: {' '.join(command)}")
        digest = hashlib.sha256()
        for file in sorted(Path(folder, "output").glob("*.mp4")):
            digest.update(file.read_bytes())
        return Cost(took, usage.ru_utime + usage.ru_stime, digest.hexdigest())


def kept_to(cores: int) -> Callable[[], None]:
    """What a process does before all else, so that it and its children use so many cores."""
    if not hasattr(os, "sched_setaffinity"):
        return lambda: None
    chosen = sorted(os.sched_getaffinity(0))[:cores]
    return lambda: os.sched_setaffinity(0, chosen)


def compare(plan: str, contenders: list[Contender], repeats: int) -> dict[str, Cost]:
    """Medians by contender; the contenders take turns."""
    costs: dict[str, list[Cost]] = {contender.name: [] for contender in contenders}
    for turn in range(repeats + 1):
        for contender in contenders:
            cost = measure(plan, contender)
            # The first turn fills the caches of files and fonts.
            if turn:
                costs[contender.name].append(cost)
    if len({cost.digest for some in costs.values() for cost in some}) > 1:
        raise RuntimeError("the contenders have not made the same files")
    return {
        name: Cost(
            statistics.median(cost.wall for cost in some),
            statistics.median(cost.cpu for cost in some),
            some[0].digest,
        )
        for name, some in costs.items()
    }


def table(costs: dict[str, Cost]) -> str:
    """Seconds, and how many times as fast as the first each is."""
    first = next(iter(costs.values()))
    lines = [f"{'':20}{'seconds':>9}{'times as fast':>15}{'processor':>11}"]
    for name, cost in costs.items():
        lines.append(f"{name:20}{cost.wall:9.2f}{first.wall / cost.wall:15.2f}{cost.cpu:11.2f}")
    return "\n".join(lines)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--frames", type=int, default=600, help="of each of the four clips")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--size", default="1280x720")
    parser.add_argument("--cores", type=int, default=2)
    options = parser.parse_args()
    contenders = [
        Contender("-j 1, one core", 1, 1),
        Contender(f"-j 1, {options.cores} cores", 1, options.cores),
        Contender(f"-j {options.cores}, {options.cores} cores", options.cores, options.cores),
    ]
    if not hasattr(os, "sched_setaffinity"):
        del contenders[0]
    for clips, what in ((CLIPS, f"{CLIPS} clips of {options.frames} frames"), (1, "1 clip")):
        plan = plan_of(options.frames * CLIPS, clips, options.size)
        costs = compare(plan, contenders, options.repeats)
        busy = f"load {os.getloadavg()[0]:.1f}"
        print(f"\n{what}, {options.frames * CLIPS} in all, medians of {options.repeats}, {busy}")
        print(table(costs), flush=True)


if __name__ == "__main__":
    main()
