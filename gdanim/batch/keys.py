"""Keys: two values with one key are the same value, on every machine."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from gdanim.errors import GdanimError

PACKAGE = Path(__file__).parents[1]
# What a picture depends on besides the scene and gdanim itself.
LIBRARIES = ("numpy", "matplotlib", "imageio-ffmpeg")


class UnkeyableError(GdanimError):
    """The value holds something whose behaviour no key can vouch for; says where."""


def key_of(value: Any, name: str = "value") -> str:
    """The key of a value: numbers, texts, arrays, tuples, mappings, and gdanim's own dataclasses.

    64 hexadecimal digits (SHA-256). Two values have the same key when they are of the same classes
    with the same contents to the bit; a script's text, comments and file names play no part.
    Raises UnkeyableError for functions and for classes that are not gdanim's: what they do can
    change while they look the same.
    """
    digest = hashlib.sha256()
    _add(digest, value, name)
    return digest.hexdigest()


def versions(parts: Sequence[str] = ("",)) -> str:
    """The key of gdanim's source, or some parts of it, and of the libraries' versions."""
    digest = hashlib.sha256()
    places = [PACKAGE / part for part in parts]
    files = {file for place in places for file in (place, *place.rglob("*.py")) if file.is_file()}
    for source in sorted(files):
        _add(digest, source.relative_to(PACKAGE).as_posix(), "name")
        _add(digest, source.read_bytes(), "source")
    for library in LIBRARIES:
        _add(digest, version(library), library)
    return digest.hexdigest()


def _add(digest: hashlib._Hash, value: Any, name: str) -> None:
    """Every part is preceded by its kind and length, so that no two values run into one."""
    kind = type(value)
    if value is None or kind in (bool, int, str, bytes):
        data = value if kind is bytes else repr(value).encode()
        _put(digest, kind.__name__, data)
    elif kind is float:
        _put(digest, "float", struct.pack("<d", value))
    elif isinstance(value, np.ndarray | np.generic):
        _add_array(digest, np.asarray(value), name)
    elif isinstance(value, Mapping):
        _put(digest, "mapping", str(len(value)).encode())
        for key, item in value.items():
            _add(digest, key, name)
            _add(digest, item, f"{name}[{key!r}]")
    elif kind in (tuple, list):
        _put(digest, "sequence", str(len(value)).encode())
        for number, item in enumerate(value):
            _add(digest, item, f"{name}[{number}]")
    elif isinstance(value, Path):
        _put(digest, "path", value.as_posix().encode())
    elif is_dataclass(kind) and kind.__module__.partition(".")[0] == PACKAGE.name:
        _put(digest, "class", kind.__qualname__.encode())
        for field in fields(value):
            _put(digest, "field", field.name.encode())
            _add(digest, getattr(value, field.name), f"{name}.{field.name}")
    else:
        raise UnkeyableError(f"{name} is a {kind.__name__} of your own")


def _add_array(digest: hashlib._Hash, array: np.ndarray[Any, Any], name: str) -> None:
    if array.dtype.kind not in "biufU":
        raise UnkeyableError(f"{name} is an array of {array.dtype}")
    _put(digest, f"array {array.dtype.str} {array.shape}", np.ascontiguousarray(array).tobytes())


def _put(digest: hashlib._Hash, kind: str, data: bytes) -> None:
    digest.update(f"{kind}:{len(data)}:".encode())
    digest.update(data)
