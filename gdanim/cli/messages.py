"""Progress and results of rendering, as text for the terminal."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gdanim.core.numbers import counted, file_size
from gdanim.errors import printable, printable_lines

if TYPE_CHECKING:
    from gdanim.film.progress import Progress
    from gdanim.rendering.result import Rendered

# Seconds before anything is said.
PATIENCE = 1.0


def say(text: str, err: bool = False) -> None:
    """Print a text without control characters, which could move a terminal's cursor."""
    click.echo(printable_lines(text), err=err)


@contextmanager
def bar(path: Path, frames: int) -> Iterator[Progress]:
    """Show progress on stderr: a bar on a terminal, otherwise a line for each file."""
    with click.progressbar(length=frames, label=printable(f"{path}"), file=sys.stderr) as bar:
        yield lambda done, total: bar.update(done - bar.pos)


@contextmanager
def told(what: str) -> Iterator[None]:
    """Say on stderr what is being done if it takes longer than a second."""
    timer = threading.Timer(PATIENCE, say, (what,), {"err": True})
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def report(rendered: Rendered, seconds: float) -> str:
    """Describe a file: `output/line.mp4: 1280x720, 300 frames, 10 s, 412 kB, made in 9.3 s`.

    `seconds` is how long the user has waited for it.
    """
    width, height = rendered.size
    length = (
        f"{counted(rendered.frames, 'frame')}, {rendered.seconds:.3g} s, "
        if rendered.seconds
        else ""
    )
    others = "with " * bool(rendered.sidecars) + ", ".join(path.name for path in rendered.sidecars)
    return (
        f"{printable(str(rendered.path))}: {width}x{height}, {length}{file_size(rendered.bytes)}, "
        f"made in {seconds:.1f} s"
    ) + "".join(f"; {text}" for text in (rendered.notice, others) if text)
