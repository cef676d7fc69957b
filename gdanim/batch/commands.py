"""`gdanim batch`, without its options."""

from __future__ import annotations

import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import click

from gdanim.batch import report as words
from gdanim.batch.cluster import join
from gdanim.batch.deck import planned_deck, write_deck
from gdanim.batch.execute import FAILED, run_batch, tidy
from gdanim.batch.plan import job_of, read_plan, script_of
from gdanim.batch.staleness import examine
from gdanim.core.numbers import counted
from gdanim.core.pool import local_pool
from gdanim.errors import GdanimError
from gdanim.film.defaults import OUTPUT
from gdanim.film.workers import cores
from gdanim.rendering.themes import project_files
from gdanim.scripting.watching import keep_making, read_by

# Next to the outputs: the runs that each plan has recorded, so that they are not computed again
# when only the look has changed.
RUNS = Path(OUTPUT, ".gdanim-runs")


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
    begun = time.monotonic()
    clips = read_plan(plan)
    deck = planned_deck(plan, clips)
    examined = examine(clips, force, keep_going)
    # The plan's own name, even if it was given as `.` or `..`.
    runs = (Path() if plan.is_dir() else plan.parent) / RUNS / plan.resolve().name
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
    if deck is not None and write_deck(*deck, plan):
        click.echo(f"{deck[0]}: {counted(len(deck[1]), 'slide')}")


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
