"""Rendering from several threads, inside a running event loop and in a forked process."""

from __future__ import annotations

import asyncio
import os
import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import matplotlib as mpl
import pytest

from gdanim import Every, GradientDescent, Linear, Mathtext, Problem, Scene, datasets, render, views
from gdanim.encoding.formats import MP4
from gdanim.errors import GdanimError
from gdanim.film.film import Film
from gdanim.film.save import save
from gdanim.film.style import plain_style
from gdanim.film.workers import Workers

TITLES = [
    Mathtext(rf"$\sum_{{i={k}}}^{{n}} \frac{{x_i^{k}}}{{\sqrt{{\eta_{k}}}}}$") for k in range(2)
]


def scene(number: int) -> Scene:
    problem = Problem(datasets.linear(points=12), Linear())
    theme = (views.LIGHT, views.DARK)[number]
    return Scene(
        problem, GradientDescent(0.02), start=(0, 5), steps=4, size=(320, 180),
        title=TITLES[number], theme=theme, pace=Every(1, 0, 0),
    )  # fmt: skip


def rendered(number: int, folder: Path) -> bytes:
    path = folder / f"{number}-{threading.get_ident()}.apng"
    render(scene(number), path)
    return path.read_bytes()


def animated(number: int, folder: Path) -> bytes:
    path = folder / f"{number}-{threading.get_ident()}.apng"
    scene(number).animation().save(path)
    return path.read_bytes()


def embedded(number: int, folder: Path) -> bytes:
    # The ids of the page's elements are random.
    page = re.sub("[0-9a-f]{32}", "", scene(number).animation().to_jshtml())
    return page.encode()


@pytest.mark.parametrize("work", [rendered, animated, embedded])
def test_threads_make_what_one_makes_alone(
    work: Callable[[int, Path], bytes], tmp_path: Path
) -> None:
    before = dict(mpl.rcParams)
    numbers = [0, 1, 0, 1]
    alone = [work(number, tmp_path) for number in (0, 1)]
    assert alone[0] != alone[1]
    with ThreadPoolExecutor(len(numbers)) as threads:
        made = list(threads.map(lambda number: work(number, tmp_path), numbers))
    assert made == [alone[number] for number in numbers]
    assert dict(mpl.rcParams) == before


def test_inside_a_running_event_loop(tmp_path: Path) -> None:
    async def several() -> list[bytes]:
        own = rendered(0, tmp_path)
        others = [asyncio.to_thread(rendered, number, tmp_path) for number in (0, 1)]
        return [own, *await asyncio.gather(*others)]

    first, again, other = asyncio.run(several())
    assert first == again != other


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_fork_waits_for_a_frame_and_its_child_renders(tmp_path: Path) -> None:
    size, holding = mpl.rcParams["font.size"], threading.Event()

    def draw() -> None:
        with plain_style(views.LIGHT), mpl.rc_context({"font.size": 31}):
            holding.set()
            threading.Event().wait(0.2)

    expected = rendered(0, tmp_path)
    thread = threading.Thread(target=draw)
    thread.start()
    holding.wait()
    child = os.fork()
    if not child:
        # The other thread is not in here to finish its frame and to restore the settings.
        try:
            assert mpl.rcParams["font.size"] == size
            assert rendered(0, tmp_path) == expected
            os._exit(0)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    thread.join()
    assert status == 0
    with ThreadPoolExecutor(1) as other:
        assert other.submit(rendered, 0, tmp_path).result() == expected


def test_one_thread_at_a_time_draws_in_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside: list[int] = []

    def encode_all(film: Film, *_: object) -> int:
        inside.append(0)
        threading.Event().wait(0.1)
        count = len(inside)
        inside.pop()
        raise GdanimError(f"{count} at a time")

    monkeypatch.setattr("gdanim.film.save.encode_all", encode_all)
    film = replace(scene(0), pace=Every(1, 30, 30)).film()

    def saved(number: int) -> str:
        with pytest.raises(GdanimError) as caught:
            save(film, tmp_path / f"{number}.mp4", MP4, workers=Workers(2))
        return str(caught.value)

    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(saved, range(2))) == ["1 at a time"] * 2
