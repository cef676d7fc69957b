"""Alternative text: what a video shows, in sentences for who cannot see it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

import numpy as np

from gdanim.analysis._curve_place import place
from gdanim.analysis._speech import colour_name, counted, listed, spoken
from gdanim.descent.events import Event, EventKind
from gdanim.descent.run import Run
from gdanim.problems.linear import Linear
from gdanim.problems.logistic import Logistic
from gdanim.problems.mlp import MLP
from gdanim.problems.model import Model
from gdanim.problems.polynomial import Polynomial
from gdanim.problems.problem import Problem
from gdanim.problems.sinusoid import Sinusoid
from gdanim.views.base import Clip, View
from gdanim.views.batch import Batch
from gdanim.views.boundary import Boundary
from gdanim.views.contour import Contour
from gdanim.views.each import Each
from gdanim.views.fit import Fit
from gdanim.views.gradient import Gradient
from gdanim.views.inset import Inset
from gdanim.views.learning_rate import LearningRate
from gdanim.views.loss_curve import LossCurve
from gdanim.views.loss_slice import LossSlice
from gdanim.views.parameters import Parameters
from gdanim.views.surface import Surface
from gdanim.views.weights import Weights

# Above so many runs they are counted, not described one by one.
DESCRIBED = 6
# A fall is as good as done when this share of it is.
MOST_OF_IT = 0.9
# A loss that ends within this share of its start has hardly changed.
HARDLY = 0.01
# What the panels other than the fit are, in words.
PANELS: dict[type[View], str] = {
    LossCurve: "the loss at every step",
    LossSlice: "the loss over one parameter, with a ball that rolls down it",
    Contour: "the loss over two parameters as a map, with the path across it",
    Boundary: "the points of two classes, and the probability of one of them",
    Surface: "the loss over two parameters as a landscape, with the path down it",
    Parameters: "the parameters at every step",
    LearningRate: "the learning rate at every step",
    Gradient: "the gradient and the step for each parameter",
    Batch: "which points each step sees",
    Weights: "the weights of the hidden units",
}


def described(clip: Clip, panels: Mapping[str, View]) -> str:
    """What the video of these runs shows: how they start, what happens, how they end.

    Every number follows from the runs; colours are those of the clip's theme.
    """
    views = [part for view in panels.values() for part in _parts(view)]
    fit = any(isinstance(view, Fit) for view in views)
    title = [f"{_plain(clip.title)}."] if clip.title else []
    if len(clip.runs) == 1:
        story = [*_start(clip, clip.run, fit), *_events(clip.run), *_end(clip.run, fit)]
    else:
        story = list(_comparison(clip, fit))
    return " ".join([*title, *story, *_others(views)])


def _start(clip: Clip, run: Run, fit: bool) -> Iterator[str]:
    loss = _loss(run)
    if fit and isinstance(run.problem, Problem):
        curve = f"{colour_name(clip.colour('', clip.theme.prediction))} {_shape(run.problem.model)}"
        yield (
            f"{_capital(_article(curve))} {curve} starts {_place(run, 0)} {_points(clip, run)}, "
            f"at a {loss}{_fall(run)}."
        )
    else:
        yield f"Gradient descent starts {_where(run, 0)}at a {loss}{_fall(run)}."


def _loss(run: Run) -> str:
    """What it starts from; a bare function's name would not be read well."""
    name = run.problem.loss_name if isinstance(run.problem, Problem) else "loss"
    return f"{name} of {spoken(float(run.losses[0]))}"


def _fall(run: Run) -> str:
    """By when most of the fall is done."""
    losses = run.losses
    down = float(losses[0] - losses[-1])
    if run.diverges or not down > HARDLY * abs(losses[0]):
        return ""
    done = losses <= losses[0] - MOST_OF_IT * down
    step = int(np.argmax(done))
    if step == run.steps:
        return ""
    return f"; by step {step:,} it is down to {spoken(float(losses[step]))}"


def _events(run: Run) -> Iterator[str]:
    """A sentence for each kind of event but the endings, in the order of their first ones."""
    found = [event for event in run.events if not event.kind.ends_run]
    times = Counter(event.kind for event in found)
    for kind in dict.fromkeys(event.kind for event in found):
        first = next(event for event in found if event.kind == kind)
        more = times[kind] - 1
        again = f" This happens {counted(more, 'more time')}." if more else ""
        yield _sentence(first, run) + again


def _sentence(event: Event, run: Run) -> str:
    numbers = {name: spoken(value) for name, value in event.numbers.items()}
    at, until = f"At step {event.step:,}", f"{event.last:,}"
    match event.kind:
        case EventKind.LEARNING_RATE:
            return f"{at} the learning rate changes from {numbers['before']} to {numbers['after']}."
        case EventKind.OVERSHOOT:
            return f"{at} the loss rises, from {numbers['before']} to {numbers['after']}."
        case EventKind.OSCILLATION:
            end = "on" if event.last >= run.steps else f"to step {until}"
            return f"From step {event.step:,} {end}, {event.text}."
        case EventKind.PLATEAU:
            return f"From step {event.step:,} to step {until} the loss hardly falls."
        case EventKind.OVERFITTING:
            return (
                f"The loss of the points that are held out is lowest at step {event.step:,}, "
                f"{numbers['lowest']}, and rises to {numbers['end']}: the fit follows the noise."
            )
    return f"{at}: {event.text}."


def _end(run: Run, fit: bool) -> Iterator[str]:
    yield f"{_ending(run)}."
    if fit and isinstance(run.problem, Problem):
        yield f"The curve ends {_place(run, run.steps)} the points."
    elif where := _where(run, run.steps).rstrip(", "):
        yield f"It ends {where}."


def _ending(run: Run) -> str:
    """How the run ends, as a sentence without its full stop."""
    last, loss = counted(run.steps, "step"), spoken(float(run.losses[-1]))
    event = next((event for event in run.events if event.kind.ends_run), None)
    if run.diverges:
        since = f"from step {event.step:,} on " if event else ""
        told = f"It diverges: {since}the loss grows without end, and is {loss} after {last}"
    elif event and event.kind == EventKind.CONVERGENCE:
        told = (
            f"It converges: from step {event.step:,} on the loss is as good as its lowest, {loss}"
        )
    elif event:
        best = run.problem.best()
        known = f", while the {best.name} has {spoken(best.loss)}" if best else ""
        told = f"It is stuck in a local minimum: after {last} the loss is {loss}{known}"
    else:
        told = f"After {last} the loss is {loss}{_left(run)}"
    return told


def _left(run: Run) -> str:
    """How an end that is no arrival compares with the start and the best known."""
    start, end, best = float(run.losses[0]), float(run.losses[-1]), run.problem.best()
    if abs(end - start) <= HARDLY * abs(start):
        return ", as good as unchanged"
    if end > start:
        return f", more than the {spoken(start)} that it began with"
    return f"; the {best.name} has {spoken(best.loss)}" if best and best.loss < end else ""


def _comparison(clip: Clip, fit: bool) -> Iterator[str]:
    labels = list(clip.runs)
    if len(labels) > DESCRIBED:
        yield from _crowd(clip)
        return
    yield f"{len(labels)} runs are compared: {listed([_named(clip, one) for one in labels])}."
    for label, run in clip.runs.items():
        seen = fit and isinstance(run.problem, Problem)
        begins = f"starts {_place(run, 0)} {_points(clip, run)}, " if seen else "starts "
        name = _plain(label)
        # A knob's name keeps its small letter.
        who = f"With {name} it" if "=" in name else _capital(name)
        yield f"{who} {begins}at a {_loss(run)}."
        yield from _end(run, fit)


def _crowd(clip: Clip) -> Iterator[str]:
    """Many runs: how they end, and the lowest and highest loss."""
    ends = {label: float(run.losses[-1]) for label, run in clip.runs.items()}
    starts = [float(run.losses[0]) for run in clip.runs.values()]
    span = listed([spoken(min(starts)), spoken(max(starts))])
    yield f"{len(ends)} runs are compared; they start at losses between {span}."
    kinds = Counter(_kind(run) for run in clip.runs.values())
    yield f"{listed([f'{number} {kind}' for kind, number in kinds.items()])}."
    settled = {label: loss for label, loss in ends.items() if np.isfinite(loss)}
    low, high = (pick(settled, key=lambda label: settled[label]) for pick in (min, max))
    yield (
        f"The lowest loss at the end is {spoken(settled[low])} ({_plain(low)}), "
        f"the highest {spoken(settled[high])} ({_plain(high)})."
    )


def _kind(run: Run) -> str:
    if run.diverges:
        return "diverged"
    kinds = {event.kind for event in run.events}
    arrived = "converged" if EventKind.CONVERGENCE in kinds else "did not arrive at a minimum"
    return "got stuck in a local minimum" if EventKind.STUCK in kinds else arrived


def _parts(view: View) -> list[View]:
    """The panels that a panel is made of."""
    match view:
        case Each():
            return _parts(view.view)
        case Inset():
            return [*_parts(view.view), *_parts(view.inset)]
        case Fit(inset=View() as inset):
            return [view, *_parts(inset)]
    return [view]


def _others(views: list[View]) -> Iterator[str]:
    """What the panels other than the fit show."""
    words = list(dict.fromkeys(PANELS[type(view)] for view in views if type(view) in PANELS))
    rest = len(words) < len(views)
    if len(words) == 1:
        yield f"{'Another' if rest else 'The'} panel shows {words[0]}."
    elif words:
        yield f"{'Other' if rest else 'The'} panels show {listed(words)}."


def _named(clip: Clip, label: str) -> str:
    return f"{_plain(label)} ({colour_name(clip.colour(label))})"


def _place(run: Run, step: int) -> str:
    assert isinstance(run.problem, Problem)
    data = run.problem.data
    with np.errstate(all="ignore"):
        return place(run.problem.model.predict(run.params[step], data.x), data.y)


def _points(clip: Clip, run: Run) -> str:
    assert isinstance(run.problem, Problem)
    return f"{len(run.problem.data):,} {colour_name(clip.theme.points)} points"


def _where(run: Run, step: int) -> str:
    """`at x = 1 and y = 2, `; empty for more parameters than anybody can follow."""
    names, params = run.problem.names, run.params[step]
    if len(names) > 3 or not np.isfinite(params).all():
        return ""
    pairs = zip(names, params, strict=True)
    return f"at {listed([f'{name} = {spoken(float(value))}' for name, value in pairs])}, "


def _shape(model: Model) -> str:
    """What its predictions look like over one feature."""
    if isinstance(model, Polynomial) and len(model.names) > 3:
        return f"polynomial of degree {len(model.names) - 1}"
    straight = isinstance(model, Linear) or (isinstance(model, Polynomial) and len(model.names) < 3)
    shapes = {Polynomial: "parabola", Sinusoid: "sine curve", Logistic: "S-shaped curve"}
    named = {**shapes, MLP: "curve of a neural network"}
    return "line" if straight else named.get(type(model), "curve")


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _article(words: str) -> str:
    return "an" if words[0] in "aeiou" else "a"


def _plain(text: str) -> str:
    """Titles and labels in one line, without the marks of mathtext."""
    return " ".join(text.replace("$", "").replace("\\", "").replace("η", "learning rate").split())
