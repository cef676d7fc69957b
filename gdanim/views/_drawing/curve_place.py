"""Where a curve lies relative to points, in words."""

from __future__ import annotations

import numpy as np

from gdanim.core.arrays import Floats

# A curve is close to the points if its median distance from them is at most _CLOSE of their range,
# and far from them if it is more than _FAR.
_CLOSE, _FAR = 0.05, 0.5
# It is above (or below) the points if it is above at least _ENTIRELY of them, and mostly above if
# it is above at least _MOSTLY of them.
_ENTIRELY, _MOSTLY = 0.9, 0.7


def curve_place(prediction: Floats, y: Floats) -> str:
    """`(n),(n)->()`: `close to`, `across`, `above`, `mostly below`, ... the points `y`.

    The distance is the median one, as a part of the range of `y`; if all points have the same y, as
    a part of their size, or if that is 0, of 1.
    """
    with np.errstate(all="ignore"):
        distances = prediction - y
    if not np.isfinite(distances).all():
        return "out of sight of"
    scale = float(np.ptp(y)) or float(abs(y).max()) or 1.0
    typical, above = float(np.median(abs(distances))) / scale, float((distances > 0).mean())
    if typical <= _CLOSE:
        return "close to"
    share = max(above, 1 - above)
    if share < _MOSTLY:
        return "far from most of" if typical > _FAR else "across"
    side = "above" if above > 0.5 else "below"
    return f"{'mostly ' * (share < _ENTIRELY)}{'far ' * (typical > _FAR)}{side}"
