"""matplotlib in two thirds of the time, for programs that draw and show no documentation."""

from __future__ import annotations

from typing import Any


def import_without_docstrings() -> None:
    """Keep matplotlib from composing docstrings for its artists in this process.

    That takes a third of its import time, most of it for reading the docstrings of all setters.
    Call this before anything else imports matplotlib, and only in programs of our own: in a user's
    session `help(ax.set)` should list all properties.
    """
    from matplotlib import artist

    undocumented: Any = artist
    undocumented.kwdoc = lambda artist: ""
    undocumented.Artist._update_set_signature_and_docstring = classmethod(lambda artist: None)
