"""What to render: scenes with their knobs set, the settings, and the files to write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from gdanim.descent.run import Run
from gdanim.encoding.formats import Format
from gdanim.errors import RequestError
from gdanim.film.defaults import Size, check_fps, check_size
from gdanim.rendering.comparison import compared
from gdanim.rendering.outputs import Output, OutputOptions, outputs_for
from gdanim.rendering.platforms import Platform, platform_called
from gdanim.rendering.quality import MEDIUM, Quality
from gdanim.rendering.sweep import grid, label, suffix
from gdanim.rendering.themes import ProjectTheme
from gdanim.scene import Scene
from gdanim.scripting.examples import is_shipped
from gdanim.scripting.knobs import Value
from gdanim.scripting.load import SceneFunction, choose
from gdanim.views.theme import LIGHT, Theme

LONGEST_SECONDS = 3600.0
# What a GIF can hold: hundredths of a second, and repetitions, in two bytes each.
LONGEST_HOLD, MOST_LOOPS = 600.0, 65535


@dataclass(frozen=True)
class Settings:
    """What a render overrides; None leaves it to the scene.

    Size: `size`, else that of `quality`, else the scene's. Frames per second: `fps`, else the
    scene's, else those of `quality`, else of medium. `seconds` keeps the scene's pace over another
    duration. No video takes more than `max_size` bytes. `theme_file` is the path that `theme` was
    read from; `project_theme` is for scenes without a theme, and `transparent` leaves out the
    background of the theme in use. Animated pictures play `loop` times (0: for ever) and hold their
    last frame for `hold` seconds. `platform` (see `for_platform`) decides whatever is still open.
    Raises RequestError for values that no video can have.
    """

    quality: Quality | None = None
    size: Size | None = None
    fps: int | None = None
    seconds: float | None = None
    theme: Theme | None = None
    max_size: int | None = None
    theme_file: str | None = None
    project_theme: ProjectTheme | None = None
    transparent: bool = False
    loop: int | None = None
    hold: float | None = None
    platform: Platform | None = None

    def __post_init__(self) -> None:
        if self.size is not None:
            check_size(self.size)
        if self.fps is not None:
            check_fps(self.fps)
        if self.seconds is not None and not 0 < self.seconds <= LONGEST_SECONDS:
            raise RequestError(
                f"seconds: must be above 0 and at most {LONGEST_SECONDS:g}, got {self.seconds:g}"
            )
        if self.loop is not None and not 0 <= self.loop <= MOST_LOOPS:
            raise RequestError(f"loop: must be from 0 (for ever) to {MOST_LOOPS}, got {self.loop}")
        if self.hold is not None and not 0 <= self.hold <= LONGEST_HOLD:
            raise RequestError(f"hold: must be from 0 to {LONGEST_HOLD:g} s, got {self.hold:g}")

    def applied(self, scene: Scene, format: Format | None = None) -> Scene:
        """The scene as it is rendered in `format` (None: as a still)."""
        usual = self.platform.size if self.platform else scene.size
        size = self.size or (self.quality.size if self.quality else usual)
        wanted = (self.fps, scene.fps, (self.quality or MEDIUM).fps)
        fps = next(rate for rate in wanted if rate is not None)
        if self.platform and self.fps is None and self.quality is None:
            fps = min(fps, self.platform.fps)
        if format and format.fps and self.fps is None:
            fps = max((rate for rate in format.fps if rate <= fps), default=min(format.fps))
        pace = scene.pace if self.seconds is None else scene.pace.with_duration(self.seconds)
        theme = self.theme or scene.theme
        if theme is None and self.project_theme is not None:
            theme = self.project_theme.theme
        if self.transparent:
            theme = replace(theme or LIGHT, transparent=True)
        return replace(scene, size=size, fps=fps, pace=pace, theme=theme)

    def for_platform(self, name: str | None) -> Settings:
        """The same for the platform of this name, if there is one."""
        if name is None:
            return self
        platform = platform_called(name)
        return replace(self, platform=platform, max_size=self.max_size or platform.bytes)

    def within(self, scene: Scene, runs: Mapping[str, Run], format: Format) -> Settings:
        """The same, within the longest duration that the platform accepts."""
        longest = None if self.platform is None else self.platform.longest
        if longest is None:
            return self
        seconds = self.applied(scene, format).timeline(runs).seconds
        return self if seconds <= longest else replace(self, seconds=longest)


@dataclass(frozen=True)
class Origin:
    """The scene function that a file shows: its script, its name, the values of all its knobs."""

    script: str
    scene: str
    knobs: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Job:
    """A scene, its outputs, and the script that it comes from, if any."""

    scene: Scene
    outputs: tuple[Output, ...]
    script: Path | None = None
    origin: Origin | None = None


def jobs_from_scripts(
    selections: Sequence[str],
    knobs: Mapping[str, str],
    options: OutputOptions,
    sweep: Mapping[str, Sequence[str]] = MappingProxyType({}),
    compare: bool = False,
) -> list[Job]:
    """Return the jobs of the scenes of `SCRIPT[::SCENE]`, with their knobs set.

    `knobs` are the knobs' values as text, the same for every scene, and `sweep` lists several
    values for some: every combination makes a job, whose files are named after it; with `compare`
    all combinations make one.
    """
    for name in sweep:
        if name in knobs:
            raise RequestError(f"{name}: is both set and swept; remove one of the two")
    wanted = []
    for selection in selections:
        for scene in choose(selection):
            every = [(own, scene.values({**knobs, **own})) for own in grid(sweep)]
            if compare:
                sets = {label(own): values for own, values in every}
                wanted.append((scene, sets, outputs_for(scene.file_name, options)))
                continue
            for own, values in every:
                name = "-".join(filter(None, (scene.file_name, suffix(own))))
                wanted.append((scene, {"": values}, outputs_for(name, options)))
    # All knobs are checked before any scene is made, which may read files and take a while.
    return [job_of_scene(*one) for one in wanted]


def job_of_scene(
    function: SceneFunction, sets: Mapping[str, Mapping[str, Value]], outputs: tuple[Output, ...]
) -> Job:
    """The job of the scene with a set of knobs, or of the comparison of several, by label."""
    scenes = {label: function(**values) for label, values in sets.items()}
    if len(scenes) > 1:
        return Job(compared(scenes), outputs, function.script)
    ((label, scene),) = scenes.items()
    return Job(scene, outputs, function.script, _origin_of(function, sets[label]))


def _origin_of(scene: SceneFunction, knobs: Mapping[str, Value]) -> Origin:
    """The scene function with the values of all its knobs, those not in `knobs` by default."""
    values = {knob.name: knobs.get(knob.name, knob.default) for knob in scene.knobs}
    return Origin(shown_path(scene.script), scene.name, values)


def shown_path(script: Path) -> str:
    """A script's path as the user named it; an absolute one relative to the working folder.

    A file that is passed on must not reveal where on a computer it was made. A scene that ships
    with gdanim goes by its bare name, which works everywhere.
    """
    if is_shipped(script):
        return script.name
    if script.is_absolute():
        here = Path.cwd()
        script = script.relative_to(here) if here in script.parents else Path(script.name)
    return script.as_posix()
