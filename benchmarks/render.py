"""How long rendering takes, of ten kinds: gdanim, matplotlib's own way, the encoder, and manim.

    python benchmarks/render.py [--frames 300] [--repeats 3] [--kind NAME]...

Every figure is a whole process, from its start to the finished file, and of its children. All have
the same number of frames and the same size, and all but manim show the same figure; videos have the
same encoder settings. The contenders take turns, so that other work on the machine meets all alike.
Printed are medians by the clock and of processor time (user and system), and how many times
gdanim's the others are; what takes longer than 20 seconds is measured once. Processor time is the
one to trust on a machine that is not idle.
"""

from __future__ import annotations

import argparse
import os
import platform
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
SCENES = HERE.parent / "scenes"
# A batch of so many clips, each of so many frames.
CLIPS, CLIP_FRAMES = 30, 15
# Seconds: what takes longer is measured once.
LONG = 20


@dataclass(frozen=True)
class Kind:
    """What is rendered: a scene of a script, to files with this extension, from `clips` seeds."""

    name: str
    scene: str
    extension: str = ".mp4"
    frames: int | None = None
    fps: int = 30
    clips: int = 1


KINDS = [
    Kind("sine", "sine_local_minimum"),
    Kind("line with inset", "linear"),
    Kind("lecture, four panels", "lecture"),
    Kind("`Each`, three runs", "three_learning_rates"),
    Kind("contour, four optimizers", "optimizer_race"),
    Kind("boundary of a network", "classes::spirals"),
    Kind("surface that turns", "bowl::in_three_dimensions"),
    Kind("GIF of 200 frames", "linear", ".gif", frames=200, fps=20),
    Kind("still", "linear", ".png", frames=1),
    Kind(f"{CLIPS} clips of {CLIP_FRAMES} frames", "linear", frames=CLIP_FRAMES, clips=CLIPS),
]


@dataclass(frozen=True)
class Order:
    """A kind, with its number of frames, to be written into a folder."""

    kind: Kind
    frames: int
    folder: Path

    @property
    def script(self) -> str:
        """The scene as the command line names it."""
        path, colons, name = self.kind.scene.partition("::")
        return f"{SCENES / path}.py{colons}{name}"

    @property
    def file(self) -> Path:
        """The file, or the first of several."""
        return self.folder / f"out{self.kind.extension}"

    @property
    def seconds(self) -> float:
        """The duration."""
        return self.frames / self.kind.fps


def film_of(order: Order, seed: int = 0) -> Any:
    """The order as a film of gdanim's."""
    from gdanim.scripting.load import choose

    scene = choose(order.script)[0](**({"seed": seed} if order.kind.clips > 1 else {}))
    if order.frames > 1:
        pace = scene.pace.with_duration(order.seconds)
        scene = replace(scene, pace=pace, fps=order.kind.fps)
    return replace(scene, size=(1280, 720)).film()


def save_by_matplotlib(order: Order) -> None:
    """`FuncAnimation.save` as people write it, on the figure of gdanim and with its settings."""
    import matplotlib as mpl
    from matplotlib.animation import FFMpegWriter, FuncAnimation, PillowWriter
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    from gdanim.encoding import ffmpeg
    from gdanim.encoding.formats import MP4

    mpl.rcParams["animation.ffmpeg_path"] = ffmpeg.executable()
    for seed in range(order.kind.clips):
        film = film_of(order, seed)
        FigureCanvasAgg(film.figure)
        file = order.file.with_stem(f"out-{seed}") if seed else order.file
        if order.frames == 1:
            film.show(len(film) - 1)
            film.figure.savefig(file, dpi="figure")
            continue
        assert len(film) == order.frames
        if order.kind.extension == ".gif":
            writer: Any = PillowWriter(fps=order.kind.fps)
        else:
            extra = [*MP4.arguments]
            writer = FFMpegWriter(fps=order.kind.fps, codec="libx264", extra_args=extra)
        FuncAnimation(film.figure, film.show, frames=order.frames, cache_frame_data=False).save(
            file, writer=writer, dpi=film.figure.dpi
        )


def gdanim(order: Order) -> list[str]:
    """The command line that renders the order."""
    program = [sys.executable, "-m", "gdanim"]
    if order.kind.clips > 1:
        plan = order.folder / "plan.toml"
        plan.write_text(
            f'[[clip]]\nscene = "{order.script}"\nsweep = {{seed = {[*range(order.kind.clips)]}}}\n'
            f"fps = {order.kind.fps}\nseconds = {order.seconds}\n",
            encoding="utf-8",
        )
        return [*program, "batch", f"{plan}", "--force"]
    size, rate = ("--size", "1280x720"), ("--fps", f"{order.kind.fps}")
    length = ("--still", "last") if order.frames == 1 else ("--seconds", f"{order.seconds}", *rate)
    return [*program, "render", order.script, "-o", f"{order.file}", *size, *length]


def funcanimation(order: Order) -> list[str]:
    """This very file, once more."""
    told = (order.kind.name, f"{order.frames}", f"{order.folder}")
    return [sys.executable, __file__, "--matplotlib", *told]


def encoder(order: Order) -> list[str]:
    """ffmpeg on frames that were drawn before: what no renderer can beat with these settings."""
    from gdanim.encoding import ffmpeg
    from gdanim.encoding.formats import MP4

    raw = order.folder / "frames.raw"
    if not raw.exists():
        film = film_of(order)
        with raw.open("wb") as file, film.composed():
            for frame in range(order.frames):
                film.show(frame)
                file.write(film.canvas.picture())
    return [
        *(ffmpeg.executable(), "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgba"),
        *("-video_size", "1280x720", "-framerate", f"{order.kind.fps}", "-i", f"{raw}"),
        *(*MP4.arguments, f"{order.file}"),
    ]


def manim(order: Order) -> list[str]:
    """The like of the sine scene in manim, at its own encoder settings."""
    return [
        *(sys.executable, "-m", "manim", "render", "--disable_caching", "-v", "ERROR"),
        *("--progress_bar", "none", "--fps", f"{order.kind.fps}", "-r", "1280,720"),
        *("--media_dir", f"{order.folder / 'manim'}", f"{HERE / 'manim_scene.py'}", "Sine"),
    ]


def contenders(kind: Kind) -> dict[str, Callable[[Order], list[str]]]:
    """Those that make such files, by name."""
    found: dict[str, Callable[[Order], list[str]]] = {
        "gdanim": gdanim,
        "FuncAnimation.save": funcanimation,
    }
    if kind.extension == ".mp4" and kind.clips == 1:
        found["encoder alone"] = encoder
    if kind is KINDS[0] and find_spec("manim") is not None:
        found["manim"] = manim
    return found


@dataclass(frozen=True)
class Cost:
    """Seconds of one process and all of its children: by the clock, and of processors."""

    wall: float
    cpu: float


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


def compare(order: Order, repeats: int) -> dict[str, Cost]:
    """Medians by contender; the contenders take turns."""
    costs: dict[str, list[Cost]] = {name: [] for name in contenders(order.kind)}
    # The caches of files and fonts are filled first.
    measure(gdanim(order), order.frames)
    for _ in range(repeats):
        for name, contender in contenders(order.kind).items():
            if not (costs[name] and costs[name][0].wall > LONG):
                costs[name].append(measure(contender(order), order.frames))
    return {
        name: Cost(
            statistics.median(cost.wall for cost in some),
            statistics.median(cost.cpu for cost in some),
        )
        for name, some in costs.items()
    }


def row(order: Order, costs: dict[str, Cost]) -> str:
    """A line of the table: gdanim's seconds, and the others as multiples of them."""
    own, *others = costs.values()
    cells = [f"{own.wall:.2f}, {own.cpu:.2f} s"]
    cells += [f"{other.wall / own.wall:.2g}, {other.cpu / own.cpu:.2g}" for other in others]
    cells += [""] * (4 - len(cells))
    return f"| {order.kind.name} | {' | '.join(cells)} |"


def machine() -> str:
    """What it is measured on."""
    from gdanim.encoding import ffmpeg

    packages = ["matplotlib", "numpy", *(["manim"] if find_spec("manim") else [])]
    versions = [f"{name} {version(name)}" for name in packages]
    return (
        f"{_processor()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}\n"
        f"Python {platform.python_version()}, {', '.join(versions)}, ffmpeg {ffmpeg.version()}"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), "?")


def main() -> None:
    """Print the table."""
    kinds = {kind.name: kind for kind in KINDS}
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--frames", type=int, default=300, help="of each video")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--kind", action="append", choices=kinds)
    parser.add_argument("--folder", help="for the raw frames: 1.1 GB for 300")
    parser.add_argument("--matplotlib", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.matplotlib:
        name, frames, folder = options.matplotlib
        save_by_matplotlib(Order(kinds[name], int(frames), Path(folder)))
        return
    print(f"{machine()}\n{options.frames} frames, medians of {options.repeats}: clock, processor\n")
    print("| kind | gdanim | `FuncAnimation.save` | encoder alone | manim |\n|---|---|---|---|---|")
    for name in options.kind or kinds:
        with tempfile.TemporaryDirectory(prefix="gdanim-benchmark-", dir=options.folder) as folder:
            order = Order(kinds[name], kinds[name].frames or options.frames, Path(folder))
            print(row(order, compare(order, options.repeats)), flush=True)
    print(f"\nload {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
