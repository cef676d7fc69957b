"""What the README shows is what is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_scene_it_shows_is_the_one_that_ships() -> None:
    (shown,) = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    assert shown == (ROOT / "scenes" / "sine_lr_too_high.py").read_text(encoding="utf-8")


def test_it_lists_every_scene_that_ships() -> None:
    listed = re.findall(r"^\| `(\w+\.py)` \|", README, flags=re.MULTILINE)
    assert sorted(listed) == sorted(path.name for path in (ROOT / "scenes").glob("*.py"))


def test_its_files_are_there() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README)
    assert links
    missing = [link for link in links if "://" not in link and not (ROOT / link).exists()]
    assert not missing
