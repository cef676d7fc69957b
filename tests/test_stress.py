"""A few renders of the stress script; `python tests/stress.py 200` is the whole."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from stress import EXPECTED, FAULTS

pytestmark = pytest.mark.slow

SCRIPT = Path(__file__).with_name("stress.py")


@pytest.mark.skipif(sys.platform != "linux", reason="counts processes and files in /proc")
def test_nothing_is_lost_and_nothing_leaks() -> None:
    # A process of its own: it counts, and kills, all children that it finds.
    renders = 2 * len(FAULTS)
    done = subprocess.run(
        [sys.executable, SCRIPT, f"{renders}"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    *lines, last = done.stdout.splitlines()
    counted = [(int(line[:5]), line[7:23].strip()) for line in lines]
    assert sum(times for times, _ in counted) == renders
    assert {fault for _, fault in counted} == set(EXPECTED)
    assert last.startswith(f"{renders} renders") and last.endswith("nothing lost, nothing left")
