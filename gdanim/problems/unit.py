"""How the numbers of a column relate to what was measured."""

from __future__ import annotations

from dataclasses import dataclass

from gdanim.core.arrays import Floats


@dataclass(frozen=True)
class Unit:
    """The unit of a column, and the shift and scale that give what was measured.

    The measured values are `number * factor + offset`, in the unit `symbol`. For dates, these are
    days since `first`, itself in days since the beginning of 1970.
    """

    symbol: str = ""
    offset: float = 0.0
    factor: float = 1.0
    first: float | None = None

    @property
    def standardised(self) -> bool:
        """Whether the numbers are not those that were measured."""
        return (self.offset, self.factor) != (0.0, 1.0)

    def measured(self, values: Floats) -> Floats:
        """Return what was measured."""
        return values * self.factor + self.offset

    def numbers(self, measured: Floats) -> Floats:
        """Return the numbers for what was measured."""
        return (measured - self.offset) / self.factor

    def label(self, name: str) -> str:
        """Return a column's name with the unit, unless the name has it: `price ($)`."""
        return f"{name} ({self.symbol})" if self.symbol and self.symbol not in name else name
