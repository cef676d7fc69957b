"""Values that belong to an object, computed once for each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar
from weakref import ref

Owner = TypeVar("Owner")
Value = TypeVar("Value")


class PerObject(Generic[Owner, Value]):
    """A function of an object, called once for each and kept while the object lives.

    Objects are told apart by identity: a dataclass that holds an array has no hash.
    """

    def __init__(self, function: Callable[[Owner], Value]) -> None:
        self._function = function
        self._known: dict[int, tuple[ref[Owner], Value]] = {}

    def __call__(self, owner: Owner) -> Value:
        """Return the function's value."""
        key = id(owner)
        if key not in self._known:
            gone = ref(owner, lambda _: self._known.pop(key, None))
            self._known[key] = gone, self._function(owner)
        return self._known[key][1]
