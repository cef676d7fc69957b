"""What a panel shows: one module a view, `base.py` for their contract, `theme.py` for the look.

Knows runs and timelines; knows nothing of files, frame sizes and encoders. Drawing that several
views share is in `_drawing`.
"""

from gdanim.views._drawing.axes import label_axes as label_axes
from gdanim.views._drawing.axes import style_axes as style_axes
from gdanim.views.base import Clip as Clip
from gdanim.views.base import StepView as StepView
from gdanim.views.base import Update as Update
from gdanim.views.base import View as View
from gdanim.views.batch import Batch as Batch
from gdanim.views.boundary import Boundary as Boundary
from gdanim.views.confusion import Confusion as Confusion
from gdanim.views.contour import Contour as Contour
from gdanim.views.each import Each as Each
from gdanim.views.fit import Fit as Fit
from gdanim.views.gradient import Gradient as Gradient
from gdanim.views.hidden_units import HiddenUnits as HiddenUnits
from gdanim.views.inset import Inset as Inset
from gdanim.views.learning_rate import LearningRate as LearningRate
from gdanim.views.loss_curve import LossCurve as LossCurve
from gdanim.views.loss_slice import LossSlice as LossSlice
from gdanim.views.parameters import Parameters as Parameters
from gdanim.views.rate_sweep import RateSweep as RateSweep
from gdanim.views.surface import Surface as Surface
from gdanim.views.text import Text as Text
from gdanim.views.theme import DARK as DARK
from gdanim.views.theme import LIGHT as LIGHT
from gdanim.views.theme import PROJECTOR as PROJECTOR
from gdanim.views.theme import Theme as Theme
from gdanim.views.weights import Weights as Weights
