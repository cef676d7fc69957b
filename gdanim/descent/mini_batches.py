"""Mini-batches: the points, shuffled anew in every epoch and dealt out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gdanim.core.arrays import Ints, check_int
from gdanim.errors import GdanimError

# Fills up short batches where they are recorded.
PADDING = -1


@dataclass(frozen=True)
class Batches:
    """Endless mini-batches of `size` out of `points` points, in an order that `seed` determines.

    Every point comes once in each epoch. If `size` does not divide `points`, the last batch of an
    epoch is shorter, as in torch's DataLoader. Runs side by side get the same batches, so each is
    the run that it would be alone. Raises GdanimError unless 1 <= size <= points.
    """

    points: int
    size: int
    seed: int = 0

    def __post_init__(self) -> None:
        check_int("seed", self.seed)
        if check_int("batch_size", self.size, least=1) > self.points:
            raise GdanimError(
                f"batch_size: must be at most {self.points}, the number of points, got {self.size}"
            )

    @property
    def steps(self) -> int:
        """The number of batches in an epoch."""
        return -(-self.points // self.size)

    def order(self, epoch: int) -> Ints:
        """Return the points `[N]` in the order of an epoch; the first is 0."""
        return np.random.default_rng((self.seed, epoch)).permutation(self.points)

    def __iter__(self) -> Iterator[Ints]:
        """Yield the batch `[B]` of each step, without end."""
        epoch = 0
        while True:
            order = self.order(epoch)
            for first in range(0, self.points, self.size):
                yield order[first : first + self.size]
            epoch += 1


@dataclass(frozen=True, eq=False)
class RecordedBatches:
    """The mini-batches `[S, B]` of a run, once more."""

    rows: Ints

    @property
    def size(self) -> int:
        """The largest number of points in a batch."""
        return int(self.rows.shape[1])

    def __iter__(self) -> Iterator[Ints]:
        """Yield the batch of each step."""
        for row in self.rows:
            yield row[row != PADDING]
