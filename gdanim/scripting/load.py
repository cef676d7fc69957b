"""Scene scripts: load them, find their scenes and knobs."""

from __future__ import annotations

import importlib.util
import inspect
import os
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, FunctionType, ModuleType, SimpleNamespace, TracebackType
from typing import Any, get_type_hints

from gdanim.errors import GdanimError, RequestError, did_you_mean
from gdanim.scene import Scene, hint_for
from gdanim.scripting import examples
from gdanim.scripting.knobs import Knob, Value, knob_of

# Where lines are nobody's who writes a script: here, in Python's library, in installed packages.
LIBRARIES = (Path(__file__).parents[1], Path(os.__file__).parent)
INSTALLED = {"site-packages", "dist-packages"}

EXAMPLE = """
    from gdanim import Scene

    def scene(lr: float = 0.1) -> Scene:
        return Scene(...)

`gdanim new NAME` writes a whole one."""


class ScriptError(GdanimError):
    """A scene script failed; the message has the traceback of the user's own lines."""


@dataclass(frozen=True, eq=False)
class SceneFunction:
    """A function of a script that gives a Scene: where it stands, what it says, what it takes.

    `file_name` is what its files are called, without folder and extension.
    """

    script: Path
    name: str
    file_name: str
    doc: str
    knobs: tuple[Knob, ...]
    function: Callable[..., object]

    def __str__(self) -> str:
        return f"{self.script}::{self.name}"

    def __call__(self, **values: Value) -> Scene:
        """The scene for these values of the knobs; ScriptError when the script's lines fail."""
        with _importable(self.script), own_lines(self.script):
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
        """The knobs' values from their texts, as `--set` has them; RequestError for a wrong one."""
        knobs = {knob.name: knob for knob in self.knobs}
        for name, text in settings.items():
            if name not in knobs:
                raise RequestError(f"{name}={text}: {self._no_knob(name)}")
        return {name: knobs[name].parse(text) for name, text in settings.items()}

    def _no_knob(self, name: str) -> str:
        names = [knob.name for knob in self.knobs]
        return f"{self} has no such knob{did_you_mean(name, names)}" + (
            f"; its knobs are {', '.join(names)}" if names else "; it has none at all"
        )


@dataclass(frozen=True, eq=False)
class Script:
    """A loaded scene script and its scenes, in the order in which they are written."""

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
            f"{path}: has no scene {name}{did_you_mean(name, names)}; it has {', '.join(names)}"
        )
    return (script.scenes[names.index(name)],)


def load(path: Path) -> Script:
    """Run a scene script and collect its scenes: public functions annotated `-> Scene`.

    It runs as `python scripting/load.py` would, with its own folder to import from, but not as
    `__main__`. Raises RequestError when there is no such script, ScriptError when its lines fail.
    """
    _check_script(path)
    with _importable(path), own_lines(path):
        module = _executed(path)
    functions = [f for name, f in vars(module).items() if _is_scene(f, name, module)]
    several = len(functions) > 1
    return Script(path, tuple(_scene_function(path, module, f, several) for f in functions))


def scripts_in(folder: Path) -> list[Path]:
    """The scripts right in a folder, by name; RequestError when there are none."""
    scripts = [path for path in sorted(folder.glob("*.py")) if not path.name.startswith("_")]
    if not scripts:
        raise RequestError(f"{folder}: has no scripts; `gdanim new NAME` writes one")
    return scripts


def _check_script(path: Path) -> None:
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
        raise RequestError(f"{path}: is no Python script; its name must end in .py")
    try:
        empty_byte = b"\0" in path.read_bytes()
    except OSError as error:
        raise RequestError(f"{path}: cannot be read: {error.strerror or error}") from None
    if empty_byte:
        raise ScriptError(f"{path}: is no Python script; it holds binary data")


class _Loader(SourceFileLoader):
    """Leaves no __pycache__ beside scripts, as `python scripting/load.py` leaves none."""

    def get_code(self, fullname: str) -> CodeType:
        code: CodeType = self.source_to_code(self.get_data(self.path), self.path)
        return code


def _executed(path: Path) -> ModuleType:
    # No import statement can name this, so it is in nobody's way. It stays, as dataclasses look
    # their module up whenever one is defined.
    name = f"scene script {path.resolve()}".replace(".", "_")
    spec = importlib.util.spec_from_file_location(name, path, loader=_Loader(name, str(path)))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


@contextmanager
def _importable(script: Path) -> Iterator[None]:
    """The script's folder comes first on the path; its modules are forgotten afterwards.

    So two scripts in two folders can each have their own `helpers.py`.
    """
    folder = script.resolve().parent
    path, modules = list(sys.path), set(sys.modules)
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path[:] = path
        _forget(folder, modules)


def _forget(folder: Path, modules: set[str]) -> None:
    """Drop what was imported from `folder` and is not among the names in `modules`."""
    new = [name for name in sys.modules if name.partition(".")[0] not in modules]
    local = {name for name in new if "." not in name and _lies_in(folder, sys.modules[name])}
    for name in new:
        if name.partition(".")[0] in local:
            del sys.modules[name]


def _lies_in(folder: Path, module: ModuleType) -> bool:
    """Whether it is a file or a package right in the folder, not in a .venv below it."""
    # Scripts themselves are kept: under names that nobody can import.
    if isinstance(getattr(module, "__loader__", None), _Loader):
        return False
    places = [*getattr(module, "__path__", ()), getattr(module, "__file__", None)]
    return any(place and Path(place).parent == folder for place in places)


def _is_scene(value: object, name: str, module: ModuleType) -> bool:
    if not isinstance(value, FunctionType) or value.__module__ != module.__name__:
        return False
    if name.startswith("_") or name != value.__name__:
        return False
    # Of the return annotation alone: a helper's others may be there for type checkers only.
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
            "what they name at the top of the script, outside of any `if TYPE_CHECKING:`"
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


@contextmanager
def own_lines(script: Path | None) -> Iterator[None]:
    """An exception in the script's own lines becomes a ScriptError that shows just these.

    Exceptions that touch none of them go through as they are.
    """
    try:
        yield
    except (Exception, SystemExit) as error:
        message = None if script is None else _in_script(script, error)
        if message is None:
            raise
        raise ScriptError(message) from error


def _in_script(script: Path, error: BaseException) -> str | None:
    """What to say of an error in the script's lines; None when it is not in them."""
    frames = _own_frames(script, error.__traceback__)
    text = traceback.format_exception_only(error)
    if isinstance(error, SyntaxError) and (frames or error.filename == str(script)):
        return f"{error.filename}, line {error.lineno}: {text[-1]}" + "".join(text[1:-1]).rstrip()
    if not frames:
        return None
    where = f"{frames[-1].filename}, line {frames[-1].lineno}"
    if isinstance(error, GdanimError):
        return f"{where}: {error}"
    if isinstance(error, SystemExit):
        return (
            f"{where}: the script ends the program (SystemExit: {error.code}); "
            'leave that away, or put it below `if __name__ == "__main__":`'
        )
    return f"{where}: {''.join(text)}{''.join(frames.format())}".rstrip()


def _own_frames(script: Path, tb: TracebackType | None) -> traceback.StackSummary:
    """From the script's first frame down, without those of libraries."""
    frames = list(traceback.extract_tb(tb))
    ours = (i for i, frame in enumerate(frames) if frame.filename == str(script))
    first = next(ours, len(frames))
    return traceback.StackSummary.from_list(
        [
            frame
            for frame in frames[first:]
            if frame.filename == str(script) or not _in_library(frame.filename)
        ]
    )


def _in_library(name: str) -> bool:
    """Whether it is no file of the user's; `<string>` is a dataclass's `__init__`, or an import."""
    path = Path(name)
    return (
        name.startswith("<")
        or not INSTALLED.isdisjoint(path.parts)
        or any(library in path.parents for library in LIBRARIES)
    )
