"""Keys: values with the same key are the same value, on every machine."""

from __future__ import annotations

import dis
import hashlib
import json
import sys
import sysconfig
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import is_dataclass
from functools import cache, cached_property, partial
from inspect import ismemberdescriptor, unwrap
from operator import attrgetter
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np

from gdanim.core.serialize import Walk, encode, fields_of, is_ours
from gdanim.errors import GdanimError

PACKAGE = Path(__file__).parents[1]
# What a picture depends on besides the scene and gdanim itself.
LIBRARIES = ("numpy", "matplotlib", "imageio-ffmpeg", "autograd", "font-source-sans-pro")
_CACHED = type(cache(print))
# The file name of the methods that dataclasses generate; these follow from the fields.
_GENERATED = "<string>"


class UnkeyableError(GdanimError):
    """The value holds something whose behaviour no key can capture; the message says where."""


def key_of(value: Any, name: str = "value") -> str:
    """Return the key of a value: 64 hexadecimal digits, the SHA-256 of its encoded form.

    Two values have the same key if they are of the same classes with the same contents to the bit.
    A user's class or function counts by its compiled code and by everything that the code refers
    to; comments and file names do not matter. Raises UnkeyableError for any other object, as its
    behaviour can change while it looks the same.
    """
    seen: dict[int, Any] = {}
    try:
        tree, arrays = encode(name, value, lambda *part: _special(seen, *part))
    except UnkeyableError:
        raise
    except GdanimError as error:
        raise UnkeyableError(f"{error}") from None
    digest = hashlib.sha256(json.dumps(tree).encode())
    for array in arrays.values():
        digest.update(f"{array.dtype.str} {array.shape}:".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def effect_of(source: bytes) -> Any:
    """Return a module's code as a value for `key_of`; comments do not matter."""
    try:
        return _code(compile(source, "", "exec", dont_inherit=True))
    except (SyntaxError, ValueError):
        return source


def versions(parts: Sequence[str] = ("",)) -> str:
    """Return the key of gdanim's source, or of some parts of it, and the libraries' versions."""
    places = [PACKAGE / part for part in parts]
    files = {file for place in places for file in (place, *place.rglob("*.py")) if file.is_file()}
    sources = {file.relative_to(PACKAGE).as_posix(): file.read_bytes() for file in sorted(files)}
    return key_of((sources, {library: installed(library) for library in LIBRARIES}))


def installed(library: str) -> str:
    """Return a library's version; "none" if it is not installed, as fonts may be missing."""
    # Imported late: only batches need it.
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(library)
    except PackageNotFoundError:
        return "none"


def _special(seen: dict[int, Any], where: str, value: Any, walk: Walk) -> Any:
    """Encode what is not plain data: bytes, paths, dataclasses, functions, classes."""
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    if isinstance(value, Path):
        return {"path": value.as_posix()}
    if isinstance(value, Mapping):
        return {"mapping": [[walk(where, key), walk(where, value[key])] for key in value]}
    if isinstance(value, np.ndarray):
        raise UnkeyableError(f"{where} is an array of {value.dtype}")
    owner = getattr(value, "__self__", None)
    if callable(value) and not isinstance(owner, ModuleType | None):
        method = getattr(value, "__func__", value.__name__)
        return {"method": walk(where, method), "of": walk(where, owner)}
    if isinstance(value, partial):
        parts = (value.func, value.args, value.keywords)
        return {"partial": walk(where, parts)}
    if is_dataclass(value) and not isinstance(value, type):
        kind = walk(f"{where} ({type(value).__name__})", type(value))
        return {"type": kind, "fields": fields_of(where, value, walk)}
    value = getattr(value, "__wrapped__", value) if type(value) is _CACHED else value
    if callable(value) and hasattr(value, "__name__"):
        if id(value) in seen:
            return {"again": list(seen).index(id(value))}
        # Kept, so that no other object takes its place in memory.
        seen[id(value)] = value
        return _definition(where, value, walk)
    raise UnkeyableError(f"{where} is a {type(value).__name__}")


def _definition(where: str, value: Any, walk: Walk) -> Any:
    """Encode a class or function of a library by its name, any other by its code."""
    module = getattr(value, "__module__", None) or "numpy"
    name = getattr(value, "__qualname__", value.__name__)
    library = _library_version(module)
    if (is_ours(value) or library is not None) and _named(module, name) is value:
        return {"name": f"{module}:{name}", "version": library}
    if isinstance(value, FunctionType):
        return _function(where, value, walk)
    if not isinstance(value, type):
        raise UnkeyableError(f"{where} is a {type(value).__name__}")
    members = {
        key: walk(f"{where}.{key}", _plain(member))
        for key, member in vars(value).items()
        if _is_written(key, member)
    }
    bases = [walk(where, base) for base in value.__bases__]
    return {"class": value.__qualname__, "bases": bases, "members": members}


def _function(where: str, function: FunctionType, walk: Walk) -> Any:
    try:
        closure = tuple(cell.cell_contents for cell in function.__closure__ or ())
    except ValueError:
        raise UnkeyableError(f"{where} refers to a variable that is not set") from None
    read: dict[str, Any] = {}
    for name in _names_read(function.__code__):
        if (used := function.__globals__.get(name, walk)) is not walk:
            read[name] = used
    return {
        "code": _code(function.__code__),
        "defaults": walk(where, (function.__defaults__, function.__kwdefaults__)),
        "closure": walk(f"{where}.closure", closure),
        "globals": {
            name: _module(f"{where}.{name}", used, function.__code__, walk)
            if isinstance(used, ModuleType)
            else walk(f"{where}.{name}", used)
            for name, used in sorted(read.items())
        },
    }


def _module(where: str, module: ModuleType, code: CodeType, walk: Walk) -> Any:
    """Encode a library by name and version, and a user's module by what `code` uses of it."""
    if (library := _library_version(module.__name__)) is not None:
        return {"name": module.__name__, "version": library}
    names = sorted({name for part in _codes(code) for name in part.co_names})
    return {n: walk(f"{where}.{n}", getattr(module, n)) for n in names if hasattr(module, n)}


def _code(code: CodeType) -> list[Any]:
    """Encode what a code object does, without file name, line numbers and comments."""
    constants = [
        _code(constant)
        if isinstance(constant, CodeType)
        else repr(sorted(map(repr, constant)) if isinstance(constant, frozenset) else constant)
        for constant in code.co_consts
    ]
    counts = [code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags]
    names = [code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars]
    return [code.co_code.hex(), code.co_exceptiontable.hex(), counts, names, constants]


def _codes(code: CodeType) -> Iterator[CodeType]:
    """Yield the code object, and those of the functions inside it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _names_read(code: CodeType) -> set[str]:
    """Return the global names that the code reads."""
    return {
        instruction.argval
        for part in _codes(code)
        for instruction in dis.get_instructions(part)
        if instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME")
    }


def _is_written(name: str, member: Any) -> bool:
    """Whether a member of a class was written by the user, and not generated."""
    if isinstance(member, FunctionType) and name.startswith("__"):
        code = getattr(unwrap(member), "__code__", None)
        return code is None or code.co_filename != _GENERATED
    return not name.startswith(("__", "_abc_")) and not ismemberdescriptor(member)


def _plain(member: Any) -> Any:
    """Return the functions behind a property, a class method and the like."""
    if isinstance(member, property):
        return (member.fget, member.fset, member.fdel)
    if isinstance(member, cached_property):
        return member.func
    return getattr(member, "__func__", member)


def _named(module: str, name: str) -> Any:
    """Return what a module has under a name; None if nothing."""
    try:
        return attrgetter(name)(sys.modules.get(module))
    except AttributeError:
        return None


def _library_version(module: str) -> str | None:
    """Return the version of an installed library, or of Python; None for a user's module."""
    top = sys.modules.get(module.partition(".")[0])
    file = getattr(top, "__file__", None)
    if file is None:
        return sys.version if top and top.__name__ in sys.stdlib_module_names else None
    places = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    if not any(Path(place) in Path(file).parents for place in places):
        return None
    return str(getattr(top, "__version__", sys.version))
