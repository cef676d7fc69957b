"""`gdanim batch`, without its options."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import click

from gdanim.batch import manifest, receipt
from gdanim.batch import report as words
from gdanim.batch.cluster import join
from gdanim.batch.deck import beside, planned_deck, write_deck
from gdanim.batch.execute import FAILED, run_batch, tidy
from gdanim.batch.pages import write_pages
from gdanim.batch.plan import job_of, read_plan, script_of
from gdanim.batch.staleness import ExaminedClip, examine
from gdanim.core.numbers import counted, file_size
from gdanim.core.pool import local_pool
from gdanim.errors import GdanimError
from gdanim.film.workers import cores
from gdanim.rendering.themes import project_files
from gdanim.scripting.opened_files import opened_files
from gdanim.scripting.watching import keep_making, read_by


def show(plan: Path, force: bool, keep_going: bool) -> None:
    """Print what would be made, and why."""
    for examined in examine(read_plan(plan), force, keep_going):
        click.echo(words.planned(examined))


def make(
    plan: Path,
    jobs: int | None,
    force: bool,
    keep_going: bool,
    report: Path | None,
    dask: str | None,
) -> None:
    """Make what has changed; GdanimError if a clip failed."""
    begun, since = time.monotonic(), time.time()
    with opened_files() as opened:
        clips = read_plan(plan)
        deck = planned_deck(plan, clips)
        examined = examine(clips, force, keep_going)
    runs = receipt.runs_of(plan)
    pool = join(dask) if dask else local_pool(jobs or cores())
    results = run_batch(
        examined, pool, runs, keep_going, lambda *done: click.echo(words.line(*done))
    )
    tidy(examined, runs)
    seconds = time.monotonic() - begun
    if report is not None:
        words.write(report, results, seconds)
    click.echo(words.totals(results, seconds))
    if failed := sum(result.status == FAILED for result in results):
        raise GdanimError(f"{failed} of {len(results)} clips failed; see above")
    for page in write_pages(plan, clips, jobs):
        click.echo(f"{page}: {file_size(page.stat().st_size)}")
    if deck is not None and write_deck(*deck, plan):
        click.echo(f"{deck[0]}: {counted(len(deck[1]), 'slide')}{beside(deck[0])}")
    if stand(examined):
        made = made_by(examined) | ({deck[0]} if deck else set())
        lines = [words.planned(replace(one, why=None)) for one in examined]
        receipt.write(plan, opened, project_files(), made, since, lines)


def stand(examined: Sequence[ExaminedClip]) -> bool:
    """Tell whether all files were made of the scenes that were examined."""
    entries = cache(manifest.entries_of)
    return all(one.entries for one in examined) and all(
        entries(path.parent)[path.name].scene == entry.scene
        for one in examined
        for output, entry in zip(one.clip.outputs, one.entries or (), strict=True)
        for path in output.paths
    )


def made_by(examined: Sequence[ExaminedClip]) -> set[Path]:
    """Return the files and pages of the clips, and the manifests that list them."""
    files = {path for one in examined for path in one.clip.files}
    pages = {one.clip.page.path for one in examined if one.clip.page}
    return files | pages | {path.with_name(manifest.NAME) for path in files}


def watch(plan: Path, jobs: int | None, force: bool, **options: Any) -> None:
    """Make what has changed now, and again after every change of a file, until interrupted."""

    def again() -> None:
        nonlocal force
        now, force = force, False
        make(plan, jobs, now, **options)

    keep_making(again, partial(sources_of, plan), click.echo)


def sources_of(plan: Path) -> set[Path]:
    """Find what is read for the plan's clips: files, and folders whose modules may be imported.

    A pyproject.toml counts before it exists.
    """
    folders = {plan if plan.is_dir() else plan.parent}

    def load() -> None:
        for clip in read_plan(plan):
            folders.add(script_of(clip).parent)
            with suppress(GdanimError):
                job_of(clip)

    return read_by(load) | folders | set(project_files())
