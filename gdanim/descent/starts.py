"""Many random starts."""

from __future__ import annotations

import numpy as np

from gdanim.core.arrays import Floats, whole
from gdanim.errors import GdanimError
from gdanim.problems.model import Model
from gdanim.problems.objective import Landscape


def starts(model: Model | Landscape, rng: np.random.Generator | int, n: int) -> Floats:
    """`n` random starts as `model` suggests them, `[n, P]`, for `descend` or a Scene.

    `rng` is a generator or its seed. The first k are those of `starts(model, rng, k)`, and the
    first is the one that `descend` draws from that seed. Raises GdanimError for n below 1, or what
    is no model or no seed.
    """
    if not isinstance(model, Model | Landscape):
        raise GdanimError(
            f"model: must be a Model or a Problem, such as Linear(); got {model!r:.80}"
        )
    if not isinstance(rng, np.random.Generator):
        rng = np.random.default_rng(whole("rng", rng))
    return np.stack([model.init(rng) for _ in range(whole("n", n, least=1))])
