"""How time runs: the paces of a video, `paces.Log()` beside `paces.Even()`."""

from gdanim.paces.log import Log as Log
from gdanim.paces.loss import Loss as Loss
from gdanim.paces.motion import Motion as Motion
from gdanim.paces.slow_motion import SlowMotion as SlowMotion
from gdanim.timeline import Even as Even
from gdanim.timeline import Every as Every
from gdanim.timeline import Pace as Pace
