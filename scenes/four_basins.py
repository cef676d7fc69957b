"""Every start of Himmelblau's function, coloured by the minimum that it leads to.

Watch the colours spread from the four stars: a start is coloured at the step at which its descent
arrives, and paler the longer its way. Where two colours meet, the smallest step aside decides where
the descent ends.
"""

from typing import Annotated

from annotated_types import Interval

from gdanim import Even, GradientDescent, Momentum, Newton, Optimizer, Scene, objectives, views

Rate = Annotated[float, Interval(gt=0, le=0.02)]
Place = Annotated[float, Interval(ge=-5, le=5)]


def scene(lr: Rate = 0.01, x: Place = -0.3, y: Place = -1.2) -> Scene:
    return _basins(GradientDescent(lr), (x, y), 60, "Four minima, four basins")


def momentum(lr: Rate = 0.01, x: Place = -4.5, y: Place = 1.0) -> Scene:
    """Momentum carries many starts past the minimum in front of them: the basins are torn.

    More than one start in five ends in another minimum than with gradient descent, this one too.
    """
    return _basins(Momentum(lr, 0.8), (x, y), 90, "Momentum tears the basins")


def newton(x: Place = -0.5, y: Place = 0.3) -> Scene:
    """Newton's method looks for a slope of 0, and so it also finds saddles and, as here, the top.

    From the grey starts, four in ten, it ends where nothing is lowest. Between the colours, the
    basins are mixed ever more finely.
    """
    return _basins(Newton(), (x, y), 16, "Newton's method climbs, too")


def _basins(optimizer: Optimizer, start: tuple[float, float], steps: int, title: str) -> Scene:
    return Scene(
        objectives.himmelblau(),
        optimizer,
        start,
        steps=steps,
        title=title,
        panels={"starts": views.Basins()},
        pace=Even(seconds=12),
    )
