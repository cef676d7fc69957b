"""Running a script as a module, with its own folder to import from."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

# No import statement can name such a module, so it hides no other.
PREFIX = "scene script "


def execute(path: Path, source: bytes) -> ModuleType:
    """Run a script like `python path`, but not as `__main__`, and return its module."""
    module = ModuleType(f"{PREFIX}{path.resolve()}".replace(".", "_"))
    module.__file__ = f"{path.resolve()}"
    # It stays there, as dataclasses look up their module when they are defined.
    sys.modules[module.__name__] = module
    try:
        exec(compile(source, f"{path}", "exec", dont_inherit=True), vars(module))
    except BaseException:
        del sys.modules[module.__name__]
        raise
    return module


@contextmanager
def importing_from(folder: Path) -> Iterator[None]:
    """Put `folder` first on the import path, and forget its modules afterwards.

    So two scripts in two folders can each have a `helpers.py` of their own.
    """
    path, before = list(sys.path), set(sys.modules)
    sys.path.insert(0, f"{folder}")
    try:
        yield
    finally:
        sys.path[:] = path
        new = sys.modules.keys() - before
        local = {name for name in new if _is_module_of(folder, name)}
        for name in new:
            if name.partition(".")[0] in local:
                del sys.modules[name]


@contextmanager
def staying_alive() -> Iterator[None]:
    """Have `os._exit` raise SystemExit, as it would end gdanim without a word.

    Not in processes that a script has forked, which end so.
    """
    system: Any = os
    leave, process = system._exit, os.getpid()

    def refuse(code: int) -> None:
        if os.getpid() != process:
            leave(code)
        raise SystemExit(code)

    system._exit = refuse
    try:
        yield
    finally:
        system._exit = leave


@contextmanager
def working_in(folder: Path | None) -> Iterator[None]:
    """Work in `folder` (None: the current one), and return from wherever the script went.

    So `os.chdir` in a script does not move the files that gdanim writes.
    """
    before = os.getcwd()
    if folder is not None:
        os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def _is_module_of(folder: Path, name: str) -> bool:
    """Tell whether a module is a file or package right in the folder, not in a .venv below it."""
    if "." in name or name.startswith(PREFIX):
        return False
    module = sys.modules[name]
    places = [*getattr(module, "__path__", ()), getattr(module, "__file__", None)]
    return any(place and Path(place).parent == folder for place in places)
