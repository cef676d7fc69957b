"""Plans: the clips that a TOML file lists, or one for each scene of a folder of scripts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

from gdanim.batch.plan_table import CLIP_KEYS, SIDECARS, PlanTable, tables_of
from gdanim.errors import RequestError
from gdanim.film.defaults import OUTPUT
from gdanim.rendering.jobs import Job, Settings, job_of_scene
from gdanim.rendering.outputs import Output, OutputOptions, Sidecars, outputs_for
from gdanim.rendering.platforms import usual_format
from gdanim.rendering.quality import QUALITIES, parse_bytes, parse_size
from gdanim.rendering.sweep import grid, label, suffix
from gdanim.rendering.themes import is_theme_file, project_theme, theme_called
from gdanim.scripting.examples import find_script
from gdanim.scripting.load import SceneFunction, Script, ScriptError, choose, load, scripts_in
from gdanim.scripting.opened_files import OpenedFiles, opened_files

Scripts = Callable[[Path], tuple[Script, OpenedFiles]]
KnobSets = Mapping[str, Mapping[str, str]]
"""Texts of knobs' values: one set, or a set for each scene of a comparison, by label."""


@dataclass(frozen=True)
class PlannedPage:
    """A page with a slider for each knob of a sweep, or none, with the texts of other knobs."""

    path: Path
    sweep: Mapping[str, list[str]]
    knobs: Mapping[str, str]


@dataclass(frozen=True)
class PlannedClip:
    """The files that are made of one scene with one set of knobs, size and theme.

    `selection` is `SCRIPT::SCENE`, `where` the place in the plan, for messages. `function` and
    `opened` are the scene's function and the files that loading its script opened; None where that
    failed. `script` is what the files call the script if the clip is made on another machine.
    `page` is the page that plays the scene, which all clips of a sweep share.
    """

    selection: str
    where: str
    settings: Settings
    outputs: tuple[Output, ...] = ()
    knobs: KnobSets = field(default_factory=lambda: {"": {}})
    function: SceneFunction | None = field(default=None, repr=False, compare=False)
    opened: OpenedFiles | None = field(default=None, repr=False, compare=False)
    script: str | None = None
    page: PlannedPage | None = None

    @property
    def files(self) -> list[Path]:
        """The files of its own, without the page."""
        return [path for output in self.outputs for path in output.paths]


def script_of(clip: PlannedClip) -> Path:
    """Return the clip's script."""
    return Path(clip.selection.partition("::")[0])


def job_of(clip: PlannedClip) -> Job:
    """Make the clip's scene, or the comparison of its scenes; ScriptError if the script fails."""
    function = clip.function or choose(clip.selection)[0]
    sets = {label: function.values(texts) for label, texts in clip.knobs.items()}
    job = job_of_scene(function, sets, clip.outputs)
    if clip.script is None or job.origin is None:
        return job
    return replace(job, origin=replace(job.origin, script=clip.script))


def _loaded(path: Path) -> tuple[Script, OpenedFiles]:
    """Load a script; return it with the files that it opened then."""
    with opened_files() as opened:
        return load(path), opened


def read_plan(path: Path) -> list[PlannedClip]:
    """Read and check the clips of a plan, or of all scripts in a folder.

    Paths in a plan are relative to its own folder. Raises RequestError with file and line for an
    unknown key, scene or knob, a value that is not allowed, and two clips with one output.
    """
    make = _clips_of_folder if path.is_dir() else _clips_of_plan
    clips = list(make(path, cache(_loaded), Settings(project_theme=project_theme())))
    # The scripts of a folder may all be helper modules.
    if not clips:
        raise RequestError(f"{path}: none of its scripts has a function annotated -> Scene")
    places = dict[Path, PlannedClip]()
    for clip in clips:
        page = [clip.page.path] if clip.page else []
        for file in (*clip.files, *page):
            other = places.setdefault(file.absolute(), clip)
            if other is not clip and (file not in page or other.page is not clip.page):
                raise RequestError(
                    f"{clip.where}: {file} is also the output of {other.where}; "
                    'give one of them another name: output = "..."'
                )
    return clips


def _clips_of_folder(folder: Path, scripts: Scripts, common: Settings) -> Iterator[PlannedClip]:
    for path in scripts_in(folder):
        try:
            script, opened = scripts(path)
        except ScriptError:
            yield PlannedClip(f"{path}", f"{path}", common)
            continue
        for scene in script.scenes:
            clip = PlannedClip(f"{scene}", f"{scene}", common, function=scene, opened=opened)
            yield replace(clip, outputs=outputs_for(scene.file_name, OutputOptions()))


def _clips_of_plan(path: Path, scripts: Scripts, common: Settings) -> Iterator[PlannedClip]:
    _, defaults, tables = tables_of(path)
    defaults.check({key: CLIP_KEYS[key] for key in CLIP_KEYS if key not in ("scene", "output")})
    for table in tables:
        table.check(CLIP_KEYS)
        yield from _clips_of_table(table.with_defaults(defaults), scripts, common)


def _clips_of_table(table: PlanTable, scripts: Scripts, common: Settings) -> Iterator[PlannedClip]:
    """Yield a clip for each scene, value of the sweep (or one for all), theme and size."""
    get = table.values.get
    with table.naming("scene"):
        if "scene" not in table.values:
            raise RequestError(f"a clip needs scene = {CLIP_KEYS['scene'][0]}")
        path, colons, name = table.values["scene"].partition("::")
        selection = f"{find_script(path, table.path.parent)}{colons}{name}"
        try:
            scenes = choose(selection, lambda path: scripts(path)[0])
        except ScriptError:
            # It fails when its script is run again, with the reason.
            yield PlannedClip(selection, table.where(), common)
            return
    themes, sizes = get("themes", [None]), get("sizes", [None])
    for scene in scenes:
        first = get("output", scene.file_name)
        if len(scenes) > 1 and "output" in table.values:
            first = f"{first}-{scene.name}"
        where, opened = table.where(), scripts(scene.script)[1]
        for theme, size in product(themes, sizes):
            look = Path(theme).stem if len(themes) > 1 else ""
            ends = look, size if len(sizes) > 1 else ""
            settings = _settings(table, theme, size, common)
            page = _page(table, "-".join(filter(None, (first, *ends))))
            for knobs, end in _knob_sets(table, scene):
                outputs = _outputs(table, "-".join(filter(None, (first, end, *ends))))
                yield PlannedClip(
                    f"{scene}", where, settings, outputs, knobs, scene, opened, page=page
                )


def _knob_sets(table: PlanTable, scene: SceneFunction) -> list[tuple[KnobSets, str]]:
    """Return the knobs of each clip, and their part of the files' names."""
    fixed, sweep = _fixed(table), _sweep(table)
    swept = grid(sweep)
    for key, knobs in [("set", fixed), *(("sweep", knobs) for knobs in swept)]:
        with table.naming(key):
            scene.values(knobs)
    sets = {label(knobs): {**fixed, **knobs} for knobs in swept}
    with table.naming("sweep"):
        if len(sets) < len(swept):
            raise RequestError("sweep has a value twice; remove one of them")
    if not table.values.get("compare", False):
        return [({"": {**fixed, **knobs}}, suffix(knobs)) for knobs in swept]
    with table.naming("compare"):
        if not sweep:
            raise RequestError(f"compare needs sweep = {CLIP_KEYS['sweep'][0]}")
    return [(sets, "")]


def _fixed(table: PlanTable) -> dict[str, str]:
    return {name: _as_option(value) for name, value in table.values.get("set", {}).items()}


def _sweep(table: PlanTable) -> dict[str, list[str]]:
    given = table.values.get("sweep", {}).items()
    return {name: [_as_option(value) for value in values] for name, values in given}


def _page(table: PlanTable, name: str) -> PlannedPage | None:
    """Return the page that the table asks for, if any."""
    if not table.values.get("embed", False):
        return None
    with table.naming("embed"):
        if table.values.get("transparent", False):
            raise RequestError("embed: a page has MP4s, which cannot be transparent; drop one")
    path = table.path.parent / OUTPUT / f"{name}.html"
    return PlannedPage(path, _sweep(table), _fixed(table))


def _settings(table: PlanTable, theme: str | None, size: str | None, common: Settings) -> Settings:
    get, folder = table.values.get, table.path.parent
    same = ("fps", "seconds", "transparent", "loop", "hold")
    given = {key: table.values[key] for key in same if key in table.values}
    with table.naming("sizes"):
        parsed = None if size is None else parse_size(size)
    with table.naming():
        quality, limit = QUALITIES.get(get("quality", "")), get("max-size")
        most = None if limit is None else parse_bytes(limit)
        settings = replace(common, quality=quality, size=parsed, max_size=most, **given)
        settings = settings.for_platform(get("for"))
    if theme is None:
        return settings
    with table.naming("themes"):
        chosen = theme_called(theme, folder)
    file = f"{folder / theme}" if is_theme_file(theme) else None
    return replace(settings, theme=chosen, theme_file=file, project_theme=None)


def _outputs(table: PlanTable, name: str) -> tuple[Output, ...]:
    get, folder = table.values.get, f"{table.path.parent / OUTPUT}/"
    kinds = ("poster", *SIDECARS)
    sidecars = Sidecars(**{kind: table.values[kind] for kind in kinds if kind in table.values})
    usual = usual_format(get("for"))
    options = OutputOptions(folder, get("formats", []), None, get("codec"), sidecars, usual)
    with table.naming():
        return outputs_for(name, options)


def _as_option(value: Any) -> str:
    """Write a TOML value as `--set` takes it."""
    return value if isinstance(value, str) else repr(value)
