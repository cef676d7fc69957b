"""Knobs: what a parameter allows, and what its text means."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Annotated, Any, Literal, get_type_hints

import pytest
from annotated_types import Ge, Gt, Interval, Le, Lt, MultipleOf, doc

from gdanim.errors import GdanimError
from gdanim.scripting.knobs import Knob, knob_of


def knob(function: Callable[..., Any]) -> Knob:
    """The knob of a function's only parameter."""
    (parameter,) = inspect.signature(function).parameters.values()
    hints = get_type_hints(function, include_extras=True)
    return knob_of(parameter, hints.get(parameter.name))


def rate(lr: Annotated[float, Interval(gt=0, le=2)] = 1) -> None: ...
def split(lr: Annotated[float, Gt(0), doc("the step's length"), Lt(2)] = 0.5) -> None: ...
def points(n: Annotated[int, Ge(2), Le(5)] = 3) -> None: ...
def plain(n: int = 3) -> None: ...
def free(x: float = 0.0) -> None: ...
def switch(on: bool = True) -> None: ...
def label(text: str = "a") -> None: ...
def choice(kind: Literal["near", "far"] = "near") -> None: ...
def degree(k: Literal[1, 3] = 3) -> None: ...


@pytest.mark.parametrize(
    ("function", "text", "value"),
    [
        (rate, "0.3", 0.3),
        (rate, "2", 2.0),
        (split, "1e-3", 1e-3),
        (points, "2", 2),
        (points, "5", 5),
        (free, "-7", -7.0),
        (switch, "no", False),
        (switch, "True", True),
        (label, "b = c", "b = c"),
        (choice, "far", "far"),
        (degree, "1", 1),
    ],
)
def test_text_becomes_a_value(function: Callable[..., Any], text: str, value: object) -> None:
    parsed = knob(function).parse(text)
    assert parsed == value
    assert type(parsed) is type(value)


@pytest.mark.parametrize(
    ("function", "text", "allowed"),
    [
        (rate, "3", "a number above 0 and at most 2"),
        (rate, "0", "a number above 0 and at most 2"),
        (rate, "fast", "a number above 0 and at most 2"),
        (split, "2", "a number above 0 and below 2"),
        (points, "1", "a whole number at least 2 and at most 5"),
        (points, "6", "a whole number at least 2 and at most 5"),
        (points, "2.5", "a whole number at least 2 and at most 5"),
        (plain, "", "a whole number"),
        (free, "nan", "a number"),
        (free, "inf", "a number"),
        (switch, "maybe", "true or false"),
        (choice, "here", "one of near, far"),
        (degree, "2", "one of 1, 3"),
    ],
)
def test_wrong_text_says_what_is_allowed(
    function: Callable[..., Any], text: str, allowed: str
) -> None:
    knob_ = knob(function)
    with pytest.raises(GdanimError) as caught:
        knob_.parse(text)
    assert str(caught.value) == f"{knob_.name}={text}: must be {allowed}"


def test_a_whole_default_of_a_float_is_a_float() -> None:
    assert type(knob(rate).default) is float


def no_default(lr: Annotated[float, Gt(0)]) -> None: ...
def no_default_choice(kind: Literal["near", "far"]) -> None: ...
def no_type(lr=0.1) -> None: ...  # type: ignore[no-untyped-def]
def a_list(lr: list[float] = []) -> None: ...  # noqa: B006
def optional(lr: float | None = None) -> None: ...
def mixed(lr: Literal["a", 1] = 1) -> None: ...
def every(*lr: float) -> None: ...
def keywords(**lr: float) -> None: ...
def positional(lr: float = 0.1, /) -> None: ...
def outside(lr: Annotated[float, Interval(gt=0, le=2)] = 3.0) -> None: ...
def infinite(lr: float = float("inf")) -> None: ...
def other_type(n: int = 0.5) -> None: ...  # type: ignore[assignment]
def bool_for_int(n: int = True) -> None: ...
def other_choice(kind: Literal["near"] = "far") -> None: ...  # type: ignore[assignment]
def bounded_text(text: Annotated[str, Gt(0)] = "a") -> None: ...
def other_bound(n: Annotated[int, MultipleOf(2)] = 2) -> None: ...
def text_bound(n: Annotated[int, Gt("a")] = 2) -> None: ...


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (no_default, "has no default: write lr: float = 0.1"),
        (no_default_choice, "has no default: write kind: Literal['near', 'far'] = 'near'"),
        (no_type, "its type must be float, int, bool, str or a Literal"),
        (a_list, "its type must be float, int, bool, str or a Literal"),
        (optional, "its type must be float, int, bool, str or a Literal"),
        (mixed, "its type must be float, int, bool, str or a Literal"),
        (every, "must be a plain parameter with a default: write lr: float = 0.1"),
        (keywords, "must be a plain parameter with a default: write lr: float = 0.1"),
        (positional, "must be a plain parameter with a default: write lr: float = 0.1"),
        (outside, "its default must be a number above 0 and at most 2, got 3.0"),
        (infinite, "its default must be a number, got inf"),
        (other_type, "its default must be a whole number, got 0.5"),
        (bool_for_int, "its default must be a whole number, got True"),
        (other_choice, "its default must be one of near, got 'far'"),
        (bounded_text, "Gt(gt=0) is for numbers only: remove it"),
        (other_bound, "MultipleOf(multiple_of=2) is not supported: use Interval"),
        (text_bound, "Gt(gt='a') is not supported: use Interval"),
    ],
)
def test_a_parameter_that_is_no_knob(function: Callable[..., Any], message: str) -> None:
    with pytest.raises(GdanimError) as caught:
        knob(function)
    assert message in str(caught.value)
