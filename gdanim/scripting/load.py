"""Load scene scripts and find their scenes and knobs."""

from __future__ import annotations

import ast
import inspect
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import FunctionType, ModuleType, SimpleNamespace
from typing import Any, get_type_hints

from gdanim.errors import GdanimError, RequestError, did_you_mean
from gdanim.scene import Scene, hint_for
from gdanim.scripting import examples
from gdanim.scripting._execution import execute, importing_from, staying_alive, working_in
from gdanim.scripting._own_lines import ScriptError, own_lines
from gdanim.scripting.knobs import Knob, Value, knob_of

__all__ = [
    "SceneFunction",
    "Script",
    "ScriptError",
    "choose",
    "load",
    "own_lines",
    "returning",
    "scripts_in",
]

EXAMPLE = """
    from gdanim import Scene

    def scene(lr: float = 0.1) -> Scene:
        return Scene(...)

`gdanim new NAME` writes a complete one."""


@dataclass(frozen=True, eq=False)
class SceneFunction:
    """A function of a script that returns a Scene, and the knobs that it takes.

    `file_name` is the name of its output files, without folder and extension; `doc` is its
    docstring, or else that of the script; `folder` is where the script's own lines went, if they
    changed the working folder.
    """

    script: Path
    name: str
    file_name: str
    doc: str
    knobs: tuple[Knob, ...]
    function: Callable[..., object]
    folder: Path | None = None

    def __str__(self) -> str:
        return f"{self.script}::{self.name}"

    def __call__(self, **values: Value) -> Scene:
        """Make the scene for these values of the knobs; ScriptError if the script's lines fail."""
        with (
            importing_from(self.script.resolve().parent),
            own_lines(self.script),
            staying_alive(),
            working_in(self.folder),
        ):
            scene = self.function(**values)
        if not isinstance(scene, Scene):
            raise ScriptError(
                f"{self.script}: {self.name}() must return a Scene, got {type(scene).__name__}; "
                + (
                    "is there a `return Scene(...)` at its end?"
                    if scene is None
                    else hint_for(scene)
                )
            )
        return scene

    def values(self, settings: Mapping[str, str]) -> dict[str, Value]:
        """Parse the values of knobs as written after `--set`; RequestError for a wrong one."""
        knobs = {knob.name: knob for knob in self.knobs}
        for name, text in settings.items():
            if name not in knobs:
                raise RequestError(f"{name}={text}: {self._unknown_knob(name)}")
        return {name: knobs[name].parse(text) for name, text in settings.items()}

    def _unknown_knob(self, name: str) -> str:
        names = [knob.name for knob in self.knobs]
        there = f"its knobs are {', '.join(names)}" if names else "it has no knobs"
        return f"{self} has no such knob; {there}{did_you_mean(name, names)}"


@dataclass(frozen=True, eq=False)
class Script:
    """A scene script that has been run, and its scenes in the order of its source."""

    path: Path
    scenes: tuple[SceneFunction, ...]


def choose(
    selection: str, load_script: Callable[[Path], Script] | None = None
) -> tuple[SceneFunction, ...]:
    """Return the scenes that `SCRIPT[::SCENE]` names: one, or all those of the script.

    SCRIPT is a path, or the name of a scene that ships with gdanim. `load_script` is called in
    place of `load`, by a caller that has loaded some scripts already.
    """
    path, _, name = selection.partition("::")
    script = (load_script or load)(examples.find_script(path))
    if not script.scenes:
        raise GdanimError(f"{path}: has no scene; write a function annotated -> Scene:\n{EXAMPLE}")
    if not name:
        return script.scenes
    names = [scene.name for scene in script.scenes]
    if name not in names:
        raise RequestError(
            f"{path}: has no scene {name}; it has {', '.join(names)}{did_you_mean(name, names)}"
        )
    return (script.scenes[names.index(name)],)


def load(path: Path) -> Script:
    """Run a scene script and collect its scenes: public functions annotated `-> Scene`.

    It runs like `python SCRIPT`, with its own folder to import from, but not as `__main__`.
    Raises RequestError if there is no such script, and ScriptError if its lines fail.
    """
    source, here = _read(path), os.getcwd()
    with (
        importing_from(path.resolve().parent),
        own_lines(path),
        staying_alive(),
        working_in(None),
    ):
        module = execute(path, source)
        folder = None if _is_here(here) else Path.cwd()
    functions = [f for name, f in vars(module).items() if _is_scene(f, name, module)]
    several = len(functions) > 1
    scenes = (_scene_function(path, module, f, several) for f in functions)
    return Script(path, tuple(replace(scene, folder=folder) for scene in scenes))


def _is_here(folder: str) -> bool:
    """Tell whether the working folder is `folder`, or one that has been removed."""
    try:
        return os.getcwd() == folder
    except FileNotFoundError:
        return True


def returning(path: Path) -> set[str]:
    """Return the names of the functions that have a return annotation, without running the script.

    There are none if it is not Python.
    """
    try:
        tree = ast.parse(_read(path))
    except (GdanimError, SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.returns}


def scripts_in(folder: Path) -> list[Path]:
    """Return the scripts of a folder, sorted by name; RequestError if there are none."""
    scripts = [path for path in sorted(folder.glob("*.py")) if not path.name.startswith("_")]
    if not scripts:
        raise RequestError(f"{folder}: has no scripts; `gdanim new NAME` writes one")
    return scripts


def check_script(path: Path) -> None:
    """Raise RequestError if there is no Python script at this path."""
    if path.is_dir():
        first = next((f"{script}" for script in sorted(path.glob("*.py"))), "lesson.py")
        raise RequestError(f"{path}: is a folder; name a script, such as {first}")
    if not path.exists():
        nearby = {script.stem for script in path.parent.glob("*.py")}
        known = did_you_mean(path.stem, sorted(nearby | set(examples.names())), cutoff=0.7)
        raise RequestError(
            f"{path}: no such file{known or ';'} `gdanim list` shows the scenes there are, "
            "`gdanim new NAME` writes one"
        )
    if path.suffix != ".py":
        raise RequestError(f"{path}: is not a Python script; its name must end in .py")


def _read(path: Path) -> bytes:
    """Return the source of a script; RequestError or ScriptError if it cannot be one."""
    check_script(path)
    try:
        source = path.read_bytes()
    except OSError as error:
        raise RequestError(f"{path}: cannot be read: {error.strerror or error}") from None
    if b"\0" in source:
        raise ScriptError(f"{path}: is not a Python script; it contains binary data")
    return source


def _is_scene(value: object, name: str, module: ModuleType) -> bool:
    if not isinstance(value, FunctionType) or value.__module__ != module.__name__:
        return False
    if name.startswith("_") or name != value.__name__:
        return False
    # Only the return annotation counts: others may be for type checkers alone.
    returns = SimpleNamespace(__annotations__={"return": value.__annotations__.get("return")})
    try:
        kind = get_type_hints(returns, vars(module))["return"]
    except Exception:
        return str(returns.__annotations__["return"]).endswith("Scene")
    return isinstance(kind, type) and issubclass(kind, Scene)


def _scene_function(
    path: Path, module: ModuleType, function: FunctionType, several: bool
) -> SceneFunction:
    name = function.__name__
    where = f"{path}, line {inspect.unwrap(function).__code__.co_firstlineno}: {name}"
    try:
        hints = get_type_hints(function, include_extras=True)
    except Exception as error:
        raise ScriptError(
            f"{where}: its annotations cannot be read: {type(error).__name__}: {error}; import "
            "the names in them at the top of the script, outside of any `if TYPE_CHECKING:`"
        ) from None
    return SceneFunction(
        script=path,
        name=name,
        file_name=f"{path.stem}-{name}" if several else path.stem,
        doc=inspect.getdoc(function) or inspect.getdoc(module) or "",
        knobs=tuple(_knobs(where, function, hints)),
        function=function,
    )


def _knobs(where: str, function: FunctionType, hints: Mapping[str, Any]) -> Iterator[Knob]:
    for parameter in inspect.signature(function).parameters.values():
        try:
            yield knob_of(parameter, hints.get(parameter.name))
        except GdanimError as error:
            raise ScriptError(f"{where}: parameter {parameter.name}: {error}") from None
