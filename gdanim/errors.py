"""Errors that the user can correct, shown without a traceback."""

import difflib
import re
import sysconfig
import traceback
from collections.abc import Iterable
from os import PathLike
from pathlib import Path

# Longer lists are shown with their middle left out.
LONGEST_LIST = 8
# As are longer names.
LONGEST_NAME = 80
# Control characters, ends of lines, marks of direction, and what no encoding can write: a terminal
# would act on them, or show another text than is there.
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)


class GdanimError(Exception):
    """An error that the user can correct.

    The message says in one line what is wrong, what is allowed and what to do. The command line
    prints only the message; `gdanim --debug` adds the traceback.

    See Also
    --------
    gdanim.render : Raises it if a video cannot be made.

    Examples
    --------
    >>> import gdanim
    >>> try:
    ...     gdanim.L2(-1)
    ... except gdanim.GdanimError as error:
    ...     print(error)
    L2: weight: must be at least 0, got -1
    """

    def _render_traceback_(self) -> list[str]:
        """Return what IPython shows: the lines of the reader's own code, and the message."""
        lines = [line for error in (self.__cause__, self) for line in _own_lines(error)]
        return [*dict.fromkeys(lines), f"{type(self).__name__}: {self}"]


def _own_lines(error: BaseException | None) -> list[str]:
    """Return the lines of code that led to the error, without those of libraries and of gdanim."""
    places = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    libraries = [f"{Path(__file__).parent}", *places]
    frames = traceback.extract_tb(error.__traceback__ if error else None)
    own = [one for one in frames if not one.filename.startswith((*libraries, "<"))]
    return [line for one in own for line in f"line {one.lineno}: {one.line}".splitlines()]


class RequestError(GdanimError):
    """The request names something that does not exist or is not allowed, such as a knob or file.

    The exit code of the command line is 2 for these, as for any wrong usage, and 1 for other
    errors.
    """


class Notice(UserWarning):
    """A result that was made, but that the user should know more about: how its input was read.

    A warning, so that Python's filters apply: `warnings.simplefilter("ignore", gdanim.Notice)`.

    See Also
    --------
    GdanimError : Raised where nothing can be made.

    Examples
    --------
    >>> import warnings
    >>> import gdanim
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     data = gdanim.Dataset([1, 1], [2, 3])
    >>> print(caught[0].message)
    Dataset: all 2 points have the same x, so no slope can be found
    """


def printable(text: str, keep: str = "") -> str:
    r"""Escape what could move, colour or hide other text, such as `\u001b`, but for `keep`.

    So a file's text cannot pass for anything else, and JSON keeps its meaning.
    """
    return _HIDDEN.sub(lambda one: one[0] if one[0] in keep else f"\\u{ord(one[0]):04x}", text)


def printable_lines(text: object) -> str:
    """Escape a text of several lines of ours; parts that are from files are `printable` before."""
    return printable(f"{text}", keep="\n\t")


def expect(name: str, value: object, kind: type, example: str) -> None:
    """Raise GdanimError, with an `example` of what is allowed, unless `value` is a `kind`."""
    if not isinstance(value, kind):
        article = "an" if kind.__name__[0] in "AEIOU" else "a"
        raise GdanimError(
            f"{name}: must be {article} {kind.__name__}, such as {example}; got {value!r:.80}"
        )


def path_of(value: str | PathLike[str], example: str, name: str = "path") -> Path:
    """Return a path; GdanimError, with an `example`, for what is none."""
    if not isinstance(value, str | PathLike):
        raise GdanimError(
            f"{name}: must be the name of a file, such as {example!r}; got {value!r:.80}"
        )
    return Path(value)


def listed(values: Iterable[object]) -> str:
    """Join the values with commas; leave out the middle of a long list."""
    words = [printable(f"{value}"[:LONGEST_NAME]) for value in values]
    return ", ".join(words if len(words) <= LONGEST_LIST else [*words[:3], "...", words[-1]])


def did_you_mean(name: str, names: Iterable[str], cutoff: float = 0.5) -> str:
    """Return `; did you mean lr?` with the names closest to `name`, or nothing if none is close."""
    known = {name[:LONGEST_NAME]: None for name in names}
    close = [*map(printable, difflib.get_close_matches(name[:LONGEST_NAME], known, cutoff=cutoff))]
    return f"; did you mean {' or '.join(close)}?" if close else ""
