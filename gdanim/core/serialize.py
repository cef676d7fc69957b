"""Save frozen dataclasses as .npz: a tree of type names next to plain arrays.

Nothing is pickled, and loading never executes code from the file. gdanim's own types are stored by
their bare names, so that files survive moves within the package: the caller passes a table of them.
A user's class is stored as `module:name`, and found only among the classes that are loaded already.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdanim.core.atomic import replacing
from gdanim.core.words import Mathtext
from gdanim.errors import GdanimError

FORMAT = "gdanim value 2"

Arrays = dict[str, NDArray[Any]]
Walk = Callable[[str, Any], Any]
Types = Mapping[str, type]
Special = Callable[[str, Any, Walk], Any]
"""Encodes what is not plain data: where it is, the value, and how to encode its parts."""


class _NotLoadedError(GdanimError):
    """The file names a class that is not loaded."""


def save_value(value: Any, path: Path, known: Types) -> None:
    """Write `value` as .npz; if it cannot be saved, GdanimError, and the file stays as it was.

    `known` are gdanim's types that a file can hold, by name.
    """
    tree, arrays = encode(type(value).__name__, value, partial(_saved, known))
    text = json.dumps({"format": FORMAT, "value": tree})
    content: dict[str, Any] = {"tree": np.array(text), **arrays}
    with replacing(path) as part, part.open("wb") as file:
        # Given a name, numpy would add .npz to any other extension.
        np.savez_compressed(file, **content)


def load_value(path: Path, known: Types, types: Sequence[type] = ()) -> Any:
    """Return the value that `save_value` wrote; GdanimError if the file is anything else.

    A class that is not gdanim's is taken from `types`, by its name, or from the loaded modules if
    it derives from a class of gdanim's.
    """
    try:
        # Opened here, as numpy would not close a file that turns out to be damaged.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as content:
            arrays: Arrays = dict(content)
        tree = json.loads(str(arrays.pop("tree")))
        if tree["format"] != FORMAT:
            raise ValueError(tree["format"])
        return _decode(tree["value"], arrays, known, types)
    except OSError as error:
        raise GdanimError(f"{path}: cannot be read: {error.strerror or error}") from error
    except _NotLoadedError as error:
        raise GdanimError(f"{path}: {error}") from None
    # A damaged file may fail anywhere: in zlib, zipfile, numpy, json, or a value's own checks.
    except Exception as error:
        raise GdanimError(
            f"{path}: is damaged, or is not a file that this version of gdanim wrote"
        ) from error


def encode(where: str, value: Any, special: Special) -> tuple[Any, Arrays]:
    """Return `value` as a tree for JSON, and its arrays by the names that the tree uses.

    `special` encodes values that are not numbers, texts, arrays, sequences or mappings. `where` is
    the path to the value, for error messages.
    """
    arrays: Arrays = {}

    def walk(where: str, value: Any) -> Any:
        kind = type(value)
        if value is None or kind in (bool, int, float, str):
            return value
        if kind is Mathtext:
            return {"mathtext": str(value)}
        if isinstance(value, np.ndarray | np.generic) and value.dtype.kind in "biufU":
            name = f"array{len(arrays)}"
            arrays[name] = np.asarray(value)
            return {"array" if isinstance(value, np.ndarray) else "scalar": name}
        if kind in (tuple, list):
            items = [walk(f"{where}[{i}]", item) for i, item in enumerate(value)]
            return {kind.__name__: items}
        if kind is dict and all(type(key) is str for key in value):
            items = [walk(f"{where}[{key!r}]", item) for key, item in value.items()]
            return {"keys": list(value), "values": items}
        return special(where, value, walk)

    return walk(where, value), arrays


def fields_of(where: str, value: Any, walk: Walk) -> dict[str, Any]:
    """Encode the fields of a dataclass; GdanimError if it holds anything else."""
    kind = type(value)
    names = [field.name for field in fields(kind) if field.init]
    derived = {field.name for field in fields(kind) if not field.init}
    derived |= {n for c in kind.__mro__ for n, v in vars(c).items() if type(v) is cached_property}
    if extra := sorted(getattr(value, "__dict__", {}).keys() - set(names) - derived):
        raise GdanimError(
            f"{where}: {kind.__name__} keeps {', '.join(extra)} outside of its fields; make it a "
            "frozen dataclass that holds all of its state in fields"
        )
    return {name: walk(f"{where}.{name}", getattr(value, name)) for name in names}


def is_ours(kind: Any) -> bool:
    """Whether a class or function is gdanim's."""
    return str(getattr(kind, "__module__", "")).partition(".")[0] == __name__.partition(".")[0]


def own_types(value: Any) -> tuple[type, ...]:
    """Return the dataclasses in `value` that are not gdanim's."""
    found: dict[type, None] = {}

    def note(where: str, value: Any, walk: Walk) -> Any:
        if is_dataclass(value) and not isinstance(value, type):
            found.update({} if is_ours(type(value)) else {type(value): None})
            fields_of(where, value, walk)

    encode("value", value, note)
    return tuple(found)


def _saved(known: Types, where: str, value: Any, walk: Walk) -> Any:
    """Encode a dataclass by its name; GdanimError for anything else."""
    kind = type(value)
    if known.get(kind.__qualname__) is kind:
        name = kind.__qualname__
    elif is_dataclass(kind) and not is_ours(kind):
        name = f"{_module_name(kind.__module__)}:{kind.__qualname__}"
    else:
        raise GdanimError(
            f"{where}: {value!r:.80} cannot be saved in a file, only numbers, texts, arrays, "
            "gdanim's own classes and frozen dataclasses can; remove it before saving"
        )
    return {"type": name, "fields": fields_of(where, value, walk)}


def _module_name(name: str) -> str:
    """Return the name of a module, without the folder in the name of a scene script."""
    return re.split(r"[\\/]", name)[-1]


def _decode(tree: Any, arrays: Arrays, known: Types, types: Sequence[type]) -> Any:
    def value(tree: Any) -> Any:
        if not isinstance(tree, dict):
            return tree
        if "mathtext" in tree:
            return Mathtext(tree["mathtext"])
        if "array" in tree:
            return arrays[tree["array"]]
        if "scalar" in tree:
            return arrays[tree["scalar"]][()]
        if "tuple" in tree:
            return tuple(map(value, tree["tuple"]))
        if "list" in tree:
            return list(map(value, tree["list"]))
        if "keys" in tree:
            return dict(zip(tree["keys"], map(value, tree["values"]), strict=True))
        name: str = tree["type"]
        kind = _loaded_type(name, types) if ":" in name else known[name]
        return kind(**{key: value(field) for key, field in tree["fields"].items()})

    return value(tree)


def _loaded_type(name: str, types: Sequence[type]) -> type:
    """Return the class `module:name` from `types` or the loaded modules; import nothing."""
    module, _, qualified = name.partition(":")
    found = [kind for kind in types if kind.__qualname__ == qualified]
    for name, loaded in [] if found else list(sys.modules.items()):
        if _module_name(name) == module and name.partition(".")[0] != "gdanim":
            kind: Any = loaded
            # Not by getattr, as a module may import what is asked of it.
            for part in qualified.split("."):
                kind = vars(kind).get(part)
                if not isinstance(kind, type):
                    break
            else:
                found += [kind] if any(map(is_ours, kind.__mro__)) else []
    if len(found) != 1 or not is_dataclass(found[0]):
        last = qualified.rpartition(".")[2]
        raise _NotLoadedError(
            f"holds a {qualified} of the module {module}, and there is "
            f"{'no such dataclass' if not found else 'more than one'} among the loaded modules; "
            f"import it first, or give Run.load(path, types=[{last}])"
        )
    return found[0]
