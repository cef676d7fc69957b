"""A film of flat colours, and what ffmpeg makes of a file."""

from __future__ import annotations

import subprocess
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import imageio.v3 as iio
import numpy as np
from matplotlib.animation import FuncAnimation
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from gdanim.encoding import ffmpeg
from gdanim.film.canvas import FrameCanvas
from gdanim.film.film import Film
from gdanim.views.theme import LIGHT

ORANGE = (242, 142, 43)
BLUE = (37, 99, 201)
FRAMES = 12


class CountingCanvas(FrameCanvas):
    pictures = 0

    def picture(self) -> memoryview:
        self.pictures += 1
        return super().picture()


class Flat:
    """Stands in for a Film: orange, blue, and a grey that goes from black to white."""

    def __init__(self, size: tuple[int, int] = (96, 32), fps: int = 10) -> None:
        self.size = size
        self.timeline = SimpleNamespace(fps=fps)
        self.clip = SimpleNamespace(theme=LIGHT)
        # The half pixel keeps the canvas, which rounds down, from losing one.
        self.figure = Figure(figsize=((size[0] + 0.5) / 100, (size[1] + 0.5) / 100), dpi=100)
        self.canvas = CountingCanvas(self.figure)
        self.frames = FRAMES
        colours = [tuple(level / 255 for level in rgb) for rgb in (ORANGE, BLUE, (0, 0, 0))]
        for left, colour in zip((0, 1 / 3, 2 / 3), colours, strict=True):
            self.grey = Rectangle((left, 0), 1 / 3, 1, color=colour, lw=0, antialiased=False)
            self.figure.add_artist(self.grey)

    @property
    def drawn(self) -> int:
        return self.canvas.pictures

    def __len__(self) -> int:
        return self.frames

    def show(self, frame: int) -> list[Artist]:
        self.grey.set_facecolor((frame / (FRAMES - 1),) * 3)
        self.figure.stale = True
        return [self.grey]

    def draw(self, frame: int) -> memoryview:
        self.show(frame)
        return self.canvas.picture()

    @contextmanager
    def composed(self) -> Iterator[None]:
        with self.canvas.settled(self.show(0)):
            yield

    def animation(self, frames: range) -> FuncAnimation:
        return FuncAnimation(
            self.figure,
            self.show,
            frames=frames,
            init_func=lambda: [],
            cache_frame_data=False,
        )


def flat(size: tuple[int, int] = (96, 32), fps: int = 10) -> Film:
    return cast(Film, Flat(size, fps))


def described(path: Path) -> str:
    """What ffmpeg says of a file."""
    asked = subprocess.run([ffmpeg.executable(), "-i", str(path)], capture_output=True, text=True)
    return asked.stderr


def frame_shape(path: str | Path) -> tuple[int, ...]:
    """The height, width and channels of a video's frames, as imageio reads them."""
    # imageio-ffmpeg leaves its pipes to the garbage collector if ffmpeg has ended already.
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        return iio.improps(path, plugin="FFMPEG").shape[1:]


def decoded(path: Path, size: tuple[int, int]) -> NDArray[np.uint8]:
    """`[F, height, width, 3]`, converted as the file's tags say."""
    rgb = ("-f", "rawvideo", "-pix_fmt", "rgb24", "-sws_flags", "accurate_rnd+full_chroma_int")
    command = [ffmpeg.executable(), "-v", "error", "-i", str(path), *rgb, "-"]
    pixels = subprocess.run(command, capture_output=True, check=True).stdout
    return np.frombuffer(pixels, np.uint8).reshape(-1, size[1], size[0], 3)
