"""What the documentation shows is what there is: its programs and commands run."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner

import gdanim
from gdanim.cli import main
from gdanim.core.toml import read_toml
from gdanim.rendering.pipeline import render
from gdanim.rendering.result import Rendered
from gdanim.scene import Scene

DOCS = Path(__file__).parent.parent / "docs"
PAGES = [DOCS / "first_video.md", *sorted((DOCS / "how_to").glob("*.md"))]
BLOCK = re.compile(r"```\{?(?:code-block\} )?(\w+)\n(?::caption: (\S+)\n)?(.*?)```", re.DOTALL)


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_programs_and_commands_run(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    def small(scene: Scene, path: str) -> Rendered:
        return render(scene, path, size=(160, 96), fps=2)

    monkeypatch.setattr(gdanim, "render", small, raising=False)
    names: dict[str, object] = {}
    for language, caption, text in BLOCK.findall(page.read_text(encoding="utf-8")):
        if caption:
            (tmp_path / caption).write_text(text, encoding="utf-8")
        elif language == "python":
            exec(compile(text, page.name, "exec"), names)
        elif language == "sh":
            for line in re.findall("^gdanim (.*?)(?:  #.*)?$", text, flags=re.MULTILINE):
                _run(line)


def _run(command: str) -> None:
    """Run a command, which must succeed."""
    words = shlex.split(command)
    if words[0] in ("render", "embed"):
        # Small, and otherwise as it is shown.
        words += ["--size", "160x96"]
        if not {"--still", "--for"} & {*words}:
            words += ["--fps", "10"]
            # The scene that waits at steps cannot be shorter than it waits.
            words += ["--seconds", "1"] * ("held.py" not in words)
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, f"gdanim {command}: {result.output}"


def test_every_script_that_ships_has_its_video_in_the_gallery() -> None:
    clips = read_toml(DOCS / "videos.toml")[1]["clip"]
    shown = {(DOCS / clip["scene"].partition("::")[0]).resolve() for clip in clips}
    assert {path.resolve() for path in (DOCS.parent / "scenes").glob("*.py")} <= shown


def test_every_page_is_reached_from_the_start() -> None:
    listed, new = set(), {"index"}
    while new:
        page = new.pop()
        listed.add(page)
        text = (DOCS / f"{page}.md").read_text(encoding="utf-8")
        for toctree in re.findall(r"```\{toctree\}\n(.*?)```", text, flags=re.DOTALL):
            lines = [line for line in toctree.splitlines() if line and not line.startswith(":")]
            targets = {_from(page, line.rpartition("<")[2].rstrip(">")) for line in lines}
            new |= {target for target in targets if (DOCS / f"{target}.md").exists()} - listed
    pages = {path.relative_to(DOCS).with_suffix("").as_posix() for path in DOCS.rglob("*.md")}
    generated = {page for page in pages if page.startswith(("gallery/", "output/"))}
    assert pages - generated <= listed


def _from(page: str, target: str) -> str:
    return (DOCS / page).parent.joinpath(target).resolve().relative_to(DOCS).as_posix()


def test_the_reference_lists_every_public_name() -> None:
    listed = re.findall(r"^   (?:\w+\.)?(\w+)$", (DOCS / "reference" / "api.md").read_text(), re.M)
    names = {*gdanim.__all__, *dir(gdanim.views)}
    modules = {name for name in names if isinstance(getattr(gdanim, name, None), ModuleType)}
    assert names - modules - {"__version__"} <= {*listed}
