"""Data, model and loss joined: a function of the parameters, with its gradient."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from gdanim.core.arrays import Floats, Ints, floats, set_fields
from gdanim.errors import GdanimError, expect
from gdanim.problems.dataset import Dataset
from gdanim.problems.loss_formula import as_loss
from gdanim.problems.losses import Loss, MeanSquaredError
from gdanim.problems.model import LinearInParameters, Model
from gdanim.problems.objective import KnownMinimum, Objective
from gdanim.problems.penalties import Penalty
from gdanim.problems.quadratic import Quadratic

# Whole numbers are classes if there are at most this many.
_MOST_CLASSES = 100


@dataclass(frozen=True, eq=False)
class Problem(Objective):
    """Fit a model to data: the loss of its prediction, as a function of its parameters.

    Long because it answers all that an Objective is asked.

    Parameters
    ----------
    data : Dataset
        The points to fit. For a model that predicts a probability, y is 0 or 1; -1 and +1 are
        taken as these. For one that predicts the probability of each class, y numbers the classes;
        other whole numbers than 0, 1, 2, ... are numbered in their order.
    model : Model
        Its number of features must be that of the data; where the model leaves it open, it is
        taken from the data, as is the number of classes.
    loss_function : Loss or callable, default MeanSquaredError()
        The distance from the prediction to the data. A function of `(prediction, y)` in plain NumPy
        will do: it returns the loss of each point, of which the mean is taken, or one number for
        all points, and autograd differentiates it. Its name stands in the header.
    penalty : Penalty, optional
        A cost of large parameters, added to the loss. It leaves the model's `intercepts` alone.
    validation : Dataset, optional
        The validation set. It takes no part in the fit; `validation_losses` measures it.

    Attributes
    ----------
    names : tuple of str
        The names of the model's P parameters.
    formula : str
        The model's formula, in mathtext.
    loss_name, loss_symbol : str
        The name and the symbol of the loss function, followed by the penalty's symbol.
    points : int
        The number of data points.
    workspace : int
        The temporary floats that one evaluation of the loss needs.
    convex : bool
        Whether all minima are known to be equally low: for a convex loss, and penalty, of a
        prediction that is linear in the parameters.

    Raises
    ------
    GdanimError
        If the model takes another number of features than the data has, or if the loss is not
        defined for the model or the data.

    See Also
    --------
    FunctionObjective : A function of the parameters, without data.
    Dataset.split : Set points aside for validation.

    Examples
    --------
    >>> from gdanim import Linear, Problem, datasets
    >>> problem = Problem(datasets.linear(slope=2, intercept=1, noise=0), Linear())
    >>> problem.names
    ('slope', 'intercept')
    >>> round(float(problem.loss((2, 3))), 6)
    4.0
    >>> problem.minimum.params.round(6)
    array([2., 1.])

    A loss of your own:

    >>> import numpy as np
    >>> def quantile_loss(prediction, y):
    ...     return np.maximum(0.9 * (y - prediction), 0.1 * (prediction - y))
    >>> problem = Problem(datasets.linear(), Linear(), quantile_loss)
    >>> problem.loss_name
    'quantile loss'
    """

    data: Dataset
    model: Model
    loss_function: Loss = field(default_factory=MeanSquaredError)
    penalty: Penalty | None = None
    validation: Dataset | None = None
    names: tuple[str, ...] = field(default=(), init=False, repr=False)
    formula: str = field(default="", init=False, repr=False)
    loss_name: str = field(default="", init=False, repr=False)
    loss_symbol: str = field(default="", init=False, repr=False)
    points: int = field(default=0, init=False, repr=False)
    workspace: int = field(default=1, init=False, repr=False)
    convex: bool = field(default=False, init=False, repr=False)

    def __post_init__(self) -> None:
        _number_outcomes(self)
        if isinstance(self.model, Model) and isinstance(self.data, Dataset):
            sized = self.model.sized(self.data.features, _count_classes(self.data))
            set_fields(self, model=sized)
            loss = as_loss(self.loss_function, sized.outputs, self.differentiable)
            set_fields(self, loss_function=loss)
        _check(self)
        # The loss of scaled values is another number than that of the measured ones.
        after = " (standardised)" if self.data.y_unit.standardised else ""
        after += "" if self.penalty is None else f" + {self.penalty.symbol}"
        set_fields(
            self,
            names=self.model.names,
            formula=self.model.formula,
            loss_name=self.loss_function.name + after,
            loss_symbol=self.loss_function.symbol + after,
            points=len(self.data),
            workspace=len(self.data) * self.model.workspace,
            convex=self.scored.is_linear
            and self.loss_function.convex
            and (self.penalty is None or self.penalty.convex),
        )

    def init(self, rng: np.random.Generator) -> Floats:
        """Draw random parameters, as the model does, `[P]`."""
        return self.model.init(rng)

    def loss_at(self, params: Floats, batch: Ints | None = None) -> Floats:
        """Return the loss of the prediction plus the penalty, `(p)->()`, unchecked."""
        if batch is None and (quadratic := self._condensed) is not None:
            loss = quadratic.value(params)
        else:
            x, y = _chosen(self.data, batch)
            loss = self.loss_function.value(self.scored.predict(params, x), y)
        if self.penalty is None:
            return loss
        return loss + self.penalty.value(self.penalised * params)

    def gradient_at(self, params: Floats, batch: Ints | None = None) -> Floats:
        """Return the derivative of the loss and the penalty, `(p)->(p)`, unchecked."""
        if batch is None and (quadratic := self._condensed) is not None:
            gradient = quadratic.gradient(params)
        else:
            x, y = _chosen(self.data, batch)
            prediction, vjp = self.scored.forward(params, x)
            gradient = vjp(self.loss_function.gradient(prediction, y))
        if self.penalty is None:
            return gradient
        return gradient + self.penalised * self.penalty.gradient(self.penalised * params)

    def loss_and_gradient_at(self, params: Floats) -> tuple[Floats, Floats]:
        """Return both from one prediction."""
        if self._condensed is not None or self.penalty is not None:
            return self.loss_at(params), self.gradient_at(params)
        x, y = self.data.x, self.data.y
        return self.loss_function.value_and_gradient(self.scored, params, x, y)

    def measured(self, params: Floats) -> Floats | None:
        """Return the parameters for data as it was measured, `(p)->(p)`.

        Parameters
        ----------
        params : (..., p) array
            Parameters for this data, which may be standardised.

        Returns
        -------
        (..., p) array or None
            The parameters of the same prediction; None if the model has none.
        """
        if not any(unit.standardised for unit in self.data.units):
            return params
        with np.errstate(all="ignore"):
            return self.model.in_units(params, self.data.x_units, self.data.y_unit)

    @property
    def validated(self) -> bool:
        """Whether there are losses over a validation set."""
        return self.validation is not None

    def validation_losses(self, params: Floats) -> Floats:
        """Return the loss over the validation set, without penalty, in bounded memory.

        Parameters
        ----------
        params : (s, ..., p) array
            Stacks of parameters.

        Returns
        -------
        (s, ...) array
            The losses.

        Raises
        ------
        GdanimError
            If there is no validation set.
        """
        if self.validation is None:
            raise GdanimError(
                "Problem: has no validation set; split the data, "
                "train, validation = data.split(0.8, seed=0), and give validation=validation"
            )
        return Problem(self.validation, self.model, self.loss_function).losses(params)

    @cached_property
    def minimum(self) -> KnownMinimum | None:
        """The least squares solution where there is one, else the loss of the data's true curve."""
        ridge, loss = _ridge(self), self.loss_function
        with np.errstate(all="ignore"):
            # A loss and its square root have the same minimum, but not if a penalty is added.
            same = loss if self.penalty is not None else loss.monotone_of
            quadratic = self._quadratic if same is loss else self._same_minimum
            if quadratic is not None and ridge is not None:
                fit = quadratic.minimum(ridge)
                return _finite(KnownMinimum("best fit", float(self.loss(fit)), fit))
            # A loss of logits, or a penalty, has its minimum elsewhere.
            truth = self.data.truth
            if truth is not None and self.scored is self.model and self.penalty is None:
                return _finite(
                    KnownMinimum("true curve", float(loss.value(truth(self.data.x), self.data.y)))
                )
        return None

    @cached_property
    def hessian(self) -> Floats | None:
        """The second derivative `[P, P]` where it is constant: of a quadratic loss and penalty."""
        ridge = _ridge(self)
        if self._quadratic is None or ridge is None:
            return None
        return floats("hessian", self._quadratic.hessian + np.diag(ridge))

    @cached_property
    def curvature_rows(self) -> Floats | None:
        """Rows `[K, P]` whose Gram matrix is the Hessian, where that is constant."""
        ridge = _ridge(self)
        if self._quadratic is None or ridge is None:
            return None
        return self._quadratic.curvature_rows(ridge)

    def rounding(self, params: Floats) -> Floats:
        """Return by how much rounding of predictions and data can move the loss, `(p)->()`."""
        quadratic, loss = self._same_minimum, self.loss_function
        if quadratic is None:
            return super().rounding(params)
        zero = np.zeros_like(self.data.y)
        distance = abs(params @ quadratic.design.T - self.data.y)
        moved = loss.value(distance + quadratic.rounding(params), zero)
        return super().rounding(params) + moved - loss.value(distance, zero)

    @cached_property
    def scored(self) -> Model:
        """The model whose prediction the loss takes."""
        return self.loss_function.scored_model(self.model, self.data.y)

    @cached_property
    def penalised(self) -> Floats:
        """1 for each parameter that is penalised, 0 for each intercept, `[P]`."""
        return floats("penalised", [name not in self.model.intercepts for name in self.names])

    @cached_property
    def _quadratic(self) -> Quadratic | None:
        return _quadratic(self, self.loss_function)

    @cached_property
    def _same_minimum(self) -> Quadratic | None:
        """The quadratic that has its minimum where the loss over all points has it."""
        same = self.loss_function.monotone_of
        return self._quadratic if same is self.loss_function else _quadratic(self, same)

    @property
    def _condensed(self) -> Quadratic | None:
        """The loss over all points, where fewer rows than points give it."""
        quadratic = self._quadratic
        return quadratic if quadratic is not None and quadratic.condenses else None


def _number_outcomes(problem: Problem) -> None:
    """Number the outcomes from 0: -1 and +1 of a probability, any of the probability of classes."""
    model, data, validation = problem.model, problem.data, problem.validation
    if not (isinstance(model, Model) and model.logits and isinstance(data, Dataset)):
        return
    held_out = validation.y if isinstance(validation, Dataset) else data.y
    found = np.unique(np.concatenate([data.y, held_out]))
    signs = found.tolist() == [-1.0, 1.0]
    whole = bool((found == np.rint(found)).all()) and len(found) <= _MOST_CLASSES
    numbered = bool(np.isin(found, np.arange(model.outputs)).all()) or _are_first(found)
    if data.classes or not (signs or (model.outputs > 1 and whole and not numbered)):
        return
    names = ("-1", "+1") if signs else tuple(f"{value:g}" for value in found)
    set_fields(problem, data=_numbered(data, found, names))
    if isinstance(validation, Dataset):
        set_fields(problem, validation=_numbered(validation, found, names))


def _numbered(data: Dataset, found: Floats, names: tuple[str, ...]) -> Dataset:
    return replace(data, y=np.searchsorted(found, data.y).astype(np.float64), classes=names)


def _are_first(found: Floats) -> bool:
    """Whether the numbers are 0, 1, 2, ... without a gap."""
    return bool((found == np.arange(len(found))).all())


def _count_classes(data: Dataset) -> int:
    """Return the number of classes that y numbers from 0; 0 if it does not."""
    if data.classes:
        return len(data.classes)
    found = np.unique(data.y)
    return len(found) if _are_first(found) else 0


def _check(problem: Problem) -> None:
    """Raise GdanimError unless the parts are of the right kinds and fit together."""
    model, loss = problem.model, problem.loss_function
    expect("Problem: data", problem.data, Dataset, "datasets.linear()")
    expect("Problem: model", model, Model, "Linear()")
    expect("Problem: loss_function", loss, Loss, "MeanSquaredError()")
    if problem.penalty is not None:
        expect("Problem: penalty", problem.penalty, Penalty, "L2(0.1)")
    if problem.validation is not None:
        expect("Problem: validation", problem.validation, Dataset, "data.split(0.8)[1]")
    for name, data in (("data", problem.data), ("validation set", problem.validation)):
        if data is None:
            continue
        if data.features != (model.features or data.features):
            raise GdanimError(
                f"Problem: the model takes {model.features} feature(s) and the {name} has "
                f"{data.features} ({', '.join(data.x_names)}); change one of them"
            )
        loss.scored_model(model, data.y)
    if problem.validation is not None and _scales(problem.validation) != _scales(problem.data):
        raise GdanimError(
            "Problem: the validation set is standardised, or counts days, from another point than "
            "the data; split one dataset, train, validation = data.standardised().split(0.8)"
        )


def _scales(data: Dataset) -> list[tuple[float, float, float | None]]:
    """Return what makes equal numbers stand for equal measurements."""
    return [(unit.offset, unit.factor, unit.first) for unit in data.units]


def _quadratic(problem: Problem, loss: Loss) -> Quadratic | None:
    """Return `loss` over all points as a quadratic of the parameters, if it is one."""
    if not isinstance(problem.model, LinearInParameters):
        return None
    return loss.quadratic_form(problem.model.design(problem.data.x), problem.data.y)


def _ridge(problem: Problem) -> Floats | None:
    """Return the second derivative of the penalty `[P]`; None if it is not constant."""
    if problem.penalty is None:
        return np.zeros(len(problem.names))
    curvature = problem.penalty.curvature
    return None if curvature is None else curvature * problem.penalised


def _chosen(data: Dataset, batch: Ints | None) -> tuple[Floats, Floats]:
    """Return the features and values of the points in `batch`, or of all points."""
    if batch is None:
        return data.x, data.y
    return data.x.take(batch, axis=0), data.y.take(batch)


def _finite(minimum: KnownMinimum) -> KnownMinimum | None:
    return minimum if np.isfinite(minimum.loss) else None
