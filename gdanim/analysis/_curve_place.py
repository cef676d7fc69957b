"""Where a curve runs, seen from the points."""

from __future__ import annotations

import numpy as np

from gdanim.core.arrays import Floats

# Typical distances, as shares of the points' own range, below which a curve is close to them, and
# above which it is far.
CLOSE, FAR = 0.05, 0.5
# A curve runs above the points when it does so at so many of them, or mostly above them.
ALL, MOST = 0.9, 0.7


def place(prediction: Floats, y: Floats) -> str:
    """`(n),(n)->()`: `close to`, `across`, `above`, `mostly below`, ... the points `y`.

    The typical distance is the median one; a range of 0 counts as the points' own size, or 1.
    """
    with np.errstate(all="ignore"):
        off = prediction - y
    if not np.isfinite(off).all():
        return "out of sight of"
    scale = float(np.ptp(y)) or float(abs(y).max()) or 1.0
    typical, above = float(np.median(abs(off))) / scale, float((off > 0).mean())
    if typical <= CLOSE:
        return "close to"
    share = max(above, 1 - above)
    if share < MOST:
        return "far from most of" if typical > FAR else "across"
    side = "above" if above > 0.5 else "below"
    return f"{'mostly ' * (share < ALL)}{'far ' * (typical > FAR)}{side}"
