"""Data, model and loss joined: a function of the parameters, with its gradient."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from gdanim.core.arrays import Floats, Ints, floats, read_only
from gdanim.errors import GdanimError, expect
from gdanim.problems.dataset import Dataset
from gdanim.problems.losses import Loss, MeanSquaredError, RootMeanSquaredError, mean_square
from gdanim.problems.model import LinearInParameters, Model
from gdanim.problems.objective import KnownMinimum, Objective
from gdanim.problems.penalties import Penalty


@dataclass(frozen=True, eq=False)
class Problem(Objective):
    """Fit `model` to `data` by minimising `loss_function`, and a `penalty` on the parameters' size.

    The penalty leaves the model's `intercepts` alone. `validation` is held-out data: it takes no
    part in the descent, `validation_losses` shows how the fit does there. Raises GdanimError when
    the model takes another number of features than the data has, or when the loss has no meaning
    for the model or the data; `loss` and `gradient` do when they get another number of parameters
    than the model has.
    """

    data: Dataset
    model: Model
    loss_function: Loss = field(default_factory=MeanSquaredError)
    penalty: Penalty | None = None
    validation: Dataset | None = None

    def __post_init__(self) -> None:
        expect("Problem: data", self.data, Dataset, "datasets.linear()")
        expect("Problem: model", self.model, Model, "Linear()")
        expect("Problem: loss_function", self.loss_function, Loss, "MeanSquaredError()")
        if self.penalty is not None:
            expect("Problem: penalty", self.penalty, Penalty, "L2(0.1)")
        if self.validation is not None:
            expect("Problem: validation", self.validation, Dataset, "data.split(0.8)[1]")
        for name, data in (("data", self.data), ("validation data", self.validation)):
            if data is None:
                continue
            if data.features != self.model.features:
                raise GdanimError(
                    f"Problem: the model takes {self.model.features} feature(s) and the {name} has "
                    f"{data.features} ({', '.join(data.x_names)}); change one of them"
                )
            self.loss_function.scored_model(self.model, data.y)

    @property
    def names(self) -> tuple[str, ...]:
        """The model's parameters."""
        return self.model.names

    @property
    def formula(self) -> str:
        """The model's."""
        return self.model.formula

    @property
    def loss_name(self) -> str:
        """The loss function's, and the penalty's symbol."""
        return self.loss_function.name + self._penalised

    @property
    def loss_symbol(self) -> str:
        """The loss function's, and the penalty's."""
        return self.loss_function.symbol + self._penalised

    @property
    def points(self) -> int:
        """N."""
        return len(self.data)

    @property
    def workspace(self) -> int:
        """What the model's prediction holds for each point."""
        return len(self.data) * self.model.workspace

    @property
    def convex(self) -> bool:
        """Of a model that is linear in its parameters, or whose logits are: the losses and
        penalties are convex.
        """
        return isinstance(self._scored, LinearInParameters)

    def init(self, rng: np.random.Generator) -> Floats:
        """As the model suggests, `[P]`."""
        return self.model.init(rng)

    def loss_at(self, params: Floats, batch: Ints | None = None) -> Floats:
        """`(p)->()`: the loss of the model's prediction, and the penalty."""
        if batch is None and self._condensed is not None:
            rows, target, rest = self._condensed
            # Transposed, so that the long axis is the inner one.
            residual = rows @ params.reshape(-1, len(target)).T - target[:, np.newaxis]
            squares = np.sum(residual * residual, axis=0).reshape(params.shape[:-1])
            loss: Floats = np.asarray(squares + rest)
        else:
            x, y = self._points(batch)
            loss = self.loss_function.value(self._scored.predict(params, x), y)
        if self.penalty is None:
            return loss
        return loss + self.penalty.value(self._slopes * params)

    def gradient_at(self, params: Floats, batch: Ints | None = None) -> Floats:
        """`(p)->(p)`: the model's vjp of the loss's gradient, and the penalty's gradient."""
        if batch is None and self._condensed is not None:
            rows, target, _ = self._condensed
            gradient = (params @ rows.T - target) @ (2.0 * rows)
        else:
            x, y = self._points(batch)
            prediction, vjp = self._scored.forward(params, x)
            gradient = vjp(self.loss_function.gradient(prediction, y))
        if self.penalty is None:
            return gradient
        return gradient + self._slopes * self.penalty.gradient(self._slopes * params)

    def loss_and_gradient_at(self, params: Floats) -> tuple[Floats, Floats]:
        """Both from one prediction."""
        if self._condensed is not None or self.penalty is not None:
            return self.loss_at(params), self.gradient_at(params)
        x, y, function = self.data.x, self.data.y, self.loss_function
        if isinstance(function, MeanSquaredError):
            # Arrays of many runs are long: they are scaled at the end, where few numbers are left.
            residual, vjp = self.model.residual(params, x, y)
            return mean_square(residual), (2.0 / len(y)) * vjp(residual)
        prediction, vjp = self._scored.forward(params, x)
        return function.value(prediction, y), vjp(function.gradient(prediction, y))

    def validation_losses(self, params: Floats) -> Floats:
        """`losses` over the held-out points, without penalty: `[S, ..., P] -> [S, ...]`.

        Raises GdanimError when there are none.
        """
        if self.validation is None:
            raise GdanimError(
                "Problem: has no held-out points; split the data, "
                "train, held_out = data.split(0.8, seed=0), and give validation=held_out"
            )
        return Problem(self.validation, self.model, self.loss_function).losses(params)

    def minimum(self) -> KnownMinimum | None:
        """The least squares solution of a model that is linear in its parameters, else the loss of
        the true curve of generated data.
        """
        return self._minimum

    def hessian(self) -> Floats | None:
        """`2 X^T X / n` for the design X of a model that is linear in its parameters, under the
        mean squared error; and the penalty's curvature.
        """
        return self._hessian

    @cached_property
    def _minimum(self) -> KnownMinimum | None:
        data = self.data
        with np.errstate(all="ignore"):
            if (fit := self._least_squares()) is not None:
                return _finite(KnownMinimum("best fit", float(self.loss(fit)), fit))
            # A loss that reads logits, or a penalty, has its minimum elsewhere.
            if data.truth is not None and self._scored is self.model and self.penalty is None:
                loss = self.loss_function.value(data.truth(data.x), data.y)
                return _finite(KnownMinimum("true curve", float(loss)))
        return None

    @cached_property
    def _hessian(self) -> Floats | None:
        ridge = self._ridge
        if self._design is None or ridge is None:
            return None
        if not isinstance(self.loss_function, MeanSquaredError):
            return None
        return read_only(2 * self._design.T @ self._design / len(self.data) + np.diag(ridge))

    def _least_squares(self) -> Floats | None:
        """The parameters `[P]` of the least loss where one linear solution gives them."""
        ridge = self._ridge
        if self._design is None or ridge is None:
            return None
        if isinstance(self.loss_function, RootMeanSquaredError):
            # The root moves no minimum, but it moves the balance with a penalty.
            if self.penalty is not None:
                return None
        elif not isinstance(self.loss_function, MeanSquaredError):
            return None
        rows = np.vstack([self._design, np.diag(np.sqrt(ridge * len(self.data) / 2))])
        y = np.append(self.data.y, np.zeros(len(ridge)))
        return read_only(np.linalg.lstsq(rows, y)[0])

    @cached_property
    def _condensed(self) -> tuple[Floats, Floats, float] | None:
        """Fewer rows with the same mean squared error: it is `sum((R w - t)^2) + rest`.

        `R [P, P]`, `t [P]` and the rest come from the QR decomposition of the design with y beside
        it, divided by sqrt(N) (Golub and Van Loan, "Matrix Computations", section 5.3). None where
        the model is not linear in its parameters, the loss another, or there are too few points.
        """
        p = len(self.names)
        if len(self.data) <= p + 1 or not isinstance(self.loss_function, MeanSquaredError):
            return None
        if self._design is None:
            return None
        both = np.column_stack([self._design, self.data.y]) / np.sqrt(len(self.data))
        triangle = floats("triangle", np.linalg.qr(both, mode="r"))
        return triangle[:p, :p], triangle[:p, p], float(triangle[p, p] ** 2)

    @cached_property
    def _design(self) -> Floats | None:
        """The design matrix `[N, P]` of a model that is linear in its parameters."""
        if not isinstance(self.model, LinearInParameters):
            return None
        return self.model.design(self.data.x)

    @property
    def _ridge(self) -> Floats | None:
        """The penalty's second derivative by each parameter `[P]`; None where it varies."""
        if self.penalty is None:
            return np.zeros(len(self.names))
        return None if self.penalty.curvature is None else self.penalty.curvature * self._slopes

    @cached_property
    def _scored(self) -> Model:
        """The model whose prediction the loss reads."""
        return self.loss_function.scored_model(self.model, self.data.y)

    @cached_property
    def _slopes(self) -> Floats:
        """1 for each parameter that is penalised, 0 for each intercept, `[P]`."""
        return floats("slopes", [name not in self.model.intercepts for name in self.names])

    @property
    def _penalised(self) -> str:
        return "" if self.penalty is None else f" + {self.penalty.symbol}"

    def _points(self, batch: Ints | None) -> tuple[Floats, Floats]:
        if batch is None:
            return self.data.x, self.data.y
        return self.data.x.take(batch, axis=0), self.data.y.take(batch)


def _finite(best: KnownMinimum) -> KnownMinimum | None:
    return best if np.isfinite(best.loss) else None
