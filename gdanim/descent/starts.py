"""Many random starts."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from gdanim.arrays import Floats, whole


class Drawn(Protocol):
    """What can draw a start: a Model, a Problem, an Objective."""

    def init(self, rng: np.random.Generator) -> Floats:
        """A random start `[P]`."""


def starts(model: Drawn, rng: np.random.Generator | int, n: int) -> Floats:
    """`n` random starts as `model` suggests them, `[n, P]`, for `descend` or a Scene.

    `rng` is a generator or its seed. The first k are those of `starts(model, rng, k)`, and the
    first is the one that `descend` draws from that seed. Raises GdanimError for n below 1.
    """
    generator = np.random.default_rng(rng)
    return np.stack([model.init(generator) for _ in range(whole("n", n, least=1))])
