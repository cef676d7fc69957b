"""What a user is shown, without a traceback."""

import difflib
from collections.abc import Iterable

# So many words stand in one line.
FEW = 8


class GdanimError(Exception):
    """A mistake that the user can mend: what is wrong, what is allowed, what to do.

    The command line prints the message alone; `gdanim --debug` adds the traceback.
    """


class RequestError(GdanimError):
    """What was asked for does not exist or is not allowed: an option, a knob, a file's name.

    The command line's exit code is 2 for these, as for any wrong usage, and 1 for other errors.
    """


def expect(name: str, value: object, kind: type, example: str) -> None:
    """GdanimError, with an `example` of what is allowed, unless `value` is a `kind`."""
    if not isinstance(value, kind):
        article = "an" if kind.__name__[0] in "AEIOU" else "a"
        raise GdanimError(
            f"{name}: must be {article} {kind.__name__}, such as {example}; got {value!r:.80}"
        )


def listed(values: Iterable[object]) -> str:
    """The values with commas between; of more than a few, the first ones and the last."""
    words = [f"{value}" for value in values]
    return ", ".join(words if len(words) <= FEW else [*words[:3], "...", words[-1]])


def did_you_mean(name: str, names: Iterable[str], cutoff: float = 0.5) -> str:
    """Return `; did you mean lr?` with the names closest to `name`, or nothing if none is close."""
    close = difflib.get_close_matches(name, list(names), cutoff=cutoff)
    return f"; did you mean {' or '.join(close)}?" if close else ""
