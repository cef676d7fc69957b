"""matplotlib's `save` with our writer: every frame drawn once, faults end it."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import pytest
from matplotlib.animation import FuncAnimation
from matplotlib.artist import Artist
from matplotlib.backend_bases import Event
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from gdanim.encoding import ffmpeg
from gdanim.encoding.formats import GIF, MP4
from gdanim.errors import GdanimError
from gdanim.film.canvas import FrameCanvas
from gdanim.film.writer import FilmWriter

FRAMES = 6


def figure(width: int = 64, height: int = 32) -> Figure:
    figure = Figure(figsize=(width / 100, height / 100), dpi=100)
    FrameCanvas(figure)
    return figure


def animation(figure: Figure, fault_at: int | None = None) -> FuncAnimation:
    def update(frame: int) -> list[Artist]:
        if frame == fault_at:
            raise ValueError("a fault in the drawing")
        figure.set_facecolor((frame / FRAMES, 0, 0))
        return []

    return FuncAnimation(
        figure, update, frames=FRAMES, init_func=lambda: [], cache_frame_data=False
    )


def test_the_canvas_draws_only_when_told() -> None:
    canvas = figure(4, 2).canvas
    assert isinstance(canvas, FrameCanvas)
    draws: list[Event] = []
    canvas.mpl_connect("draw_event", draws.append)
    canvas.draw_idle()
    assert draws == []
    canvas.figure.set_facecolor((1, 0, 1))
    assert canvas.picture().tobytes() == bytes([255, 0, 255, 255]) * 4 * 2
    assert len(draws) == 1


def test_every_frame_is_drawn_once(tmp_path: Path) -> None:
    fig = figure()
    draws: list[Event] = []
    fig.canvas.mpl_connect("draw_event", draws.append)
    writer = FilmWriter(MP4, fps=10)
    animation(fig).save(tmp_path / "a.mp4", writer=writer)
    assert len(draws) == writer.frames == FRAMES
    assert ffmpeg.count_frames(tmp_path / "a.mp4") == FRAMES


def test_the_users_dpi_for_savefig_changes_nothing(tmp_path: Path) -> None:
    with mpl.rc_context({"savefig.dpi": 300, "savefig.bbox": "tight"}):
        fig = figure()
        animation(fig).save(tmp_path / "a.mp4", writer=FilmWriter(MP4, fps=10))
    assert ffmpeg.count_frames(tmp_path / "a.mp4") == FRAMES
    assert fig.dpi == 100


def test_a_fault_does_not_complete_the_file(tmp_path: Path) -> None:
    writer = FilmWriter(MP4, fps=10)
    with pytest.raises(ValueError, match="a fault"):
        animation(figure(), fault_at=4).save(tmp_path / "a.mp4", writer=writer)
    assert writer.frames == 4
    with pytest.raises(GdanimError):
        ffmpeg.count_frames(tmp_path / "a.mp4")


def test_setup_grab_and_finish_without_saving(tmp_path: Path) -> None:
    writer = FilmWriter(MP4, fps=10)
    writer.setup(figure(), tmp_path / "a.mp4")
    for _ in range(3):
        writer.grab_frame()
    writer.finish()
    assert ffmpeg.count_frames(tmp_path / "a.mp4") == 3


def test_refuses_a_size_that_the_format_cannot_hold(tmp_path: Path) -> None:
    with pytest.raises(GdanimError, match="^size: mp4 .*even"):
        animation(figure(65, 32)).save(tmp_path / "a.mp4", writer=FilmWriter(MP4, fps=10))
    assert list(tmp_path.iterdir()) == []


def test_refuses_a_canvas_that_draws_when_idle(tmp_path: Path) -> None:
    fig = figure()
    FigureCanvasAgg(fig)
    with pytest.raises(GdanimError, match="^figure: .*FrameCanvas$"):
        animation(fig).save(tmp_path / "a.mp4", writer=FilmWriter(MP4, fps=10))


def test_refuses_a_gif_without_palette() -> None:
    with pytest.raises(GdanimError, match="^palette: gif needs one"):
        FilmWriter(GIF, fps=10)
