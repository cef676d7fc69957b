"""A descent that is to be computed, as a value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from numpy.typing import ArrayLike

from gdanim.core.arrays import check_int
from gdanim.descent.loop import DEFAULT_STEPS, Progress, descend
from gdanim.descent.optimizer import Optimizer
from gdanim.descent.run import Run
from gdanim.descent.stopping import Stop
from gdanim.errors import GdanimError, expect
from gdanim.problems.objective import Objective


@dataclass(frozen=True, eq=False)
class Descent:
    """A descent to be computed: the arguments of `descend`, as a value.

    Parameters
    ----------
    problem : Objective
        What to minimise.
    optimizer : Optimizer
        The update rule, with its learning rate.
    start : (P,) or (R, P) array_like, optional
        The first parameters, or those of R runs. By default the model draws them from `seed`.
    steps : int, optional
        The number of steps: 300 when neither steps nor epochs are given.
    seed : int, default 0
        Seeds the start and the order of mini-batches.
    batch_size : int, optional
        Points in a mini-batch. By default every gradient is that of all points.
    epochs : int, optional
        Passes over the data, instead of `steps`.
    stop : Stop or sequence of Stop, default ()
        Rules that end the run early.

    Raises
    ------
    GdanimError
        For another type, for steps or epochs that are not whole numbers of at least 0, and for
        both of them.

    See Also
    --------
    descend : Computes it.
    Scene : Shows one or several.

    Examples
    --------
    >>> from gdanim import Descent, GradientDescent, objectives
    >>> Descent(objectives.bowl(), GradientDescent(0.1), start=(2, 1), steps=20).run().steps
    20
    """

    problem: Objective
    optimizer: Optimizer
    start: ArrayLike | None = None
    steps: int | None = None
    seed: int = 0
    batch_size: int | None = None
    epochs: int | None = None
    stop: Stop | Sequence[Stop] = ()

    def __post_init__(self) -> None:
        expect("problem", self.problem, Objective, "Problem(datasets.linear(), Linear())")
        expect("optimizer", self.optimizer, Optimizer, "GradientDescent(0.01)")
        if self.steps is not None and self.epochs is not None:
            raise GdanimError(
                f"steps, epochs: give one of them, got {self.steps!r} and {self.epochs!r}"
            )
        for name in ("steps", "epochs"):
            if (number := getattr(self, name)) is not None:
                check_int(name, number)

    @property
    def max_steps(self) -> int | None:
        """The largest number of steps it can take; None where the data decides (epochs)."""
        if self.epochs is not None:
            return None
        return DEFAULT_STEPS if self.steps is None else self.steps

    def run(self, progress: Progress | None = None) -> Run:
        """Minimise the problem.

        Parameters
        ----------
        progress : callable, optional
            Called after every few steps, as in `descend`.

        Returns
        -------
        Run
            The recorded parameters and losses.
        """
        return descend(
            self.problem,
            self.optimizer,
            self.start,
            self.steps,
            self.seed,
            batch_size=self.batch_size,
            epochs=self.epochs,
            stop=self.stop,
            progress=progress,
        )
