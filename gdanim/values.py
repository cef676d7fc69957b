"""Values as files: frozen dataclasses of gdanim's, as a tree of names beside plain arrays.

Nothing is pickled, so reading a file runs no code of anybody's.
"""

from __future__ import annotations

import importlib
import json
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdanim.errors import GdanimError
from gdanim.files import replacing

FORMAT = "gdanim value 1"
# A file can name classes of these packages only: importing anything else could run its code.
PACKAGES = ("gdanim.problems.", "gdanim.descent.")
Arrays = dict[str, NDArray[Any]]


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
    if is_dataclass(kind) and kind.__module__.startswith(PACKAGES):
        content = {
            f.name: _encode(f"{where}.{f.name}", getattr(value, f.name), arrays)
            for f in fields(kind)
            if f.init
        }
        return {"class": [kind.__module__, kind.__qualname__], "fields": content}
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
    module, name = tree["class"]
    if not module.startswith(PACKAGES):
        raise ValueError(module)
    kind = getattr(importlib.import_module(module), name)
    if not (isinstance(kind, type) and is_dataclass(kind) and kind.__module__ == module):
        raise ValueError(name)
    return kind(**{key: _decode(item, arrays) for key, item in tree["fields"].items()})
