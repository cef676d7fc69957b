"""What a batch says: one line a clip, a summary, and a report for machines."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gdanim.batch.batch import FAILED, KEPT, MADE, STOPPED, Item, Result
from gdanim.core.atomic import replacing


def outputs_of(item: Item) -> str:
    """The item's files: `output/line.mp4, output/line.gif`; its script where nobody knows them."""
    return ", ".join(str(output.path) for output in item.clip.outputs) or item.clip.selection


def planned(item: Item) -> str:
    """What is to become of a clip, and why."""
    what = f"fails: {item.error}" if item.error else f"make ({item.why})" if item.why else "keep"
    return f"{outputs_of(item)}: {what}"


def line(result: Result, done: int, total: int, left: float) -> str:
    """What became of a clip, and how far the batch is."""
    if result.status == FAILED:
        what = f"failed: {result.error}"
    else:
        frames, took = frames_of([result]), sum(file.elapsed for file in result.files)
        what = f"made ({result.item.why}), {frames} frames in {took:.1f} s"
        notices = dict.fromkeys(file.notice for file in result.files if file.notice)
        what += "".join(f"; {notice}" for notice in notices)
    ahead = f", about {clock(left)} left" if done < total else ""
    return f"[{done}/{total}{ahead}] {outputs_of(result.item)}: {what}"


def summary(results: Sequence[Result], seconds: float) -> str:
    """How many clips were made, kept and failed, and which failed and why."""
    counts = Counter(result.status for result in results)
    numbers = [f"{counts[status]} {status}" for status in (MADE, KEPT, FAILED, STOPPED)]
    shown = [text for text in numbers if not text.startswith("0 ")]
    lines = [f"{', '.join(shown)}; {frames_of(results)} frames in {clock(seconds)}"]
    for result in results:
        if result.status == FAILED:
            lines.append(f"  {result.item.clip.where}: {outputs_of(result.item)}: {result.error}")
    return "\n".join(lines)


def frames_of(results: Sequence[Result]) -> int:
    """How many frames the files have that were made."""
    return sum(file.frames for result in results for file in result.files)


def clock(seconds: float) -> str:
    """`8 s`, `2:05`, `1:02:05`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}:{minutes:02}:{rest:02}"
    return f"{minutes}:{rest:02}" if minutes else f"{rest} s"


def write(path: Path, results: Sequence[Result], seconds: float) -> None:
    """The results as JSON; the file changes only when it is complete."""
    tree = {"format": 1, "seconds": round(seconds, 3), "clips": [_clip(r) for r in results]}
    with replacing(path) as part:
        part.write_text(json.dumps(tree, indent=1, ensure_ascii=False), encoding="utf-8")


def _clip(result: Result) -> dict[str, Any]:
    clip = result.item.clip
    return {
        "where": clip.where,
        "scene": clip.selection,
        "knobs": clip.knobs,
        "outputs": [output.path.as_posix() for output in clip.outputs],
        "status": result.status,
        "why": result.item.why,
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
