"""What a page asks of a session, what it answers, and how both are written.

Requests are JSON objects: `ask`, the name of the class in small letters; `number`, which grows
from request to request; and the other fields. The fields of `Look` stand among them. Answers are
JSON objects with `kind` and the fields of the class, `number` that of the request. Pictures and
files are binary: four bytes, little-endian, with the length of a JSON object of their other
fields; that object; then the content. That of a picture are the pixels of its rectangles, one
after the other, in rows of RGBA.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from gdanim.errors import RequestError
from gdanim.film.defaults import Size, check_size
from gdanim.playground.by_hand import (
    FEWEST_POINTS,
    LARGEST,
    MOST_PARAMETERS,
    MOST_POINTS,
    Hands,
    Point,
)
from gdanim.playground.controls import Control

# Characters of a request: all knobs of a scene and its points, and no script.
LONGEST_REQUEST = 16_384
# Left, top, width and height in pixels.
Rectangle = tuple[int, int, int, int]


@dataclass(frozen=True)
class Look:
    """What is on the stage: a scene by its key, its knobs as texts, theme and size, what was moved.

    Knobs that are not named have their defaults. Without a theme or a size, it is the scene's own,
    as are an empty start and no points.
    """

    scene: str
    knobs: Mapping[str, str] = field(default_factory=dict)
    theme: str = ""
    size: Size | None = None
    start: tuple[float, ...] = ()
    points: tuple[Point, ...] = ()


@dataclass(frozen=True)
class Show:
    """Asks for a frame: of a new look, About and Picture, else Picture alone."""

    number: int
    look: Look
    frame: int = 0


@dataclass(frozen=True)
class Explain:
    """Asks for an Explanation of the runs."""

    number: int
    look: Look


@dataclass(frozen=True)
class Video:
    """Asks for the video, a File."""

    number: int
    look: Look


@dataclass(frozen=True)
class Stop:
    """Gives up whatever this session is asked for."""

    number: int


Request = Show | Explain | Video | Stop


@dataclass(frozen=True)
class Entry:
    """A scene in the gallery: its key, script, title, what its author says of it, its controls."""

    key: str
    script: str
    title: str
    text: str
    controls: Sequence[Control]


@dataclass(frozen=True)
class Gallery:
    """The scenes that there are, and what is wrong with scripts that cannot be read."""

    scenes: Sequence[Entry]
    errors: Sequence[str] = ()


@dataclass(frozen=True)
class Training:
    """How far the training is that a request waits for."""

    number: int
    taken: int
    steps: int


@dataclass(frozen=True)
class Drawing:
    """How many frames of a video are drawn."""

    number: int
    drawn: int
    frames: int


@dataclass(frozen=True)
class Line:
    """A caption, from its first frame to its last."""

    text: str
    first: int
    last: int


@dataclass(frozen=True)
class About:
    """All of a look but its pictures.

    `steps` are those of the frames, `losses` the loss of each run at each frame (None where it is
    not finite), `command` renders the same video (none does if something was moved by hand),
    `notice` is what is wrong with the scene.
    """

    number: int
    size: Size
    fps: int
    steps: Sequence[int]
    losses: Mapping[str, Sequence[float | None]]
    captions: Sequence[Line]
    description: str
    command: str
    notice: str
    hands: Hands


@dataclass(frozen=True)
class Explanation:
    """The runs explained, a paragraph each."""

    number: int
    paragraphs: Sequence[str]


@dataclass(frozen=True)
class Picture:
    """The rectangles that differ from the last picture of this session."""

    number: int
    frame: int
    size: Size
    rectangles: Sequence[Rectangle]
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class File:
    """A file to keep, with its name."""

    number: int
    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Failure:
    """Why a request cannot be met; the stage stays as it is."""

    number: int
    message: str


@dataclass(frozen=True)
class Stopped:
    """The request was given up, because of a newer one or because the reader stopped it."""

    number: int


Answer = Gallery | Training | Drawing | About | Explanation | Picture | File | Failure | Stopped


def written(answer: Answer) -> str | bytes:
    """Write an answer as a message."""
    kind = type(answer).__name__.lower()
    if isinstance(answer, Picture | File):
        fields = {name: value for name, value in vars(answer).items() if name != "content"}
        header = json.dumps({"kind": kind, **fields}).encode()
        return len(header).to_bytes(4, "little") + header + answer.content
    return json.dumps({"kind": kind, **asdict(answer)}, allow_nan=False)


def read_request(text: str) -> Request:
    """Read a request; RequestError if it is none."""
    if len(text) > LONGEST_REQUEST:
        raise RequestError(f"request: is longer than {LONGEST_REQUEST:,} characters")
    try:
        fields = json.loads(text)
        number, ask = _whole(fields["number"]), fields["ask"]
        if ask == "stop":
            return Stop(number)
        look = _look(fields)
        if ask == "show":
            return Show(number, look, _whole(fields.get("frame", 0)))
        if ask == "explain":
            return Explain(number, look)
        if ask == "video":
            return Video(number, look)
    except (KeyError, TypeError, ValueError, RecursionError):
        raise RequestError(f"request: cannot be read: {text[:80]}") from None
    raise RequestError(f"ask: must be show, explain, video or stop, got {ask!r:.80}")


def _look(fields: Mapping[str, Any]) -> Look:
    knobs, size = fields.get("knobs", {}), fields.get("size")
    if not isinstance(knobs, dict) or not all(isinstance(one, str) for one in knobs.values()):
        raise TypeError
    if size is not None:
        size = check_size((_whole(size[0]), _whole(size[1])))
    scene, theme = fields["scene"], fields.get("theme", "")
    if not isinstance(scene, str) or not isinstance(theme, str):
        raise TypeError
    return Look(scene, knobs, theme, size, _start(fields), _points(fields))


def _start(fields: Mapping[str, Any]) -> tuple[float, ...]:
    start = tuple(map(_finite, fields.get("start") or ()))
    if len(start) > MOST_PARAMETERS:
        raise RequestError(f"start: at most {MOST_PARAMETERS} parameters, got {len(start)}")
    return start


def _points(fields: Mapping[str, Any]) -> tuple[Point, ...]:
    points = tuple((_finite(x), _finite(y)) for x, y in fields.get("points") or ())
    if points and not FEWEST_POINTS <= len(points) <= MOST_POINTS:
        raise RequestError(f"points: must be {FEWEST_POINTS} to {MOST_POINTS}, got {len(points)}")
    return points


def _finite(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise TypeError
    if not abs(value) <= LARGEST:
        raise RequestError(f"start, points: numbers up to {LARGEST:g}, got {value:g}")
    return float(value)


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError
    return value
