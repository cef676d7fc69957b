"""`gdanim doctor`."""

from __future__ import annotations

from pathlib import Path

import click

from gdanim.cli.group import Command, debug_option
from gdanim.errors import GdanimError
from gdanim.rendering.quality import OUTPUT


@click.command(cls=Command)
@debug_option
def doctor() -> None:
    """Check what is installed, and whether it works."""
    from gdanim.cli._examination import examine

    failed = []
    for finding in examine(Path(OUTPUT)):
        click.echo(f"{'ok' if finding.works else 'FAIL':6}{finding.name:18}{finding.detail}")
        if not finding.works:
            failed.append(finding.name)
    if failed:
        raise GdanimError(f"{', '.join(failed)}: see above for what to do")
