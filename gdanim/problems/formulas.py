"""What can go wrong in a formula that someone has written, in words.

Apart from `tracing`, so that autograd is loaded only where a formula's derivative is wanted.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from gdanim.errors import GdanimError

BRANCH = (
    "it cannot branch on values (if, and, or, min, max), for it gets those of many steps at once; "
    "write np.where(condition, a, b), np.minimum, np.maximum"
)
SCALAR = (
    "float(...) and the functions of math take one number, but it gets those of many steps at "
    "once; use NumPy's functions, such as np.exp"
)


class UntraceableError(Exception):
    """A formula does what autograd cannot follow; the message says what, and what to write."""


@contextmanager
def explained(where: str, arrays: str, hint: str) -> Iterator[None]:
    """Whatever a formula raises becomes a GdanimError: `where`, what to write instead, a hint.

    `arrays` says what it gets.
    """
    try:
        with np.errstate(all="ignore"):
            yield
    except Exception as error:
        raise GdanimError(f"{where}: {_advice(error, arrays)}{hint}") from error


def _advice(error: Exception, arrays: str) -> str:
    """What to write instead of what raised `error` when a formula got arrays, or traced ones."""
    if isinstance(error, UntraceableError):
        return f"{error}"
    if "truth value" in f"{error}":
        return BRANCH
    if "converted to Python scalars" in f"{error}" or "must be real number" in f"{error}":
        return SCALAR
    return f"{type(error).__name__}: {error}; it gets {arrays}; write it elementwise, in NumPy"
