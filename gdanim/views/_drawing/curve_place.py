"""Where a curve lies relative to points, in words."""

from __future__ import annotations

import numpy as np

from gdanim.core.arrays import Floats

# A curve whose typical distance from the points is at most CLOSE of their range is close to them,
# and one above _FAR is far from them.
_CLOSE, _FAR = 0.05, 0.5
# It is above (or below) the points when it is above this share of them, and mostly above them from
# MOSTLY on.
_ENTIRELY, _MOSTLY = 0.9, 0.7


def curve_place(prediction: Floats, y: Floats) -> str:
    """`(n),(n)->()`: `close to`, `across`, `above`, `mostly below`, ... the points `y`.

    The typical distance is the median one. Where all points have the same y, it is measured in
    their size, or in 1.
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
