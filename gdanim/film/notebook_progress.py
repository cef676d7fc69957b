"""Progress in a notebook: a bar below the cell while a file is made."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import Any

from gdanim.film.progress import Progress

# The least seconds between two changes of the bar.
PAUSE = 0.2


def notebook_display() -> Any:
    """Return the module with which IPython shows things in a notebook; None outside of one."""
    ipython: Any = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return ipython.display if getattr(shell, "kernel", None) is not None else None


@contextmanager
def notebook_bar(path: Path, frames: int) -> Iterator[Progress]:
    """Show how many of the frames are drawn; nothing outside of a notebook."""
    notebook = notebook_display()
    if notebook is None:
        yield lambda done, total: None
        return

    def bar(done: int, total: int) -> Any:
        counted = f"{escape(path.name)}: {done} of {total} frames"
        return notebook.HTML(f'<progress value="{done}" max="{total}"></progress> {counted}')

    shown, last = notebook.display(bar(0, frames), display_id=True), time.monotonic()

    def follow(done: int, total: int) -> None:
        nonlocal last
        if done == total or time.monotonic() - last > PAUSE:
            shown.update(bar(done, total))
            last = time.monotonic()

    yield follow
