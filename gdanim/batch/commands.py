"""`gdanim batch`, without its options."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import click

from gdanim.batch import report as words
from gdanim.batch.batch import FAILED, Result, examine, run, tidy
from gdanim.batch.plan import read
from gdanim.batch.sites import Here, Site
from gdanim.batch.watching import Sources, sources_of, state_of, until_changed
from gdanim.errors import GdanimError
from gdanim.film.workers import cores
from gdanim.rendering.quality import OUTPUT

# Next to the outputs: the runs that each plan has recorded, so that a change of the look alone
# descends nowhere.
RUNS = Path(OUTPUT, ".gdanim-runs")


def show(plan: Path, force: bool, keep_going: bool) -> None:
    """Say what would be made, and why."""
    for item in examine(read(plan), force, keep_going):
        click.echo(words.planned(item))


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
    items = examine(read(plan), force, keep_going)
    # A plan's own name, where it was given as `.` or `..`.
    runs = (Path() if plan.is_dir() else plan.parent) / RUNS / plan.resolve().name
    results = run(items, _site(runs, jobs, dask), keep_going, _tell)
    tidy(items, runs)
    seconds = time.monotonic() - begun
    if report is not None:
        words.write(report, results, seconds)
    click.echo(words.summary(results, seconds))
    if failed := sum(result.status == FAILED for result in results):
        raise GdanimError(f"{failed} of {len(results)} clips failed; see above")


def _site(runs: Path, jobs: int | None, dask: str | None) -> Site:
    if dask is not None:
        from gdanim.batch.cluster import join

        return join(dask)
    return Here(jobs or cores(), runs)


def _tell(result: Result, done: int, total: int, left: float) -> None:
    click.echo(words.line(result, done, total, left))


def watch(plan: Path, jobs: int | None, force: bool, **wishes: Any) -> None:
    """Make what has changed now, and again after every change of a file, until interrupted."""
    sources = Sources()
    while True:
        # What was read once counts on, as a script that fails now reads less.
        sources |= sources_of(plan)
        state = state_of(sources)
        try:
            make(plan, jobs, force, **wishes)
        except GdanimError as error:
            click.echo(f"Error: {error}", err=True)
        force = False
        click.echo("watching; Ctrl-C ends it")
        until_changed(sources, state)
