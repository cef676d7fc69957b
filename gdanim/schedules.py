"""Learning rate schedules.

Those that depend on the step's number alone are functions of it: `Cosine(0.1, 300)(150)`. Each is
given to an optimizer in place of a number: `GradientDescent(schedules.Cosine(0.1, 300))`. Derive
from Planned or Schedule for a schedule of your own.
"""

from gdanim.descent.by_loss import Plateau as Plateau
from gdanim.descent.by_loss import Switch as Switch
from gdanim.descent.decay import Cosine as Cosine
from gdanim.descent.decay import Exponential as Exponential
from gdanim.descent.decay import Piecewise as Piecewise
from gdanim.descent.decay import StepDecay as StepDecay
from gdanim.descent.schedule import Constant as Constant
from gdanim.descent.schedule import Planned as Planned
from gdanim.descent.schedule import Rate as Rate
from gdanim.descent.schedule import Schedule as Schedule
from gdanim.descent.warm_up import OneCycle as OneCycle
from gdanim.descent.warm_up import WarmUp as WarmUp

__all__ = [
    "Constant",
    "Cosine",
    "Exponential",
    "OneCycle",
    "Piecewise",
    "Planned",
    "Plateau",
    "Rate",
    "Schedule",
    "StepDecay",
    "Switch",
    "WarmUp",
]
