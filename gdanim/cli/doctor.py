"""`gdanim doctor`."""

from __future__ import annotations

from pathlib import Path

import click

from gdanim.cli.group import Command, debug_option
from gdanim.cli.messages import say
from gdanim.errors import GdanimError
from gdanim.film.defaults import OUTPUT


@click.command(cls=Command)
@debug_option
def doctor() -> None:
    """Check that gdanim and everything it depends on work.

    Every format and codec is tried by rendering a short clip.
    """
    from gdanim.cli._doctor_checks import findings

    failed = []
    for finding in findings(Path(OUTPUT)):
        say(f"{'ok' if finding.works else 'FAIL':6}{finding.name:18}{finding.detail}")
        if not finding.works:
            failed.append(finding.name)
    if failed:
        raise GdanimError(f"these checks failed: {', '.join(failed)}; see above for what to do")
