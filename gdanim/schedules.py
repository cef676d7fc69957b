"""Learning rate schedules.

Those that depend on the step's number alone are functions of it: `Cosine(0.1, 300)(150)`. Each is
given to an optimizer in place of a number: `GradientDescent(schedules.Cosine(0.1, 300))`. Derive
from Planned or Schedule for a schedule of your own.
"""

from gdanim.descent._by_loss import Plateau as Plateau
from gdanim.descent._by_loss import Switch as Switch
from gdanim.descent._decay import Cosine as Cosine
from gdanim.descent._decay import Exponential as Exponential
from gdanim.descent._decay import Piecewise as Piecewise
from gdanim.descent._decay import StepDecay as StepDecay
from gdanim.descent._warm_up import OneCycle as OneCycle
from gdanim.descent._warm_up import WarmUp as WarmUp
from gdanim.descent.schedule import Constant as Constant
from gdanim.descent.schedule import Planned as Planned
from gdanim.descent.schedule import Schedule as Schedule

__all__ = [
    "Constant",
    "Cosine",
    "Exponential",
    "OneCycle",
    "Piecewise",
    "Planned",
    "Plateau",
    "Schedule",
    "StepDecay",
    "Switch",
    "WarmUp",
]
