"""Knobs: the parameters of a scene function, their types and bounds."""

from __future__ import annotations

import inspect
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args, get_origin

from annotated_types import BaseMetadata, Ge, GroupedMetadata, Gt, Le, Lt

from gdanim.core.arrays import set_fields
from gdanim.errors import GdanimError, RequestError

Value = float | int | bool | str
Bound = Gt | Ge | Lt | Le

NOUNS: dict[type, str] = {
    float: "a number",
    int: "a whole number",
    bool: "true or false",
    str: "text",
}
SWITCH = {
    **dict.fromkeys(("true", "yes", "on", "1"), True),
    **dict.fromkeys(("false", "no", "off", "0"), False),
}


@dataclass(frozen=True)
class Knob:
    """A parameter of a scene function.

    `kind` is float, int, bool or str. If there are `choices`, only these are allowed. A value must
    satisfy all `bounds`. Raises GdanimError for a default that is not allowed.
    """

    name: str
    kind: type[Value]
    default: Value
    choices: tuple[Value, ...] = ()
    bounds: tuple[Bound, ...] = ()

    def __post_init__(self) -> None:
        if not _is_of_kind(self.default, self.kind):
            raise GdanimError(f"its default must be {self.allowed}, got {self.default!r}")
        set_fields(self, default=self.kind(self.default))
        if not self.allows(self.default):
            raise GdanimError(f"its default must be {self.allowed}, got {self.default!r}")

    @property
    def allowed(self) -> str:
        """What is allowed, in words: `a number above 0 and at most 2`."""
        if self.choices:
            return f"one of {', '.join(map(str, self.choices))}"
        return " ".join([NOUNS[self.kind], *([self.limits] if self.bounds else [])])

    @property
    def limits(self) -> str:
        """The bounds in words: `above 0 and at most 2`, or nothing."""
        return " and ".join(_in_words(bound) for bound in self.bounds)

    def allows(self, value: Value) -> bool:
        """Tell whether a value of the knob's kind is finite, a choice, and within the bounds."""
        if isinstance(value, float) and not math.isfinite(value):
            return False
        if self.choices and value not in self.choices:
            return False
        return all(_within(value, bound) for bound in self.bounds)

    def parse(self, text: str) -> Value:
        """Parse a value; RequestError says what is allowed."""
        value = self._read(text)
        if value is None or not self.allows(value):
            raise RequestError(f"{self.name}={text}: must be {self.allowed}")
        return value

    def _read(self, text: str) -> Value | None:
        if self.choices:
            return next((choice for choice in self.choices if str(choice) == text), None)
        if self.kind is bool:
            return SWITCH.get(text.lower())
        try:
            return self.kind(text)
        except ValueError:
            return None


def knob_of(parameter: inspect.Parameter, hint: Any) -> Knob:
    """Make a knob of a parameter and its type hint; GdanimError says what to write instead."""
    name = parameter.name
    if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
        raise GdanimError(f"must be a plain parameter with a default: write {name}: float = 0.1")
    kind, metadata = _split_annotated(hint)
    choices = get_args(kind) if get_origin(kind) is Literal else ()
    if choices and len({type(choice) for choice in choices}) == 1:
        kind = type(choices[0])
    if kind not in ((int, str) if choices else NOUNS):
        raise GdanimError(
            f"its type must be float, int, bool, str or a Literal of strings or whole numbers: "
            f"write {name}: float = 0.1"
        )
    if parameter.default is parameter.empty:
        example = {float: "0.1", int: "1", bool: "False"}.get(kind, repr((*choices, "")[0]))
        raise GdanimError(f"has no default: write {name}: {_source_of(hint)} = {example}")
    bounds = _bounds(metadata, numeric=kind in (float, int) and not choices)
    return Knob(name, kind, parameter.default, choices, bounds)


def _split_annotated(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    if get_origin(hint) is Annotated:
        kind, *metadata = get_args(hint)
        return kind, tuple(metadata)
    return hint, ()


def _bounds(metadata: Sequence[Any], numeric: bool) -> tuple[Bound, ...]:
    """Return the bounds among the metadata, and ignore what is not a constraint."""
    single = [
        item
        for entry in metadata
        for item in (entry if isinstance(entry, GroupedMetadata) else (entry,))
    ]
    constraints = [item for item in single if isinstance(item, BaseMetadata)]
    for item in constraints:
        if not numeric:
            raise GdanimError(f"{item} is for numbers only: remove it")
        if not (isinstance(item, Bound) and isinstance(_limit(item), int | float)):
            raise GdanimError(
                f"{item} is not supported: use Interval, Gt, Ge, Lt or Le with numbers"
            )
    return tuple(item for item in constraints if isinstance(item, Bound))


def _limit(bound: Bound) -> Any:
    match bound:
        case Gt(limit) | Ge(limit) | Lt(limit) | Le(limit):
            return limit


def _in_words(bound: Bound) -> str:
    word = {Gt: "above", Ge: "at least", Lt: "below", Le: "at most"}[type(bound)]
    return f"{word} {_limit(bound)}"


def _within(value: Any, bound: Bound) -> bool:
    match bound:
        case Gt(limit):
            return bool(value > limit)
        case Ge(limit):
            return bool(value >= limit)
        case Lt(limit):
            return bool(value < limit)
        case Le(limit):
            return bool(value <= limit)


def _is_of_kind(value: object, kind: type) -> bool:
    # In Python, a bool is an int, and an int is not a float.
    if isinstance(value, bool):
        return kind is bool
    return isinstance(value, (int, float) if kind is float else kind)


def _source_of(hint: Any) -> str:
    kind, _ = _split_annotated(hint)
    return kind.__name__ if isinstance(kind, type) else str(kind).replace("typing.", "")
