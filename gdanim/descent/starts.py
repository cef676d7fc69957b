"""Many random starts."""

from __future__ import annotations

import numpy as np

from gdanim.core.arrays import Floats, check_int
from gdanim.errors import GdanimError
from gdanim.problems.model import Model
from gdanim.problems.objective import Objective


def starts(model: Model | Objective, rng: np.random.Generator | int, n: int) -> Floats:
    """Draw random starts as the model suggests them.

    Parameters
    ----------
    model : Model or Objective
        What draws the starts.
    rng : numpy.random.Generator or int
        A generator or its seed. With a seed, the first start is the one that `descend` draws from
        that seed, and the first k of n starts are those of `starts(model, rng, k)`.
    n : int
        The number of starts, at least 1.

    Returns
    -------
    (n, P) array
        The starts, for `descend` or a Scene: each becomes a run.

    Raises
    ------
    GdanimError
        For n below 1, and for what is not a model or not a seed.

    Examples
    --------
    >>> from gdanim import Adam, Problem, Sinusoid, datasets, descend, starts
    >>> problem = Problem(datasets.sinusoid(), Sinusoid())
    >>> descend(problem, Adam(0.05), starts(problem, rng=0, n=5), steps=100).runs
    (5,)
    """
    if not isinstance(model, Model | Objective):
        raise GdanimError(
            f"model: must be a Model or a Problem, such as Linear(); got {model!r:.80}"
        )
    if not isinstance(rng, np.random.Generator):
        rng = np.random.default_rng(check_int("rng", rng))
    return np.stack([model.init(rng) for _ in range(check_int("n", n, least=1))])
