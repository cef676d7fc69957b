"""`gdanim batch`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from gdanim.cli.group import Command, debug_option
from gdanim.errors import RequestError


@click.command(cls=Command)
@click.argument("plan", metavar="PLAN.toml|DIR", type=click.Path(exists=True, path_type=Path))
@click.option("-j", "--jobs", type=click.IntRange(1), help="Worker processes.  [default: cores]")
@click.option("--dry-run", is_flag=True, help="Show what would be made, and why; make nothing.")
@click.option("--force", is_flag=True, help="Make everything, changed or not.")
@click.option("--keep-going", is_flag=True, help="Make the other clips when one fails.")
@click.option("--watch", is_flag=True, help="Begin again whenever a file that is read is saved.")
@click.option("--report", type=click.Path(path_type=Path), help="Write the results as JSON.")
@click.option("--dask", metavar="ADDRESS", help="Make them on the cluster of this scheduler.")
@debug_option
def batch(plan: Path, jobs: int | None, dry_run: bool, watch: bool, **wishes: Any) -> None:
    """Make all videos of a plan, or of a folder of scripts: only what has changed.

    All of the plan is checked before the first frame is drawn.
    """
    from gdanim.batch import commands

    if dry_run and (watch or wishes["report"]):
        raise RequestError("--dry-run: makes nothing to watch or report; leave one of them away")
    if jobs and wishes["dask"]:
        raise RequestError("-j: is for this machine, --dask for a cluster; leave one of them away")
    if dry_run:
        commands.show(plan, wishes["force"], wishes["keep_going"])
    elif watch:
        commands.watch(plan, jobs, **wishes)
    else:
        commands.make(plan, jobs, **wishes)
