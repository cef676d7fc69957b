"""The loss of a torch module over a plane of its parameters, with the ways that training went.

The module is recognised by its methods: torch is not imported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Literal, TypeAlias

import numpy as np

from gdanim.core.arrays import Floats, check_int
from gdanim.descent._black_box import evaluation_mode
from gdanim.descent._foreign import numbers_of
from gdanim.descent.recorder import Recorder
from gdanim.descent.run import Run
from gdanim.errors import GdanimError
from gdanim.problems.landscape import BEYOND, Landscape

Tensor: TypeAlias = Any
# The plane of paths is found from at most this many states of each.
_STATES = 200
# The room around paths, as a share of their extent; without a path, the range of random directions.
_ROOM, _ALONE = 0.3, 1.0


def torch_landscape(
    module: Any,
    loss: Callable[[Tensor, Tensor], Tensor],
    x: Tensor,
    y: Tensor,
    paths: Mapping[str, Sequence[Any]] | None = None,
    *,
    directions: Literal["path", "random"] = "path",
    side: int = 41,
    batch: int = 1024,
    seed: int = 0,
) -> dict[str, Run]:
    """Compute the loss of a torch module over a plane, with the paths of training in it.

    Parameters
    ----------
    module : torch.nn.Module
        The network. It is left as it was.
    loss : callable
        A loss of torch over points, `loss(module(x), y)`, that is a mean over them.
    x, y : tensor
        The points, the first axis counting them.
    paths : mapping of str to sequence, optional
        The parameters along the way of each optimizer, by its name: each item is one tensor of all
        (`parameters_to_vector(module.parameters()).detach().clone()`) or a list of one for each
        parameter (`[p.detach().clone() for p in module.parameters()]`).
    directions : {"path", "random"}, default "path"
        The plane in which the paths move most, common to all of them; or two random directions from
        the module's parameters, scaled like its filters. These show no paths, which hardly move
        along random directions.
    side : int, default 41
        The number of points along each side of the grid, at least 4: the loss is computed
        `side * side` times over all points.
    batch : int, default 1024
        How many points are evaluated at once, at least 1.
    seed : int, default 0
        The seed of the random directions.

    Returns
    -------
    dict of str to Run
        A run for each path, over two coordinates in the plane, for `Scene(runs)` with `Contour` or
        `Surface`. Without paths, one of a single step, `"network"`.

    Raises
    ------
    GdanimError
        If an argument is not allowed, there is no path for `directions="path"` or one for
        `"random"`, or a state has another number of parameters than the module.

    See Also
    --------
    Recorder : Records what a network predicts.

    Notes
    -----
    A path is drawn where it is projected onto the plane. Losses, captions and judgements are of the
    plane there, not of the network itself, whose run a `Recorder` has; the percentages in the names
    of the directions say how much of the movement lies along them. The main plane is that of the
    principal components of all steps, and random directions have, for each filter, the filter's
    norm; biases and norms stay [1]_. The module is in evaluation mode meanwhile.

    References
    ----------
    .. [1] H. Li, Z. Xu, G. Taylor, C. Studer and T. Goldstein, "Visualizing the Loss Landscape of
       Neural Nets", 2018, sections 4 and 7, https://arxiv.org/abs/1712.09913

    Examples
    --------
    With torch, `path` holds copies of the parameters, one after every step:

    >>> from gdanim import torch_landscape
    >>> def animate(network, x, y, path):
    ...     import torch
    ...     loss = torch.nn.functional.mse_loss
    ...     return torch_landscape(network, loss, x, y, {"Adam": path})
    """
    check_int("side", side, least=4)
    check_int("batch", batch, least=1)
    if directions not in ("path", "random"):
        raise GdanimError(f'directions: must be "path" or "random", got {directions!r:.80}')
    now = _parameters_of(module)
    states = {name: _states(name, path, now) for name, path in (paths or {}).items()}
    if bool(states) != (directions == "path"):
        raise GdanimError(
            f"paths: directions={directions!r} {'shows no paths' if states else 'needs a path'}; "
            'give paths with directions="path", or no paths with "random"'
        )
    origin = next(iter(states.values()))[-1] if states else now
    axes, names = (
        _main_plane(states, origin)
        if directions == "path"
        else (_random_plane(module, origin, seed), ("random direction 1", "random direction 2"))
    )
    back = np.linalg.pinv(axes)
    ways = {name: (rows - origin) @ back for name, rows in states.items()}
    window = _window(ways)
    low, high = window.T
    beyond = BEYOND * (high - low)
    across, up = np.linspace(low - beyond, high + beyond, side).T
    losses = _losses(module, loss, x, y, batch, origin, axes, across, up)
    landscape = Landscape(across.copy(), up.copy(), losses, window, names)
    return {
        name: _run(landscape, way) for name, way in (ways or {"network": np.zeros((1, 2))}).items()
    }


def _parameters_of(module: Any) -> Floats:
    """Return the parameters of a module as one row."""
    if not callable(getattr(module, "parameters", None)):
        raise GdanimError(f"module: must be a torch module, got {module!r:.80}")
    return _joined([*module.parameters()])


def _run(landscape: Landscape, way: Floats) -> Run:
    """Return a way over the plane, `[S, 2]`, as a run."""
    recorder = Recorder(landscape, steps=len(way))
    for row in way:
        recorder.snapshot(row)
    return recorder.run()


def _joined(tensors: Sequence[Any]) -> Floats:
    return np.concatenate([np.ravel(numbers_of(tensor)).astype(np.float64) for tensor in tensors])


def _states(name: str, path: Sequence[Any], like: Floats) -> Floats:
    """Return the states along a path, `[S, P]`."""
    if not len(path):
        raise GdanimError(f"paths: {name!r} has no states")
    rows = [_joined(state if isinstance(state, list | tuple) else [state]) for state in path]
    if any(len(row) != len(like) for row in rows):
        sizes = sorted({len(row) for row in rows})
        raise GdanimError(
            f"paths: the module has {len(like)} parameters, and the states of {name!r} have "
            f"{', '.join(map(str, sizes))}"
        )
    return np.stack(rows)


def _main_plane(states: Mapping[str, Floats], origin: Floats) -> tuple[Floats, tuple[str, str]]:
    """Return the two directions in which all paths move most, `[2, P]`, and their names."""
    some = [
        rows[np.unique(np.linspace(0, len(rows) - 1, _STATES).astype(np.int64))]
        for rows in states.values()
    ]
    # Rows of zeros, so that there are two directions even without two steps.
    offsets = np.concatenate([*(rows - origin for rows in some), np.zeros((2, len(origin)))])
    _, strengths, axes = np.linalg.svd(offsets, full_matrices=False)
    # The sign of a singular vector depends on the LAPACK library; this fixes it.
    largest = abs(axes[:2]).argmax(axis=1)
    signs = np.sign(axes[[0, 1], largest])
    shares = 100 * strengths[:2] ** 2 / (np.sum(strengths**2) or 1.0)
    names = tuple(f"direction {k + 1} ({share:.0f} %)" for k, share in enumerate(shares))
    return axes[:2] * signs[:, np.newaxis], (names[0], names[1])


def _random_plane(module: Any, origin: Floats, seed: int) -> Floats:
    """Return two random directions, each filter of the norm of the network's, `[2, P]`."""
    rng, axes = np.random.default_rng(check_int("seed", seed)), []
    for _ in range(2):
        parts, at = [], 0
        for parameter in module.parameters():
            shape = tuple(parameter.shape)
            size = int(np.prod(shape))
            weights = origin[at : at + size].reshape(shape)
            at += size
            drawn = rng.standard_normal(shape)
            if len(shape) < 2:
                parts.append(np.zeros(size))
                continue
            filters, norms = (part.reshape(shape[0], -1) for part in (drawn, weights))
            scale = np.linalg.norm(norms, axis=1) / np.linalg.norm(filters, axis=1)
            parts.append((filters * scale[:, np.newaxis]).ravel())
        axes.append(np.concatenate(parts))
    return np.stack(axes)


def _window(ways: Mapping[str, Floats]) -> Floats:
    """Return the part of the plane that is worth seeing, `[2, 2]`."""
    if not ways:
        return np.array([[-_ALONE, _ALONE]] * 2)
    every = np.concatenate([*ways.values()])
    low, high = every.min(axis=0), every.max(axis=0)
    # No side is less than a quarter of the other, so that a straight path has a landscape too.
    width = np.maximum(high - low, max(float((high - low).max()) / 4, 1e-6))
    middle = (low + high) / 2
    half = (0.5 + _ROOM) * width
    return np.stack([middle - half, middle + half], axis=1)


def _losses(
    module: Any,
    loss: Any,
    x: Any,
    y: Any,
    batch: int,
    origin: Floats,
    axes: Floats,
    across: Floats,
    up: Floats,
) -> Floats:
    """Return the loss at each point of the grid, `[B, A]`."""
    found = np.empty((len(up), len(across)))
    with _evaluating(module) as set_to:
        for i, b in enumerate(up):
            for j, a in enumerate(across):
                set_to(origin + a * axes[0] + b * axes[1])
                found[i, j] = _mean(module, loss, x, y, batch)
    return found


def _mean(module: Any, loss: Any, x: Any, y: Any, batch: int) -> float:
    """Return the mean loss over all points, in batches."""
    total = 0.0
    for first in range(0, len(x), batch):
        some = slice(first, first + batch)
        value = float(loss(module(x[some]), y[some]).detach())
        total += value * len(x[some]) / len(x)
    return total


@contextmanager
def _evaluating(module: Any) -> Iterator[Callable[[Floats], None]]:
    """Put the module into evaluation mode, and give a function that sets its parameters.

    Afterwards, all is as before.
    """
    parameters = [*module.parameters()]
    tracked = [parameter.requires_grad for parameter in parameters]
    before = [parameter.detach().clone() for parameter in parameters]

    def set_to(values: Floats) -> None:
        at = 0
        for parameter in parameters:
            size = int(np.prod(tuple(parameter.shape)))
            new = parameter.new_tensor(values[at : at + size]).reshape(parameter.shape)
            parameter.copy_(new)
            at += size

    for parameter in parameters:
        parameter.requires_grad_(False)
    try:
        with evaluation_mode(module):
            yield set_to
    finally:
        for parameter, value, tracks in zip(parameters, before, tracked, strict=True):
            parameter.copy_(value)
            parameter.requires_grad_(tracks)
