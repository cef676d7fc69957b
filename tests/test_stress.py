"""A few renders of the stress script; `python tests/stress.py 200` is the whole."""

from __future__ import annotations

import sys

import pytest
from stress import EXPECTED, FAULTS, stress


@pytest.mark.skipif(sys.platform != "linux", reason="counts processes and files in /proc")
def test_nothing_is_lost_and_nothing_leaks() -> None:
    outcomes = stress(2 * len(FAULTS))
    assert sum(outcomes.values()) == 2 * len(FAULTS)
    assert {fault for fault, _ in outcomes} == set(EXPECTED)
