"""The processes of this machine."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest


def working_in(folder: Path) -> list[int]:
    """Those that have a path below the folder among their arguments."""
    found = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if f"{folder}/".encode() in place.read_bytes():
                found.append(int(place.parent.name))
        except OSError:
            continue
    return found


def in_own_mounts(script: str) -> subprocess.CompletedProcess[str]:
    """Run a shell script whose mounts nobody else sees, and which end with it."""
    unshare = ["unshare", "--map-root-user", "--mount"]
    if shutil.which("unshare") is None or subprocess.run([*unshare, "true"]).returncode:
        pytest.skip("this system lets nobody mount a file system of their own")
    return subprocess.run(
        [*unshare, "sh", "-ec", script], capture_output=True, text=True, timeout=120
    )
