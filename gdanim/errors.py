"""Errors that the user can correct, shown without a traceback."""

import difflib
from collections.abc import Iterable

# Longer lists are shown with their middle left out.
LONGEST_LIST = 8


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


class RequestError(GdanimError):
    """The request names something that does not exist or is not allowed, such as a knob or file.

    The exit code of the command line is 2 for these, as for any wrong usage, and 1 for other
    errors.
    """


class Notice(UserWarning):
    """What the user should know about a result that could be made: how something was read.

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
    ...     data = gdanim.datasets.from_frame({"x": [1, 1], "y": [2, 3]}, x="x", y="y")
    >>> print(caught[0].message)
    from_frame: all 2 points have the same x, so no slope can be found
    """


def expect(name: str, value: object, kind: type, example: str) -> None:
    """Raise GdanimError, with an `example` of what is allowed, unless `value` is a `kind`."""
    if not isinstance(value, kind):
        article = "an" if kind.__name__[0] in "AEIOU" else "a"
        raise GdanimError(
            f"{name}: must be {article} {kind.__name__}, such as {example}; got {value!r:.80}"
        )


def listed(values: Iterable[object]) -> str:
    """Join the values with commas; leave out the middle of a long list."""
    words = [f"{value}" for value in values]
    return ", ".join(words if len(words) <= LONGEST_LIST else [*words[:3], "...", words[-1]])


def did_you_mean(name: str, names: Iterable[str], cutoff: float = 0.5) -> str:
    """Return `; did you mean lr?` with the names closest to `name`, or nothing if none is close."""
    close = difflib.get_close_matches(name, list(names), cutoff=cutoff)
    return f"; did you mean {' or '.join(close)}?" if close else ""
