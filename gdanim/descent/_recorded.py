"""The part of a run that its summaries use: `Run` calls them, so they cannot import it."""

from __future__ import annotations

from typing import Protocol

from gdanim.analysis.events import Event
from gdanim.analysis.judgement import Judgement
from gdanim.core.arrays import Floats
from gdanim.descent.optimizer import Optimizer
from gdanim.problems.objective import Objective


class Recorded(Protocol):
    """A single run; see `Run` for its fields."""

    @property
    def problem(self) -> Objective: ...
    @property
    def optimizer(self) -> Optimizer | None: ...
    @property
    def params(self) -> Floats: ...
    @property
    def losses(self) -> Floats: ...
    @property
    def validation_losses(self) -> Floats | None: ...
    @property
    def rate_columns(self) -> Floats | None: ...
    @property
    def outcome(self) -> object: ...
    @property
    def events(self) -> tuple[Event, ...]: ...
    @property
    def judgement(self) -> Judgement: ...
