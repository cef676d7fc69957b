"""What runs must have in common to be drawn in one panel."""

from __future__ import annotations

from gdanim.errors import GdanimError
from gdanim.views.base import Clip


def expect_alike(view: str, clip: Clip, alike: bool, what: str) -> None:
    """Raise GdanimError, which suggests `views.Each`, unless the drawn runs are alike in `what`."""
    if not alike:
        raise GdanimError(
            f"{view}: the runs {', '.join(clip.drawn_runs)} have different {what}; "
            f"show each by itself with views.Each(views.{view}())"
        )
