"""One clear line for each wrong argument of what is minimised and how."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from gdanim.descent import schedules
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.errors import GdanimError
from gdanim.problems import objectives
from gdanim.problems.losses import Huber
from gdanim.problems.penalties import L1, L2

MISTAKES: dict[str, tuple[Callable[[Any], Any], Any, str]] = {
    # Several numbers where one is meant.
    "deltas": (Huber, [1, 2], "Huber: delta: must be one finite number, got [1, 2]"),
    "weights of L1": (L1, [1, 2], "L1: weight: must be one finite number, got [1, 2]"),
    "weights of L2": (L2, [1, 2], "L2: weight: must be one finite number, got [1, 2]"),
    "conditions": (objectives.bowl, [1, 2], "condition: must be one finite number, got [1, 2]"),
    "factors": (
        lambda value: schedules.Exponential(1, value),
        [1, 2],
        "factor: must be one finite number, got [1, 2]",
    ),
    "two rates of one parameter": (
        lambda value: GradientDescent({"slope": value, "intercept": 1}),
        [1, 2],
        "lr['slope']: must be one finite number, got [1, 2]",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_one_clear_line(name: str) -> None:
    make, value, message = MISTAKES[name]
    with pytest.raises(GdanimError, match=f"^{re.escape(message)}"):
        make(value)
