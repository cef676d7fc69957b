"""Directives for pages about gdanim, and the pages of the gallery.

The videos are those that `gdanim batch docs/videos.toml` has rendered into `docs/output`. Numbers
and words come from gdanim while the pages are built, so that no page can contradict the program.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any, ClassVar

from click.testing import CliRunner
from docutils import nodes
from docutils.parsers.rst import Directive, directives
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

from gdanim.batch.plan_table import CLIP_KEYS
from gdanim.cli import main
from gdanim.publish._html import html
from gdanim.publish.media import media_of
from gdanim.scripting.load import Script, load, scripts_in

DOCS = Path(__file__).parents[1]
VIDEOS = DOCS / "output"
SCENES = DOCS.parent / "scenes"


class Video(SphinxDirective):
    """A video of the plan by its file's name, with poster, captions and alternative text.

    With `:autoplay:` it plays at once, unless the reader's system asks for less motion.
    """

    required_arguments = 1
    option_spec: ClassVar[dict[str, Any]] = {"autoplay": directives.flag}

    def run(self) -> list[nodes.Node]:
        """Return the video as raw HTML."""
        path = VIDEOS / f"{self.arguments[0]}.mp4"
        if not path.is_file():
            raise self.error(f"{path}: no such file; run `gdanim batch docs/videos.toml` first")
        self.env.note_dependency(f"{path}")
        folder = Path("../" * self.env.docname.count("/"), "videos")
        media = media_of(path).seen_from(lambda file: folder / file.name)
        plays = "autoplay loop" if "autoplay" in self.options else 'loop preload="none"'
        page = html(media, autoplay=plays)
        return [nodes.raw("", page, format="html")]


class Output(Directive):
    """A command of gdanim and what it prints: `explain`, `info`, anything that writes no file."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """Run the command in this process, and return it above its output."""
        command = self.arguments[0]
        result = CliRunner().invoke(main, shlex.split(command))
        if result.exit_code:
            raise self.error(f"gdanim {command}: {result.output}")
        # The line that names the scene's file is this machine's own.
        lines = [line for line in result.output.splitlines() if not line.startswith("/")]
        text = f"$ gdanim {command}\n" + "\n".join(lines)
        return [nodes.literal_block(text, text, language="console", classes=["prose"])]


class Diagram(Directive):
    """A diagram in Mermaid's language, as text."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the text."""
        text = "\n".join(self.content)
        return [nodes.literal_block(text, text, language="text")]


class PlanKeys(SphinxDirective):
    """The keys of a clip in a plan, as `gdanim batch` checks them."""

    def run(self) -> list[nodes.Node]:
        """Return a list of the keys with what each allows."""
        lines = []
        for key, (allowed, _) in CLIP_KEYS.items():
            lines += [f"`{key}`", f": {allowed[0].upper()}{allowed[1:]}.", ""]
        return self.parse_text_to_nodes("\n".join(lines))


def escape_axes(
    app: Sphinx, what: str, name: str, obj: object, options: Any, lines: list[str]
) -> None:
    """Escape the star of shapes such as `(*R, P)`, which is no emphasis."""
    lines[:] = [re.sub(r"(?<!\\)\*R\b", r"\\*R", line) for line in lines]


def write_gallery(app: Sphinx) -> None:
    """Write a page for each script, and the index of them all."""
    folder = DOCS / "gallery"
    scripts = [load(path) for path in scripts_in(SCENES)]
    for script in scripts:
        _write(folder / f"{script.path.stem}.md", _page(script))
    listed = "\n".join(script.path.stem for script in scripts)
    cards = "\n".join(_card(script) for script in scripts)
    top = (folder / "top.md.in").read_text(encoding="utf-8")
    toctree = f"```{{toctree}}\n:hidden:\n\n{listed}\n```"
    _write(folder / "index.md", f'{top}\n{toctree}\n\n<div class="gallery">\n{cards}\n</div>\n')


def _write(path: Path, text: str) -> None:
    """Write a page unless it is the same, as Sphinx reads anew what has changed."""
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def _page(script: Script) -> str:
    """Return the page of a script: each scene's video, its words, its knobs, and the source."""
    name = script.path.stem
    parts = [f"# {_title(script)}"]
    for scene in script.scenes:
        first, _, rest = scene.doc.strip().partition("\n\n")
        if len(script.scenes) > 1:
            parts.append(f"## {scene.name}")
        called = name if len(script.scenes) == 1 else f"{name}.py::{scene.name}"
        parts += [
            " ".join(first.split()),
            f"```{{video}} {scene.file_name}\n```",
            rest,
            f"```sh\ngdanim render {called}\n```",
        ]
        if scene.knobs:
            parts.append("| knob | default | values |\n|---|---|---|")
            parts[-1] += "".join(
                f"\n| `{knob.name}` | {knob.default} | {knob.allowed} |" for knob in scene.knobs
            )
    parts += [
        "## The script",
        f"`gdanim new my_scene --from {name}` copies it.",
        f"```{{literalinclude}} ../../scenes/{name}.py\n:language: python\n```",
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def _title(script: Script) -> str:
    return script.path.stem.replace("_", " ").capitalize()


def _card(script: Script) -> str:
    """Return a picture of the first scene that leads to the script's page."""
    first = script.scenes[0]
    words = " ".join(first.doc.strip().partition("\n\n")[0].replace("`", "").split())
    return (
        f'<a href="{script.path.stem}.html"><img src="../videos/{first.file_name}.poster.png" '
        f'loading="lazy" width="640" height="360" alt=""><strong>{_title(script)}</strong>'
        f"<span>{words}</span></a>"
    )


def copy_videos(app: Sphinx, error: Exception | None) -> None:
    """Copy the videos into the site."""
    if error or app.builder.format != "html":
        return
    if not VIDEOS.is_dir():
        raise ExtensionError("run `gdanim batch docs/videos.toml` first")
    target = Path(app.outdir) / "videos"
    target.mkdir(exist_ok=True)
    for path in VIDEOS.iterdir():
        if path.is_file() and not path.name.startswith("."):
            (target / path.name).write_bytes(path.read_bytes())


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives and the gallery with Sphinx."""
    app.setup_extension("sphinx.ext.autodoc")
    app.add_directive("video", Video)
    app.add_directive("output", Output)
    app.add_directive("mermaid", Diagram)
    app.add_directive("plan-keys", PlanKeys)
    # Before numpydoc makes sections of the lines.
    app.connect("autodoc-process-docstring", escape_axes, priority=100)
    app.connect("builder-inited", write_gallery)
    app.connect("build-finished", copy_videos)
    return {"parallel_read_safe": True}
