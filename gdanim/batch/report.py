"""What a batch prints: a line for each clip, a summary, and a JSON report."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gdanim.batch.execute import FAILED, KEPT, MADE, NOT_BEGUN, ClipResult
from gdanim.batch.staleness import ExaminedClip
from gdanim.core.atomic import replacing
from gdanim.errors import printable, printable_lines


def _outputs_of(examined: ExaminedClip) -> str:
    """List the clip's files; if they are unknown, its script."""
    clip = examined.clip
    return printable(", ".join(str(output.path) for output in clip.outputs) or clip.selection)


def planned(examined: ExaminedClip) -> str:
    """Say what would be done with a clip, and why."""
    what = f"make ({examined.why})" if examined.why else "keep"
    return f"{_outputs_of(examined)}: " + (
        f"fails: {printable_lines(examined.error)}" if examined.error else what
    )


def line(result: ClipResult, done: int, total: int, left: float) -> str:
    """Say what became of a clip, and how far the batch has got."""
    if result.status == FAILED:
        what = f"failed: {printable_lines(result.error)}"
    else:
        seconds = sum(file.elapsed for file in result.files)
        what = f"made ({result.examined.why}), {result.frames} frames in {seconds:.1f} s"
        notices = dict.fromkeys(file.notice for file in result.files if file.notice)
        what += "".join(f"; {notice}" for notice in notices)
    ahead = f", about {duration(left)} left" if done < total else ""
    return f"[{done}/{total}{ahead}] {_outputs_of(result.examined)}: {what}"


def totals(results: Sequence[ClipResult], seconds: float) -> str:
    """Count the clips made, kept and failed, and say which failed and why."""
    counts = Counter(result.status for result in results)
    numbers = [f"{counts[status]} {status}" for status in (MADE, KEPT, FAILED, NOT_BEGUN)]
    shown = [text for text in numbers if not text.startswith("0 ")]
    frames = sum(result.frames for result in results)
    failed = [
        f"  {one.examined.clip.where}: {_outputs_of(one.examined)}: {printable_lines(one.error)}"
        for one in results
        if one.status == FAILED
    ]
    return "\n".join([f"{', '.join(shown)}; {frames} frames in {duration(seconds)}", *failed])


def duration(seconds: float) -> str:
    """`8 s`, `2:05`, `1:02:05`."""
    minutes, rest = divmod(round(seconds), 60)
    if minutes >= 60:
        return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"
    return f"{minutes}:{rest:02}" if minutes else f"{rest} s"


def write(path: Path, results: Sequence[ClipResult], seconds: float) -> None:
    """Write the results as JSON; the file changes only when it is complete."""
    tree = {"format": 1, "seconds": round(seconds, 3), "clips": [_clip(r) for r in results]}
    with replacing(path) as part:
        text = printable_lines(json.dumps(tree, indent=1, ensure_ascii=False))
        part.write_text(text, encoding="utf-8")


def _clip(result: ClipResult) -> dict[str, Any]:
    clip = result.examined.clip
    return {
        "where": clip.where,
        "scene": clip.selection,
        "knobs": clip.knobs,
        "outputs": [output.path.as_posix() for output in clip.outputs],
        "status": result.status,
        "why": result.examined.why,
        "error": result.error or None,
        "files": [
            {
                "path": file.path.as_posix(),
                "width": file.size[0],
                "height": file.size[1],
                "frames": file.frames,
                "seconds": file.seconds,
                "bytes": file.bytes,
                "took": round(file.elapsed, 3),
                "outcome": str(file.outcome),
            }
            for file in result.files
        ],
    }
