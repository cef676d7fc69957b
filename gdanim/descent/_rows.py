"""An array that grows row by row, in bounded memory."""

from __future__ import annotations

import os
import tempfile
import weakref
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import DTypeLike, NDArray

from gdanim.errors import GdanimError

# Rows are kept in memory up to this many bytes, and beyond that in a file.
LIMIT = 512 * 1024**2


class Rows:
    """An array that grows along its first axis.

    Beyond `limit` bytes (None: LIMIT) it is kept in a memory-mapped file in the temporary folder,
    which TMPDIR sets. The file has no name, or is deleted when it is closed, so that it disappears
    with the last array that was taken of it, whatever happens. Raises GdanimError if the folder has
    no room.
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        expected: int,
        dtype: DTypeLike = float,
        limit: int | None = None,
    ) -> None:
        self._shape, self._dtype = shape, np.dtype(dtype)
        self._limit = LIMIT if limit is None else limit
        self._row_bytes = max(1, int(np.prod(shape)) * self._dtype.itemsize)
        self._file: BinaryIO | None = None
        self._array = self._room(max(1, expected))
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def array(self) -> NDArray[Any]:
        """The rows so far, `[len, *shape]`: a view, not a copy."""
        return self._array[: self._count]

    def grow(self, count: int) -> NDArray[Any]:
        """Add `count` rows and return them, for the caller to fill."""
        first, self._count = self._count, self._count + count
        if self._count > len(self._array):
            self._enlarge(max(self._count, 2 * len(self._array)))
        return self._array[first : self._count]

    def _enlarge(self, rows: int) -> None:
        old, in_file = self._array, self._file is not None
        self._array = self._room(rows)
        # A longer map of the same file already holds the old rows.
        if not in_file:
            self._array[: len(old)] = old

    def _room(self, rows: int) -> NDArray[Any]:
        shape = (rows, *self._shape)
        if rows * self._row_bytes <= self._limit:
            return np.empty(shape, self._dtype)
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile(prefix="gdanim-")  # noqa: SIM115
                # The map stays valid when the file is closed.
                weakref.finalize(self, self._file.close)
            _reserve(self._file, rows * self._row_bytes)
            mapped = np.memmap(self._file, self._dtype, "r+", shape=shape)
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or "more than any file can hold"
            raise GdanimError(
                f"{tempfile.gettempdir()}: cannot keep {rows * self._row_bytes / 1e9:.1f} GB of "
                f"recorded steps: {reason}; set TMPDIR to a folder with more room"
            ) from error
        return mapped.view(np.ndarray)


def _reserve(file: BinaryIO, size: int) -> None:
    """Make the file `size` bytes long; OSError if there is no room for it."""
    if hasattr(os, "posix_fallocate"):
        # A file that is merely truncated to a length takes its room only when it is written to; a
        # process that then finds none is killed.
        os.posix_fallocate(file.fileno(), 0, size)
    else:
        file.truncate(size)
