"""How long a video takes: gdanim, matplotlib's own way, the encoder alone, and manim.

    python benchmarks/render.py [--frames 300] [--repeats 5] [--case NAME]...

Every figure is a whole process, from its start to the finished file. All have the same number of
frames, the same size and the same encoder settings; all but manim show the same figure. The
contenders take turns, so that other work on the machine meets all alike; the medians of wall-clock
time and of processor time (user and system, all processes of the contender) are printed, and how
many times gdanim's they are. Processor time is the one to trust on a machine that is not idle.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SINE = HERE.parent / "scenes" / "sine_local_minimum.py"
FPS = 30


@dataclass(frozen=True)
class Case:
    """What is rendered: a scene script at a size."""

    name: str
    script: Path
    size: tuple[int, int]


CASES = [
    Case("sine 1280x720", SINE, (1280, 720)),
    Case("sine 1920x1080", SINE, (1920, 1080)),
    Case("panels 1280x720", HERE / "panels.py", (1280, 720)),
]


@dataclass(frozen=True)
class Cost:
    """Seconds of one process and all of its children, and the most memory that they held."""

    wall: float
    cpu: float


def film_of(case: Case, frames: int) -> Any:
    """The case as a gdanim film of so many frames."""
    from gdanim.scripting.load import choose

    scene = choose(str(case.script))[0]()
    pace = scene.pace.with_duration(frames / FPS)
    return replace(scene, size=case.size, pace=pace, fps=FPS).film()


def write_raw(case: Case, frames: int, path: Path) -> None:
    """The frames as they are handed to the encoder."""
    film = film_of(case, frames)
    assert len(film) == frames
    with path.open("wb") as raw:
        for frame in range(frames):
            raw.write(film.draw(frame))


def save_by_matplotlib(case: Case, frames: int, path: Path) -> None:
    """`FuncAnimation.save` as people write it, on the figure of gdanim and with its settings."""
    import matplotlib as mpl
    from matplotlib.animation import FFMpegWriter, FuncAnimation
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    from gdanim.encoding import ffmpeg
    from gdanim.encoding.formats import MP4

    film = film_of(case, frames)
    FigureCanvasAgg(film.figure)
    mpl.rcParams["animation.ffmpeg_path"] = ffmpeg.executable()
    writer = FFMpegWriter(fps=FPS, codec="libx264", extra_args=[*encoder_arguments(MP4)])
    FuncAnimation(film.figure, film.show, frames=frames, cache_frame_data=False).save(
        path, writer=writer, dpi=film.figure.dpi
    )


def encoder_arguments(format: Any) -> tuple[str, ...]:
    """ffmpeg's arguments for the format."""
    arguments: tuple[str, ...] = getattr(format, "arguments", format.output)
    return arguments


def gdanim(case: Case, frames: int, raw: Path, out: Path) -> list[str]:
    """The command line that renders the case."""
    size = "x".join(map(str, case.size))
    return [
        *(sys.executable, "-m", "gdanim", "render", f"{case.script}", "-o", f"{out}"),
        *("--size", size, "--fps", f"{FPS}", "--seconds", f"{frames / FPS}"),
    ]


def funcanimation(case: Case, frames: int, raw: Path, out: Path) -> list[str]:
    """This very file, once more."""
    return [sys.executable, __file__, "--matplotlib", case.name, f"{frames}", f"{out}"]


def encoder(case: Case, frames: int, raw: Path, out: Path) -> list[str]:
    """ffmpeg on frames that were drawn before: what no renderer can beat with these settings."""
    from gdanim.encoding import ffmpeg
    from gdanim.encoding.formats import MP4

    size = "x".join(map(str, case.size))
    return [
        *(ffmpeg.executable(), "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgba"),
        *("-video_size", size, "-framerate", f"{FPS}", "-i", f"{raw}"),
        *(*encoder_arguments(MP4), f"{out}"),
    ]


def manim(case: Case, frames: int, raw: Path, out: Path) -> list[str]:
    """The like of the sine scene in manim, at its own encoder settings."""
    width, height = map(str, case.size)
    return [
        *(sys.executable, "-m", "manim", "render", "--disable_caching", "-v", "ERROR"),
        *("--progress_bar", "none", "--fps", f"{FPS}", "-r", f"{width},{height}"),
        *("--media_dir", f"{out.parent / 'manim'}", f"{HERE / 'manim_scene.py'}", "Sine"),
    ]


Contender = Callable[[Case, int, Path, Path], list[str]]
CONTENDERS: dict[str, Contender] = {
    "gdanim": gdanim,
    "FuncAnimation.save": funcanimation,
    "encoder alone": encoder,
    "manim": manim,
}


def measure(command: list[str], frames: int) -> Cost:
    """Run it to its end; RuntimeError when it fails."""
    environment = {**os.environ, "GDANIM_BENCHMARK_FRAMES": f"{frames}"}
    begun = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    took = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"exit code {process.returncode}: {' '.join(command)}")
    return Cost(took, usage.ru_utime + usage.ru_stime)


def compare(case: Case, frames: int, repeats: int, folder: Path) -> dict[str, Cost]:
    """Medians by contender; the contenders take turns."""
    raw, out = folder / "frames.raw", folder / "out.mp4"
    write_raw(case, frames, raw)
    contenders = dict(CONTENDERS)
    if find_spec("manim") is None or case.script != SINE:
        del contenders["manim"]
    costs: dict[str, list[Cost]] = {name: [] for name in contenders}
    for turn in range(repeats + 1):
        for name, contender in contenders.items():
            cost = measure(contender(case, frames, raw, out), frames)
            # The first turn fills the caches of files and fonts.
            if turn:
                costs[name].append(cost)
    raw.unlink()
    return {
        name: Cost(
            statistics.median(cost.wall for cost in some),
            statistics.median(cost.cpu for cost in some),
        )
        for name, some in costs.items()
    }


def table(costs: dict[str, Cost]) -> str:
    """Seconds, and how many times those of gdanim they are."""
    own = costs["gdanim"]
    lines = [f"{'':20}{'seconds':>9}{'/ gdanim':>10}{'processor':>12}{'/ gdanim':>10}"]
    for name in CONTENDERS:
        if name in costs:
            cost = costs[name]
            lines.append(
                f"{name:20}{cost.wall:9.2f}{cost.wall / own.wall:10.2f}"
                f"{cost.cpu:12.2f}{cost.cpu / own.cpu:10.2f}"
            )
        else:
            lines.append(f"{name:20}{'not measured':>19}")
    return "\n".join(lines)


def machine() -> str:
    """What it is measured on."""
    from gdanim.encoding import ffmpeg

    said = subprocess.run([ffmpeg.executable(), "-version"], capture_output=True, text=True)
    packages = ["matplotlib", "numpy", *(["manim"] if find_spec("manim") else [])]
    return "\n".join(
        [
            f"{_processor()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}",
            f"Python {platform.python_version()}, "
            + ", ".join(f"{name} {version(name)}" for name in packages)
            + f", {' '.join(said.stdout.split()[:3])}",
        ]
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), "?")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--frames", type=int, default=300)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--case", action="append", choices=[case.name for case in CASES])
    parser.add_argument("--folder", help="for the raw frames: 1.1 GB for 300 at 1280x720")
    parser.add_argument("--matplotlib", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    cases = {case.name: case for case in CASES}
    if options.matplotlib:
        name, frames, out = options.matplotlib
        save_by_matplotlib(cases[name], int(frames), Path(out))
        return
    print(machine())
    for name in options.case or cases:
        folder = Path(tempfile.mkdtemp(prefix="gdanim-benchmark-", dir=options.folder))
        try:
            costs = compare(cases[name], options.frames, options.repeats, folder)
        finally:
            shutil.rmtree(folder)
        busy = f"load {os.getloadavg()[0]:.1f}"
        print(f"\n{name}, {options.frames} frames, medians of {options.repeats}, {busy}")
        print(table(costs), flush=True)


if __name__ == "__main__":
    main()
