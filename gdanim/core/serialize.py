"""Save frozen dataclasses as .npz: a tree of type names next to plain arrays.

Nothing is pickled: loading never executes code from the file. Types are stored by their bare
names, not by the paths of their modules, so that files outlive a move within the package.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdanim.core.atomic import replacing
from gdanim.errors import GdanimError

FORMAT = "gdanim value 2"
# The packages whose dataclasses a file can hold.
PACKAGES = ("gdanim.problems", "gdanim.descent")
Arrays = dict[str, NDArray[Any]]


@cache
def type_names() -> Mapping[str, type]:
    """The dataclasses that a file can hold, by the names under which it holds them."""
    table: dict[str, type] = {}
    for package in map(import_module, PACKAGES):
        for entry in iter_modules(package.__path__, f"{package.__name__}."):
            for name, kind in vars(import_module(entry.name)).items():
                if is_dataclass(kind) and kind.__module__ == entry.name:
                    assert isinstance(kind, type) and name == kind.__qualname__
                    assert name not in table, f"{table[name]} and {kind} would share a name"
                    table[name] = kind
    return MappingProxyType(table)


def save_value(value: Any, path: Path) -> None:
    """Write `value` as .npz; GdanimError when it cannot be kept, and the file is as it was."""
    arrays: Arrays = {}
    tree = json.dumps({"format": FORMAT, "value": _encode(type(value).__name__, value, arrays)})
    content: dict[str, Any] = {"tree": np.array(tree), **arrays}
    with replacing(path) as part, part.open("wb") as file:
        # numpy would add .npz to a name that ends in anything else.
        np.savez_compressed(file, **content)


def load_value(path: Path) -> Any:
    """The value that `save_value` wrote; GdanimError when the file is no such file."""
    try:
        # numpy leaves a file that it opened itself open where it turns out to be damaged.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as content:
            arrays: Arrays = dict(content)
        tree = json.loads(str(arrays.pop("tree")))
        if tree["format"] != FORMAT:
            raise ValueError(tree["format"])
        return _decode(tree["value"], arrays)
    except OSError as error:
        raise GdanimError(f"{path}: cannot be read: {error.strerror or error}") from error
    # A damaged file fails anywhere: in zlib, zipfile, numpy, json, or a value's own checks.
    except Exception as error:
        raise GdanimError(
            f"{path}: is damaged, or is not a file that this version of gdanim wrote"
        ) from error


def _encode(where: str, value: Any, arrays: Arrays) -> Any:
    """`value` as JSON, its arrays put aside; `where` it stands is for the error."""
    kind = type(value)
    if value is None or kind in (bool, int, float, str):
        return value
    if isinstance(value, np.ndarray | np.generic) and value.dtype.kind in "biufU":
        name = f"array{len(arrays)}"
        arrays[name] = np.asarray(value)
        return {"array" if isinstance(value, np.ndarray) else "scalar": name}
    if kind in (tuple, list):
        items = [_encode(f"{where}[{i}]", item, arrays) for i, item in enumerate(value)]
        return {kind.__name__: items}
    if kind is dict and all(isinstance(key, str) for key in value):
        items = [_encode(f"{where}[{key!r}]", value[key], arrays) for key in value]
        return {"keys": list(value), "values": items}
    if type_names().get(kind.__qualname__) is kind:
        content = {
            f.name: _encode(f"{where}.{f.name}", getattr(value, f.name), arrays)
            for f in fields(kind)
            if f.init
        }
        return {"type": kind.__qualname__, "fields": content}
    raise GdanimError(
        f"{where}: {value!r:.80} cannot be kept in a file, only numbers, names and gdanim's own "
        f"classes can; save it without"
    )


def _decode(tree: Any, arrays: Arrays) -> Any:
    if not isinstance(tree, dict):
        return tree
    if "array" in tree:
        return arrays[tree["array"]]
    if "scalar" in tree:
        return arrays[tree["scalar"]][()]
    if "tuple" in tree:
        return tuple(_decode(item, arrays) for item in tree["tuple"])
    if "list" in tree:
        return [_decode(item, arrays) for item in tree["list"]]
    if "keys" in tree:
        values = [_decode(item, arrays) for item in tree["values"]]
        return dict(zip(tree["keys"], values, strict=True))
    fields_of = {key: _decode(item, arrays) for key, item in tree["fields"].items()}
    return type_names()[tree["type"]](**fields_of)
