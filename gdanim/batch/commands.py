"""`gdanim batch`, without its options."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import click

from gdanim.batch import report as words
from gdanim.batch.execute import FAILED, ClipResult, run, tidy
from gdanim.batch.plan import read
from gdanim.batch.staleness import examine
from gdanim.batch.watching import sources_of, state_of, until_changed
from gdanim.core.pool import Pool, local_pool
from gdanim.errors import GdanimError
from gdanim.film.workers import cores
from gdanim.rendering.quality import OUTPUT

# Next to the outputs: the runs that each plan has recorded, so that they are not computed again
# when only the look has changed.
RUNS = Path(OUTPUT, ".gdanim-runs")


def show(plan: Path, force: bool, keep_going: bool) -> None:
    """Print what would be made, and why."""
    for examined in examine(read(plan), force, keep_going):
        click.echo(words.planned(examined))


def make(
    plan: Path,
    jobs: int | None,
    force: bool,
    keep_going: bool,
    report: Path | None,
    dask: str | None,
) -> None:
    """Make what has changed; GdanimError when a clip failed."""
    begun = time.monotonic()
    examined = examine(read(plan), force, keep_going)
    # A plan's own name, where it was given as `.` or `..`.
    runs = (Path() if plan.is_dir() else plan.parent) / RUNS / plan.resolve().name
    results = run(examined, _pool(jobs, dask), runs, keep_going, _tell)
    tidy(examined, runs)
    seconds = time.monotonic() - begun
    if report is not None:
        words.write(report, results, seconds)
    click.echo(words.summary(results, seconds))
    if failed := sum(result.status == FAILED for result in results):
        raise GdanimError(f"{failed} of {len(results)} clips failed; see above")


def _pool(jobs: int | None, dask: str | None) -> Pool:
    if dask is None:
        return local_pool(jobs or cores())
    from gdanim.batch.cluster import join

    return join(dask)


def _tell(result: ClipResult, done: int, total: int, left: float) -> None:
    click.echo(words.line(result, done, total, left))


def watch(plan: Path, jobs: int | None, force: bool, **options: Any) -> None:
    """Make what has changed now, and again after every change of a file, until interrupted."""
    sources = set[Path]()
    while True:
        # What was read once still counts, as a script that fails now reads less.
        sources |= sources_of(plan)
        state = state_of(sources)
        try:
            make(plan, jobs, force, **options)
        except GdanimError as error:
            click.echo(f"Error: {error}", err=True)
        force = False
        click.echo("watching; Ctrl-C ends it")
        until_changed(sources, state)
