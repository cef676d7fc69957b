"""How time runs in a video: which step each frame shows.

Even and Every look at the step's number alone; Log, ByLoss and ByMotion give each step a share of
the frames; SlowMotion slows another pace down around events. Derive from ByWeight or Pace for a
pace of your own. Nothing here draws: a Timeline is a step for each frame.
"""

from gdanim.pacing.slow_motion import SlowMotion as SlowMotion
from gdanim.pacing.timeline import Even as Even
from gdanim.pacing.timeline import Every as Every
from gdanim.pacing.timeline import Pace as Pace
from gdanim.pacing.timeline import Timeline as Timeline
from gdanim.pacing.weighted import ByLoss as ByLoss
from gdanim.pacing.weighted import ByMotion as ByMotion
from gdanim.pacing.weighted import ByWeight as ByWeight
from gdanim.pacing.weighted import Log as Log
