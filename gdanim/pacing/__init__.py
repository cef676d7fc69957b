"""How time runs: the paces of a video, `pacing.Log()` beside `pacing.Even()`."""

from gdanim.pacing.by_loss import ByLoss as ByLoss
from gdanim.pacing.by_motion import ByMotion as ByMotion
from gdanim.pacing.log import Log as Log
from gdanim.pacing.slow_motion import SlowMotion as SlowMotion
from gdanim.pacing.timeline import Even as Even
from gdanim.pacing.timeline import Every as Every
from gdanim.pacing.timeline import Pace as Pace
