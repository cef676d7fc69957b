"""Which control a knob has on the page, from its type and bounds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from annotated_types import Ge, Gt, Le, Lt

from gdanim.scripting.knobs import Knob, Value

Kind = Literal["slider", "number", "switch", "choice", "seed", "text"]
# Bounds that are this many times apart are on a logarithmic slider.
SPANS_DECADES = 100.0
# Where a logarithmic slider begins if its knob may have any value above 0, as a share of the end.
SMALLEST_SHARE = 1e-4
# How near a slider comes to a bound that is itself not allowed, as a share of its length.
MARGIN = 1e-3


@dataclass(frozen=True)
class Control:
    """A control of the page: the name of its knob, what is allowed in words, the range of a slider.

    `least` and `most` are allowed values; None where there is no bound. `whole` numbers have no
    decimals. Values are texts, as in `--set`.
    """

    name: str
    kind: Kind
    default: str
    allowed: str
    choices: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    whole: bool = False
    logarithmic: bool = False


def control_of(knob: Knob) -> Control:
    """Choose the control of a knob."""
    default, allowed = str(knob.default), knob.allowed
    if knob.choices:
        return Control(knob.name, "choice", default, allowed, tuple(map(str, knob.choices)))
    if knob.kind is bool:
        return Control(knob.name, "switch", str(knob.default).lower(), allowed)
    if knob.kind is str:
        return Control(knob.name, "text", default, allowed)
    whole = knob.kind is int
    least, most, logarithmic = _range(knob, whole)
    kind: Kind = "number" if least is None or most is None else "slider"
    if whole and knob.name == "seed" and kind == "number":
        kind = "seed"
    return Control(knob.name, kind, default, allowed, (), least, most, whole, logarithmic)


def _range(knob: Knob, whole: bool) -> tuple[float | None, float | None, bool]:
    """Return the least and greatest value, and whether they span decades."""
    low = max((one for one in knob.bounds if isinstance(one, Gt | Ge)), key=_limit, default=None)
    high = min((one for one in knob.bounds if isinstance(one, Lt | Le)), key=_limit, default=None)
    least, most = (None if one is None else _limit(one) for one in (low, high))
    if whole:
        least = least if least is None or isinstance(low, Ge) else math.floor(least) + 1
        most = most if most is None or isinstance(high, Le) else math.ceil(most) - 1
        return least, most, False
    if least is None or most is None:
        return least, most, False
    if isinstance(low, Gt):
        if least == 0:
            share = _smallest(knob.default, most)
            return share, most if isinstance(high, Le) else most * (1 - MARGIN), True
        least += MARGIN * (most - least)
    if isinstance(high, Lt):
        most -= MARGIN * (most - least)
    return least, most, least > 0 and most / least >= SPANS_DECADES


def _smallest(default: Value, most: float) -> float:
    """Return where a slider from 0 begins: below the default by as many decades as seem useful."""
    assert not isinstance(default, str)
    return float(f"{min(SMALLEST_SHARE * most, default / SPANS_DECADES):.0e}")


def _limit(bound: Gt | Ge | Lt | Le) -> float:
    match bound:
        case Gt(limit) | Ge(limit) | Lt(limit) | Le(limit):
            return float(limit)  # type: ignore[arg-type]
