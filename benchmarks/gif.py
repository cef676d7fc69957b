"""gdanim's GIFs beside those of matplotlib's PillowWriter: bytes, and how near to the truth.

    python benchmarks/gif.py [SCRIPT...] [--size 640x360] [--fps 20]

Both save the same film; the frames of both files, decoded by ffmpeg, are compared with those that
were drawn. PSNR and SSIM are means over the frames, with the worst frame behind the stroke.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from matplotlib.animation import PillowWriter
from numpy.typing import NDArray

from gdanim.encoding import ffmpeg
from gdanim.encoding.formats import GIF
from gdanim.film.film import Film
from gdanim.film.save import save
from gdanim.film.style import plain_style
from gdanim.scripting.load import load

Frame = NDArray[np.float64]
SCENES = Path(__file__).parents[1] / "scenes"
# https://doi.org/10.1109/TIP.2003.819861: the constants that keep flat blocks from dividing by 0.
C1, C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
BLOCK = 8


def main() -> None:
    """Print a row for each scene."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scripts", nargs="*", type=Path)
    parser.add_argument("--size", default="640x360")
    parser.add_argument("--fps", type=int, default=20)
    wanted = parser.parse_args()
    width, height = map(int, wanted.size.split("x"))
    print(f"{'scene':34}{'frames':>7}{'Pillow':>10}{'gdanim':>10}{'ratio':>7}  PSNR, SSIM of both")
    for script in wanted.scripts or sorted(SCENES.glob("*.py")):
        for function in load(script).scenes:
            scene = replace(function(), size=(width, height), fps=wanted.fps)
            print(f"{function.file_name:34}{compared(scene.film())}", flush=True)


def compared(film: Film) -> str:
    """Save the film in both ways: the row of the table."""
    with tempfile.TemporaryDirectory() as folder:
        ours, pillow = Path(folder, "ours.gif"), Path(folder, "pillow.gif")
        save(film, ours, GIF)
        with plain_style(film.clip.theme):
            film.animation().save(pillow, writer=PillowWriter(film.timeline.fps))
        sizes = [path.stat().st_size for path in (pillow, ours)]
        looks = look(film, pillow, ours)
    row = f"{len(film):7}{sizes[0]:10}{sizes[1]:10}{sizes[0] / sizes[1]:7.2f}"
    return f"{row}  {looks[0]}   {looks[1]}"


def look(film: Film, *paths: Path) -> list[str]:
    """PSNR in decibels and SSIM of each GIF's frames against the film's."""
    frames = zip(truth(film), *(decoded(path, film.size) for path in paths), strict=True)
    found = np.array([[(psnr(a, b), ssim(a, b)) for b in others] for a, *others in frames])
    means, worst = found.mean(axis=0), found.min(axis=0)
    return [
        f"{means[k, 0]:.1f}/{worst[k, 0]:.1f} {means[k, 1]:.5f}/{worst[k, 1]:.5f}"
        for k in range(len(paths))
    ]


def truth(film: Film) -> Iterator[Frame]:
    """The frames as they are drawn."""
    with plain_style(film.clip.theme), film.canvas.settled(film.show(0)):
        for frame in range(len(film)):
            yield np.asarray(film.draw(frame))[..., :3].astype(float)


def decoded(path: Path, size: tuple[int, int]) -> Iterator[Frame]:
    """The frames of a file, one in memory at a time."""
    command = [ffmpeg.executable(), "-v", "error", "-i", f"{path}", "-f", "rawvideo"]
    with subprocess.Popen([*command, "-pix_fmt", "rgb24", "-"], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        while pixels := process.stdout.read(size[0] * size[1] * 3):
            yield np.frombuffer(pixels, np.uint8).reshape(size[1], size[0], 3).astype(float)


def psnr(a: Frame, b: Frame) -> float:
    """10 log10(255^2 / mean squared error), at most 99."""
    return float(10 * np.log10(255**2 / max(((a - b) ** 2).mean(), 1e-9))) if (a != b).any() else 99


def ssim(a: Frame, b: Frame) -> float:
    """Structural similarity of the luma, over blocks of 8 by 8."""
    x, y = blocks(a @ (0.2126, 0.7152, 0.0722)), blocks(b @ (0.2126, 0.7152, 0.0722))
    mean_x, mean_y = x.mean(axis=-1), y.mean(axis=-1)
    covariance = (x * y).mean(axis=-1) - mean_x * mean_y
    light = (2 * mean_x * mean_y + C1) / (mean_x**2 + mean_y**2 + C1)
    structure = (2 * covariance + C2) / (x.var(axis=-1) + y.var(axis=-1) + C2)
    return float((light * structure).mean())


def blocks(luma: Frame) -> Frame:
    """`[blocks, 64]`, without what is left over at the edges."""
    rows, columns = (length // BLOCK for length in luma.shape)
    cut = luma[: rows * BLOCK, : columns * BLOCK].reshape(rows, BLOCK, columns, BLOCK)
    return cut.swapaxes(1, 2).reshape(rows * columns, BLOCK * BLOCK)


if __name__ == "__main__":
    main()
