"""Many random starts."""

from __future__ import annotations

import numpy as np

from gdanim.core.arrays import Floats, check_int
from gdanim.errors import GdanimError
from gdanim.problems.model import Model
from gdanim.problems.objective import Objective


def starts(model: Model | Objective, rng: np.random.Generator | int, n: int) -> Floats:
    """`n` random starts as `model` suggests them, `[n, P]`, for `descend` or a Scene.

    `rng` is a generator or its seed. The first k are those of `starts(model, rng, k)`, and the
    first is the one that `descend` draws from that seed. Raises GdanimError for n below 1, or what
    is no model or no seed.
    """
    if not isinstance(model, Model | Objective):
        raise GdanimError(
            f"model: must be a Model or a Problem, such as Linear(); got {model!r:.80}"
        )
    if not isinstance(rng, np.random.Generator):
        rng = np.random.default_rng(check_int("rng", rng))
    return np.stack([model.init(rng) for _ in range(check_int("n", n, least=1))])
