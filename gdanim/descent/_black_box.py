"""What predicts, whoever made it: a function, a torch module, an estimator; nothing is imported."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from gdanim.core.arrays import Floats
from gdanim.errors import GdanimError

Predict = Callable[[Floats], Any]


def black_box(predict: Any, classes: bool) -> Predict:
    """Return a function of points `[N, D]` that predicts as `predict` does.

    A torch module is called in evaluation mode with a tensor of its own type and device; of an
    estimator the probabilities are taken for classes, if it has them, else what it predicts. Raises
    GdanimError for what cannot predict.
    """
    if callable(getattr(predict, "parameters", None)) and callable(
        getattr(predict, "modules", None)
    ):
        return lambda x: _of_module(predict, x)
    if classes and callable(getattr(predict, "predict_proba", None)):
        return lambda x: _last_of_two(predict.predict_proba(x))
    if callable(predict):
        return lambda x: predict(x)
    if callable(getattr(predict, "predict", None)):
        return lambda x: predict.predict(x)
    raise GdanimError(
        f"Recorder: predict must be a function of points (N, D), a torch module or an estimator "
        f"with predict, got {predict!r:.80}"
    )


def _last_of_two(chances: Any) -> Any:
    """Return the probability of the second of two classes; of more classes, all."""
    return chances[:, 1] if chances.shape[1] == 2 else chances


@contextmanager
def evaluation_mode(module: Any) -> Iterator[None]:
    """Put a torch module into evaluation mode, and each of its parts back into the one it had."""
    training = [part for part in module.modules() if part.training]
    module.eval()
    try:
        yield
    finally:
        for part in training:
            part.training = True


def _of_module(module: Any, x: Floats) -> Any:
    """Return what a torch module says in evaluation mode."""
    like = next(iter(module.parameters()), None)
    if like is None:
        raise GdanimError("Recorder: predict: the module has no parameters; give a function")
    with evaluation_mode(module):
        return module(like.detach().new_tensor(x))
