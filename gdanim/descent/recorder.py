"""Records the parameters of a descent, step by step."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gdanim.core.arrays import (
    Floats,
    Ints,
    check_indices,
    check_int,
    check_params,
    in_blocks,
)
from gdanim.descent._agreement import check_agreement
from gdanim.descent._foreign import Parameters, flat, one_number
from gdanim.descent._output_shapes import check_output_shapes
from gdanim.descent._predictions import Predictions
from gdanim.descent._rows import Rows
from gdanim.descent._snapshots import (
    finite_rows,
    hold_ends,
    large_rows,
    rates_of_steps,
    rows_of_steps,
)
from gdanim.descent.mini_batches import PADDING
from gdanim.descent.optimizer import Optimizer
from gdanim.descent.run import DIVERGED, FINISHED, Outcome, Run
from gdanim.descent.stopping import Stop
from gdanim.errors import GdanimError, expect
from gdanim.problems.dataset import Dataset
from gdanim.problems.losses import Loss
from gdanim.problems.objective import Objective


class Recorder:
    """Records a training loop of your own and makes a Run of it.

    Call `snapshot` once before the first step and once after each, then `run`. Give `predict` to
    record what any model predicts, or leave it out to record the parameters of one of gdanim's.

    Parameters
    ----------
    problem : Dataset or Objective
        The data, if `predict` is given; else what is minimised, which gives the parameters' names
        and the loss.
    steps : int, default 1023
        About how many steps will come, at least 0: a hint that saves time.
    memory : int, optional
        The number of bytes beyond which the snapshots are kept in a memory-mapped file in the
        temporary folder, which disappears with the last Run of them; 512 MiB by default.
    predict : callable, module or estimator, optional
        What predicts: a function of points `(N, D)`, in the numbers of the data, that returns
        `(N,)`, or the probability of each of K classes `(N, K)`; a torch module, which is put into
        evaluation mode for the call; or an estimator with `predict_proba` or `predict`. It is asked
        at every snapshot, at the points and, for one or two features, over the panel.
    loss : Loss or callable, optional
        With `predict`: the loss, or a function of `(prediction, y)` as in Problem; by default the
        mean squared error, or the cross-entropy of classes, or what `snapshot` is told.
    validation : Dataset, optional
        With `predict`: the validation set.
    logits : bool, default False
        Whether `predict` returns the logits of classes, not their probabilities.

    Raises
    ------
    GdanimError
        If an argument is of another kind, or `steps` or `memory` is not a whole number of at least
        0.

    See Also
    --------
    descend : Minimises a problem with one of the optimizers.

    Notes
    -----
    A Run of predictions has one parameter, the number of the step. Panels that need the model's own
    parameters, such as `Contour`, cannot show it.

    Examples
    --------
    Any model, here a network of scikit-learn's kind, by its predictions:

    >>> from gdanim import Dataset
    >>> class Mean:
    ...     value = 0.0
    ...     def partial_fit(self, x, y):
    ...         self.value += 0.1 * (y.mean() - self.value)
    ...     def predict(self, x):
    ...         return self.value + 0 * x[:, 0]
    >>> data, model = Dataset([0, 1, 2], [1, 2, 3]), Mean()
    >>> recorder = Recorder(data, predict=model)
    >>> recorder.snapshot()
    >>> for _ in range(30):
    ...     model.partial_fit(data.x, data.y)
    ...     recorder.snapshot()
    >>> recorder.run()
    Run(30 steps of recorded predictions: finished at step 30)

    One of gdanim's models, by its parameters:

    >>> import numpy as np
    >>> from gdanim import Linear, Problem, Recorder, datasets
    >>> problem = Problem(datasets.linear(2.0, 1.0), Linear())
    >>> recorder, params = Recorder(problem), np.zeros(2)
    >>> recorder.snapshot(params)
    >>> for _ in range(100):
    ...     params -= 0.01 * problem.gradient(params)
    ...     recorder.snapshot(params)
    >>> recorder.run(rates=[0.01] * 100)
    Run(100 steps of slope, intercept: finished at step 100)
    """

    def __init__(
        self,
        problem: Objective | Dataset,
        steps: int = 1023,
        memory: int | None = None,
        *,
        predict: object = None,
        loss: Loss | Callable[..., object] | None = None,
        validation: Dataset | None = None,
        logits: bool = False,
    ) -> None:
        if memory is not None:
            check_int("memory", memory)
        self._memory, self._capacity = memory, check_int("steps", steps) + 1
        self._predictions: Predictions | None = None
        if predict is not None:
            self._predictions = Predictions(
                problem, predict, loss, validation, logits, self._capacity, memory
            )
        else:
            if loss is not None or validation is not None or logits:
                raise GdanimError("Recorder: loss, validation and logits go with predict=")
            if isinstance(problem, Dataset):
                raise GdanimError(
                    "Recorder: data alone needs predict=, a function of points (N, D)"
                )
            expect("problem", problem, Objective, "Problem(datasets.linear(), Linear())")
            self._own_problem = problem
        self._rows: Rows | None = None
        self._rates: list[float] = []
        self._losses: Rows | None = None

    def __len__(self) -> int:
        """Return the number of snapshots."""
        return 0 if self._rows is None else len(self._rows)

    @property
    def _problem(self) -> Objective:
        """What is minimised, as far as it is recorded."""
        return self._own_problem if self._predictions is None else self._predictions.problem()

    def snapshot(
        self,
        params: Parameters = None,
        *,
        loss: object = None,
        rate: object = None,
        validation: object = None,
    ) -> None:
        """Record one step.

        Parameters
        ----------
        params : (..., P) array_like, tensor, module, tree or estimator
            Numbers, arrays or lists of them, in the order of the problem's names; a mapping from
            the names; a torch tensor or module; a JAX array or tree; or a scikit-learn estimator.
            They are copied. With `predict`: numbers by name, to be shown beside, such as
            `{"friction": 0.3}`; optional.
        loss : float, optional
            The training loop's own loss over all points. It is compared with that of the model and
            the loss which the Recorder knows; if it knows none, it is shown.
        rate : float, optional
            The learning rate of the step that led here; at the first snapshot it has no effect.
        validation : float, optional
            The training loop's own loss over the validation set.

        Raises
        ------
        GdanimError
            If the parameters do not fit the problem, or change their shape from snapshot to
            snapshot; if a loss is another than that of the parameters or the predictions, so that
            the model is another one; and if the temporary folder has no room.
        """
        if self._predictions is None:
            numbers = flat(params, self._own_problem)
            row = check_params("params", numbers, self._own_problem.names)
        else:
            row = self._predictions.add(params, loss, validation)
        if self._rows is None:
            if self._predictions is None:
                check_output_shapes(self._problem, row)
            self._rows = Rows(row.shape, self._capacity, limit=self._memory)
        shape = self._rows.array.shape[1:]
        if row.shape != shape:
            raise GdanimError(
                f"Recorder: the first snapshot had shape {shape}, this one has {row.shape}"
            )
        check_agreement(self._problem, row, loss, validation)
        if len(self):
            known = rate is not None
            self._rates.append(one_number("snapshot: rate", rate) if known else np.nan)
        self._rows.grow(1)[0] = row

    def grow(self, count: int) -> Floats:
        """Add `count` snapshots `[count, *R, P]` and return them, for `descend` to fill."""
        assert self._rows is not None
        return self._rows.grow(count)

    def set_losses(self, losses: Floats) -> None:
        """Set the `losses [s, *R]` of the first s snapshots, if the caller already has them."""
        if self._losses is None:
            self._losses = Rows(losses.shape[1:], self._capacity)
        new = losses[len(self._losses) :]
        self._losses.grow(len(new))[...] = new

    def any_running(self, stops: Sequence[Stop]) -> bool:
        """Return whether any run is still finite, and no rule of `stops` has held for it."""
        assert self._rows is not None
        going = np.isfinite(self._rows.array[-1]).all(axis=-1)
        for stop in stops:
            going = going & ~stop.holds(self._known_losses()).any(axis=0)
        return bool(going.any())

    def run(
        self,
        optimizer: Optimizer | None = None,
        rates: ArrayLike | None = None,
        batches: ArrayLike | None = None,
        stops: Sequence[Stop] = (),
    ) -> Run:
        """Make a Run of what was recorded so far.

        Parameters
        ----------
        optimizer : Optimizer, optional
            Named in headers and captions.
        rates : (S, ...) array_like, optional
            The learning rate of each step, finite; the other axes broadcast against the parameters.
            By default those given to `snapshot`.
        batches : (S, B) array_like of int, optional
            The numbers of the points in each step's mini-batch, filled up with -1.
        stops : sequence of Stop, default ()
            Rules that end a run earlier.

        Returns
        -------
        Run
            Each run ends at its last step with finite parameters and loss, or at the first at which
            a rule holds.

        Raises
        ------
        GdanimError
            If nothing was recorded, a start has no finite loss, or the rates or batches do not fit.
        """
        if self._rows is None:
            raise GdanimError("Recorder: nothing was recorded; call snapshot before run")
        params = self._rows.array
        with np.errstate(all="ignore"):
            length = self._finite(every_loss=batches is None or bool(stops))
            if not length.all():
                lost = np.argwhere(length == 0)[0]
                raise GdanimError(
                    f"start: {params[(0, *lost)].tolist()} has no finite loss; "
                    f"start nearer to the data, or scale the data"
                )
            kind, last, stopped = self._ends(length - 1, stops)
        steps = int(last.max())
        used = max(steps, 1)
        rates = self._recorded_rates() if rates is None else rates
        lr = None if rates is None else rates_of_steps(rates, steps, params)[:used]
        seen = None if batches is None else rows_of_steps("batches", batches, steps)[:steps]
        if seen is not None:
            check_indices("batches", seen, self._problem.points, least=PADDING)
        held = hold_ends(params[: steps + 1], last, self._memory)
        return Run(self._problem, optimizer, held, lr, Outcome(kind, last, stopped), seen)

    def _recorded_rates(self) -> list[float] | None:
        """Return the rates given to `snapshot`, `[S]`; None if there are none."""
        known = np.isfinite(self._rates)
        if known.any() and not known.all():
            raise GdanimError("snapshot: give rate= with every snapshot after the first, or none")
        return self._rates if known.any() else None

    def _known_losses(self) -> Floats:
        """Return the loss of each snapshot `[S+1, *R]`, after computing those of new ones."""
        assert self._rows is not None
        params = self._rows.array
        if self._losses is None:
            self._losses = Rows(params.shape[1:-1], self._capacity)
        new = params[len(self._losses) :]
        if len(new):
            losses = self._problem.losses(new)
            self._losses.grow(len(new))[...] = losses
        return self._losses.array

    def _finite(self, every_loss: bool) -> Ints:
        """Return how many snapshots each run has before the first that is not finite, `[*R]`.

        Unless `every_loss` is set, losses are computed only for large parameters and from the end
        back to a finite one: with mini-batches, the loss over all points costs more than the
        descent.
        """
        assert self._rows is not None
        params = self._rows.array
        finite = in_blocks(finite_rows, params, params[0].size)
        if every_loss:
            finite &= np.isfinite(self._known_losses())
        else:
            large = in_blocks(large_rows, params, params[0].size) & finite
            (steps,) = np.nonzero(large.reshape(len(params), -1).any(axis=1))
            finite[steps] &= np.isfinite(self._problem.losses(params[steps]))
        # A run ends before its first row that is not finite.
        length = np.logical_and.accumulate(finite, axis=0).sum(axis=0)
        if every_loss:
            return np.asarray(length)
        beginning = np.isfinite(self._problem.losses(params[:1]))[0]
        return self._back_to_a_finite_loss(length * beginning)

    def _back_to_a_finite_loss(self, length: Ints) -> Ints:
        """Return `length [*R]`, shortened until the loss of the last snapshot is finite."""
        assert self._rows is not None
        size = 1
        while True:
            steps = length - 1 - np.arange(size).reshape(-1, *[1] * length.ndim)
            index = np.maximum(steps, 0)[..., np.newaxis]
            losses = self._problem.losses(np.take_along_axis(self._rows.array, index, axis=0))
            good = np.isfinite(losses) | (steps < 0)
            found = good.any(axis=0)
            length = np.maximum(length - np.where(found, good.argmax(axis=0), size), 0)
            if found.all():
                return length
            size *= 2

    def _ends(
        self, last: Ints, stops: Sequence[Stop]
    ) -> tuple[NDArray[np.str_], Ints, NDArray[np.bool_]]:
        """Return how each run ends, at which step, and whether a rule stopped it, all `[*R]`."""
        kind = np.where(last < len(self) - 1, DIVERGED, FINISHED)
        stopped = np.zeros(kind.shape, dtype=bool)
        for stop in stops:
            holds = stop.holds(self._known_losses())
            step = np.where(holds.any(axis=0), holds.argmax(axis=0), len(self))
            earlier = (step <= last) & ((step < last) | (kind == FINISHED))
            kind, last = np.where(earlier, stop.kind, kind), np.where(earlier, step, last)
            stopped |= earlier
        return kind, last, stopped
