"""Batches: the points, shuffled anew in every epoch, and dealt out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gdanim.core.arrays import Ints, check_int
from gdanim.errors import GdanimError

# What stands in a recorded batch for a point that a short batch has not.
PADDING = -1


@dataclass(frozen=True)
class Batches:
    """`points` points in batches of `size`, in an order that `seed` and the epoch's number decide.

    Every point comes once in each epoch; where `size` does not divide `points`, the epoch's last
    batch is shorter, as in torch's DataLoader. Runs side by side see the same batches, so each is
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
        """How many batches an epoch has."""
        return -(-self.points // self.size)

    def order(self, epoch: int) -> Ints:
        """The points in the order of that epoch, 0 being the first, `[N]`."""
        return np.random.default_rng((self.seed, epoch)).permutation(self.points)

    def from_first(self) -> Iterator[Ints]:
        """The batches of the first step, of the second, and so on without end, `[B]` each."""
        epoch = 0
        while True:
            order = self.order(epoch)
            for first in range(0, self.points, self.size):
                yield order[first : first + self.size]
            epoch += 1
