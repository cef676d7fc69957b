"""`gdanim batch`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from gdanim.cli.group import Command, debug_option
from gdanim.core.quick_import import import_without_docstrings
from gdanim.errors import RequestError


@click.command(cls=Command)
@click.argument("plan", metavar="PLAN.toml|DIR", type=click.Path(exists=True, path_type=Path))
@click.option(
    "-j",
    "--jobs",
    metavar="N",
    type=click.IntRange(1),
    help="Number of worker processes.  [default: the number of cores]",
)
@click.option("--dry-run", is_flag=True, help="Show what would be rendered, and why, and stop.")
@click.option("--force", is_flag=True, help="Render everything, even what is up to date.")
@click.option("--keep-going", is_flag=True, help="Render the other clips when one fails.")
@click.option(
    "--watch", is_flag=True, help="Keep running, and re-render when an input file changes."
)
@click.option(
    "--report", metavar="FILE", type=click.Path(path_type=Path), help="JSON file for the results."
)
@click.option(
    "--dask", metavar="ADDRESS", help="Address of a Dask scheduler whose cluster does the work."
)
@debug_option
def batch(
    plan: Path, jobs: int | None, dry_run: bool, watch: bool, force: bool, **wishes: Any
) -> None:
    """Render the videos of a plan, or of all scripts in a folder.

    Only what is missing or has changed is rendered. The whole plan is checked before the first
    frame is drawn.
    """
    if dry_run and (watch or wishes["report"]):
        raise RequestError(
            "--dry-run renders nothing: it cannot be combined with --watch or --report"
        )
    if jobs and wishes["dask"]:
        raise RequestError(
            "-j is for this machine and --dask for a cluster: they cannot be combined"
        )
    from gdanim.batch import receipt

    asks = force or watch or wishes["report"] or wishes["dask"]
    if not asks and (lines := receipt.unchanged(plan)):
        click.echo("\n".join(lines) if dry_run else f"{len(lines)} kept; 0 frames in 0 s")
        return
    import_without_docstrings()
    from gdanim.batch import commands

    if dry_run:
        commands.show(plan, force, wishes["keep_going"])
    elif watch:
        commands.watch(plan, jobs, force, **wishes)
    else:
        commands.make(plan, jobs, force, **wishes)
