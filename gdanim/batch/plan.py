"""Plans: the clips that a TOML file lists, or one for each scene of a folder of scripts."""

from __future__ import annotations

import difflib
import itertools
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gdanim.batch.toml_lines import line_of
from gdanim.encoding.formats import FORMATS
from gdanim.errors import GdanimError, RequestError
from gdanim.rendering.jobs import Settings
from gdanim.rendering.outputs import Output, OutputOptions, Sidecars, outputs_for
from gdanim.rendering.quality import OUTPUT, QUALITIES, parse_size
from gdanim.rendering.sweep import grid, label, suffix
from gdanim.scripting.examples import find_script
from gdanim.scripting.load import SceneFunction, ScriptError, choose, load, scripts_in
from gdanim.views.theme import THEMES

CLIP, DEFAULTS = "clip", "defaults"


def _is(*kinds: type) -> Callable[[Any], bool]:
    # To Python a bool is an int.
    return lambda value: isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool))


def _some(choices: Mapping[str, object]) -> Callable[[Any], bool]:
    return _list_of(lambda item: isinstance(item, str) and item in choices)


_scalar = _is(bool, int, float, str)


def _table_of(good: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, dict) and all(map(good, value.values()))


def _list_of(good: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and value != [] and all(map(good, value))


@dataclass(frozen=True)
class Key:
    """A key of a clip: what it allows, in words and as a test."""

    allowed: str
    good: Callable[[Any], bool]


KEYS = {
    "scene": Key('a script such as "linear.py", or "lesson.py::one_scene"', _is(str)),
    "output": Key(
        'a file name without extension, such as "lecture1/line"',
        lambda value: (
            isinstance(value, str) and value == value.strip("/") and Path(value).name != ""
        ),
    ),
    "set": Key("knobs and values, such as {lr = 0.1}", _table_of(_scalar)),
    "sweep": Key("knobs and lists, such as {lr = [0.1, 1]}", _table_of(_list_of(_scalar))),
    "compare": Key("true (all values in one clip) or false (a clip a value)", _is(bool)),
    "formats": Key(f"a list of some of {', '.join(FORMATS)}", _some(FORMATS)),
    "themes": Key(f"a list of some of {', '.join(THEMES)}", _some(THEMES)),
    "sizes": Key('a list of sizes, such as ["1280x720"]', _list_of(_is(str))),
    "quality": Key(f"one of {', '.join(QUALITIES)}", lambda value: value in tuple(QUALITIES)),
    "fps": Key("a whole number of frames per second", _is(int)),
    "seconds": Key("a number of seconds", _is(int, float)),
    "poster": Key(
        'a step\'s number, or "last"',
        lambda value: value == "last" or (_is(int)(value) and value >= 0),
    ),
    "captions": Key("true or false", _is(bool)),
    "alt": Key("true or false", _is(bool)),
    "filmstrip": Key("true or false", _is(bool)),
    "csv": Key("true or false", _is(bool)),
}
# A default for these would be the same scene or file again and again.
OF_A_CLIP = ("scene", "output")

Knobs = Mapping[str, str]


@dataclass(frozen=True)
class PlannedClip:
    """The files that are made of one scene with one set of knobs, size and theme.

    `selection` is `SCRIPT::SCENE`. `knobs` are the values' texts by label: one set, or one for each
    of the scenes that are compared. `outputs` are the files, one a format. `where` is the place in
    the plan, for messages. `script` is what the files call the script when it has been sent
    elsewhere.
    """

    selection: str
    knobs: Mapping[str, Knobs]
    settings: Settings
    outputs: tuple[Output, ...]
    where: str
    script: str | None = None


def read(path: Path) -> list[PlannedClip]:
    """The clips of a plan, or of all scripts in a folder, checked completely.

    Paths in a plan are relative to its own folder. Raises RequestError that names file and line for
    an unknown key, scene or knob, a value that is not allowed, and two clips with one output.
    """
    clips = list(_of_folder(path) if path.is_dir() else _of_plan(path))
    places: dict[Path, PlannedClip] = {}
    for clip in clips:
        for path in [path for output in clip.outputs for path in output.paths]:
            other = places.setdefault(path.absolute(), clip)
            if other is not clip:
                raise RequestError(
                    f"{clip.where}: {path} is the output of {other.where} too; "
                    'give one of them another name: output = "..."'
                )
    return clips


def _of_folder(folder: Path) -> Iterator[PlannedClip]:
    clips = [clip for script in scripts_in(folder) for clip in _of_script(script)]
    # Helper modules stand there too.
    if not clips:
        raise RequestError(f"{folder}: none of its scripts has a function annotated -> Scene")
    yield from clips


def _of_script(script: Path) -> Iterator[PlannedClip]:
    try:
        scenes = load(script).scenes
    except ScriptError:
        yield _unknown(f"{script}", f"{script}")
        return
    for scene in scenes:
        outputs = outputs_for(scene.file_name, OutputOptions())
        yield PlannedClip(str(scene), {"": {}}, Settings(), outputs, str(scene))


def _unknown(selection: str, where: str) -> PlannedClip:
    """What stands for the clips of a script that fails when it is loaded: it fails as they do."""
    return PlannedClip(selection, {"": {}}, Settings(), (), where)


def _of_plan(path: Path) -> Iterator[PlannedClip]:
    try:
        text = path.read_text(encoding="utf-8")
        plan = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        raise RequestError(f"{path}: cannot be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise RequestError(f"{path}: is no TOML: {error}") from None
    for key in plan:
        if key not in (CLIP, DEFAULTS):
            raise RequestError(
                f"{path}, line {line_of(text, key)}: {key} is unknown; "
                f"a plan has [[{CLIP}]] tables and [{DEFAULTS}]"
            )
    defaults, clips = plan.get(DEFAULTS, {}), plan.get(CLIP, [])
    if not _list_of(_is(dict))(clips) or not isinstance(defaults, dict):
        raise RequestError(f"{path}: has no clips; begin each with [[{CLIP}]]")
    PlanEntry(path, text, DEFAULTS, 0, defaults).check(
        [key for key in KEYS if key not in OF_A_CLIP]
    )
    for number, values in enumerate(clips):
        entry = PlanEntry(path, text, CLIP, number, values)
        entry.check(list(KEYS))
        inherited = frozenset(defaults.keys() - values.keys())
        yield from PlanEntry(path, text, CLIP, number, defaults | values, inherited).clips()


@dataclass(frozen=True)
class PlanEntry:
    """A table of a plan: a clip, or the defaults. `inherited` are a clip's keys from there."""

    path: Path
    text: str
    table: str
    number: int
    values: Mapping[str, Any]
    inherited: frozenset[str] = frozenset()

    def check(self, keys: Sequence[str]) -> None:
        """RequestError for a key that is not among `keys`, or a value that it does not allow."""
        for key, value in self.values.items():
            if key not in keys:
                close = difflib.get_close_matches(key, keys, 1)
                hint = f"did you mean {close[0]}?" if close else f"allowed are {', '.join(keys)}"
                raise self.fault(key, f"{key} is unknown; {hint}")
            if not KEYS[key].good(value):
                raise self.fault(key, f"{key} must be {KEYS[key].allowed}; got {value!r}")

    def clips(self) -> Iterator[PlannedClip]:
        """For each scene a clip for each value of the sweep (or one of all), theme and size."""
        if "scene" not in self.values:
            raise self.fault(None, f"a clip needs scene = {KEYS['scene'].allowed}")
        try:
            scenes = self._scenes()
        except ScriptError:
            yield _unknown(self._selection, self._where)
            return
        for scene in scenes:
            name = self.values.get("output", scene.file_name)
            if len(scenes) > 1 and "output" in self.values:
                name = f"{name}-{scene.name}"
            combined = itertools.product(self._knobs(scene), self._themes(), self._sizes())
            for (knobs, *names), (theme, *dark), (size, *large) in combined:
                yield PlannedClip(
                    str(scene),
                    knobs,
                    self._settings(theme, size),
                    outputs_for("-".join([name, *names, *dark, *large]), self._options),
                    self._where,
                )

    def fault(self, key: str | None, message: str) -> RequestError:
        """The error at this key's line, or the table's."""
        place = (DEFAULTS, 0) if key in self.inherited else (self.table, self.number)
        line = line_of(self.text, key, *place)
        return RequestError(f"{self.path}, line {line}: {message}")

    def _scenes(self) -> tuple[SceneFunction, ...]:
        try:
            return choose(self._selection)
        except RequestError as error:
            raise self.fault("scene", str(error)) from None

    def _knobs(self, scene: SceneFunction) -> list[tuple[Any, ...]]:
        """Sets of knobs by label, each behind its part of the file's name."""
        fixed = {name: _text(value) for name, value in self.values.get("set", {}).items()}
        sweep = self.values.get("sweep", {})
        swept = grid({name: [_text(item) for item in items] for name, items in sweep.items()})
        for knobs in ({}, *swept):
            for name in {**fixed, **knobs}:
                key = "set" if name not in knobs else "sweep"
                try:
                    scene.values({name: {**fixed, **knobs}[name]})
                except RequestError as error:
                    raise self.fault(key, str(error)) from None
        sets = {label(knobs): {**fixed, **knobs} for knobs in swept}
        if len(sets) < len(swept):
            raise self.fault("sweep", "sweep has a value twice; leave one of them away")
        if self.values.get("compare", False):
            if not sweep:
                raise self.fault("compare", f"compare needs sweep = {KEYS['sweep'].allowed}")
            return [(sets,)]
        if not sweep:
            return [({"": fixed},)]
        return [({"": sets[label(knobs)]}, suffix(knobs)) for knobs in swept]

    def _themes(self) -> list[tuple[Any, ...]]:
        names = self.values.get("themes", [])
        return [(THEMES[name], *([name] * (len(names) > 1))) for name in names] or [(None,)]

    def _sizes(self) -> list[tuple[Any, ...]]:
        texts = self.values.get("sizes", [])
        try:
            sizes = [parse_size(text) for text in texts]
        except RequestError as error:
            raise self.fault("sizes", str(error)) from None
        if len(sizes) == 1:
            return [(sizes[0],)]
        return list(zip(sizes, texts, strict=True)) or [(None,)]

    def _settings(self, theme: Any, size: Any) -> Settings:
        quality = self.values.get("quality")
        fps, seconds = self.values.get("fps"), self.values.get("seconds")
        try:
            return Settings(QUALITIES[quality] if quality else None, size, fps, seconds, theme)
        except GdanimError as error:
            key = str(error).partition(":")[0]
            raise self.fault(key, str(error)) from None

    @property
    def _selection(self) -> str:
        path, colons, name = self.values["scene"].partition("::")
        return f"{find_script(path, self.path.parent)}{colons}{name}"

    @property
    def _where(self) -> str:
        return f"{self.path}, line {line_of(self.text, None, self.table, self.number)}"

    @property
    def _options(self) -> OutputOptions:
        kinds = ("captions", "alt", "filmstrip", "csv")
        wanted = {kind: self.values[kind] for kind in kinds if kind in self.values}
        return OutputOptions(
            f"{self.path.parent / OUTPUT}/",
            self.values.get("formats", []),
            sidecars=Sidecars(self.values.get("poster"), **wanted),
        )


def _text(value: Any) -> str:
    """A TOML value as `--set` takes it."""
    return value if isinstance(value, str) else repr(value)
