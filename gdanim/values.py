"""Values as files: frozen dataclasses of gdanim's, as a tree of names beside plain arrays.

Nothing is pickled, so reading a file runs no code of anybody's.
"""

from __future__ import annotations

import importlib
import json
import os
import zipfile
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdanim.errors import GdanimError

FORMAT = "gdanim value 1"
Arrays = dict[str, NDArray[Any]]


def save_value(value: Any, path: Path) -> None:
    """Write `value` as .npz, beside its place first; GdanimError when it cannot be kept."""
    arrays: Arrays = {}
    tree = json.dumps({"format": FORMAT, "value": _encode(value, arrays)})
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, tree=np.array(tree), **arrays)
        part.replace(path)
    except OSError as error:
        raise GdanimError(f"{path}: cannot be written: {error.strerror}") from None
    finally:
        part.unlink(missing_ok=True)


def load_value(path: Path) -> Any:
    """The value that `save_value` wrote; GdanimError when the file is no such file."""
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays: Arrays = dict(file)
        tree = json.loads(str(arrays.pop("tree")))
        if tree["format"] != FORMAT:
            raise ValueError(tree["format"])
        return _decode(tree["value"], arrays)
    except OSError as error:
        raise GdanimError(f"{path}: cannot be read: {error.strerror or error}") from None
    except (ValueError, KeyError, TypeError, zipfile.BadZipFile, EOFError):
        raise GdanimError(f"{path}: is not a file that this version of gdanim wrote") from None


def _encode(value: Any, arrays: Arrays) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.ndarray | np.generic):
        arrays[f"array{len(arrays)}"] = np.asarray(value)
        return {"array": f"array{len(arrays) - 1}"}
    if isinstance(value, tuple | list):
        return {"tuple": [_encode(item, arrays) for item in value]}
    kind = type(value)
    if is_dataclass(kind) and kind.__module__.startswith("gdanim."):
        content = {f.name: _encode(getattr(value, f.name), arrays) for f in fields(kind)}
        return {"class": [kind.__module__, kind.__qualname__], "fields": content}
    raise GdanimError(
        f"a {kind.__name__} cannot be kept in a file: only values of gdanim's own classes can"
    )


def _decode(tree: Any, arrays: Arrays) -> Any:
    if not isinstance(tree, dict):
        return tree
    if "array" in tree:
        return arrays[tree["array"]]
    if "tuple" in tree:
        return tuple(_decode(item, arrays) for item in tree["tuple"])
    module, name = tree["class"]
    if not module.startswith("gdanim."):
        raise ValueError(module)
    kind = getattr(importlib.import_module(module), name)
    if not (isinstance(kind, type) and is_dataclass(kind)):
        raise ValueError(name)
    return kind(**{key: _decode(item, arrays) for key, item in tree["fields"].items()})
