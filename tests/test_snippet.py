"""Snippets: pasted where they belong, they show the video."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
from pathlib import Path

import imageio.v3 as iio
import pytest
from browser import from_npm, needs_chromium, observe
from click.testing import CliRunner
from pptx import Presentation
from snippets import ALT, PLAYS, Tags, rendered, snippet

from gdanim import cli
from gdanim.errors import GdanimError, RequestError
from gdanim.publish.media import find_media
from gdanim.publish.slides import write_slides
from gdanim.publish.snippet import SNIPPETS
from gdanim.rendering.outputs import Sidecars
from scripts import copied

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a video in all its forms."""
    beside = Sidecars("last", captions=True, alt=True)
    return rendered(tmp_path_factory.mktemp("made"), ["mp4", "webm", "png"], beside)


@pytest.fixture(scope="module")
def moving(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with pictures that move."""
    return rendered(tmp_path_factory.mktemp("moving"), ["gif", "webp", "apng"], Sidecars("last"))


@pytest.fixture
def folder(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, to work in."""
    return copied(made, tmp_path, monkeypatch)


@pytest.fixture
def pictures(moving: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, to work in."""
    return copied(moving, tmp_path, monkeypatch)


def test_the_page_has_all_that_lies_beside_the_video(folder: Path) -> None:
    Path("lesson.alt.txt").write_text(ALT)
    tags = Tags(snippet("html"))
    (video,) = tags.of("video")
    assert {"autoplay", "loop", "muted", "playsinline", "controls"} <= set(video)
    assert (video["width"], video["height"]) == ("160", "96")
    assert video["poster"] == "lesson.poster.png"
    assert video["aria-label"] == ALT
    sources = [(one["src"], one["type"]) for one in tags.of("source")]
    assert sources == [("lesson.webm", "video/webm"), ("lesson.mp4", "video/mp4")]
    assert [one["src"] for one in tags.of("track")] == ["lesson.vtt"]
    assert not tags.of("b")


def test_the_page_without_anything_beside_the_video(folder: Path) -> None:
    (folder / "alone").mkdir()
    shutil.copy("lesson.mp4", 'alone/50% of "it".mp4')
    tags = Tags(snippet("html", 'alone/50% of "it".mp4'))
    (video,), (source,) = tags.of("video"), tags.of("source")
    assert source["src"] == "alone/50%25%20of%20%22it%22.mp4"
    assert "poster" not in video and not tags.of("track")
    assert video["aria-label"] == 'Animation of gradient descent: 50% of "it"'


@pytest.mark.parametrize("asked", ["lesson.mp4", "lesson-dark.mp4", "lesson-light.mp4"])
def test_light_and_dark(folder: Path, asked: str) -> None:
    shutil.copy("lesson.mp4", "lesson-dark.mp4")
    shutil.copy("lesson.poster.png", "lesson-dark.poster.png")
    if asked == "lesson-light.mp4":
        shutil.copy("lesson.mp4", asked)
    tags = Tags(snippet("html", asked))
    dark, *light = tags.of("source")
    assert (dark["src"], dark["media"]) == ("lesson-dark.mp4", "(prefers-color-scheme: dark)")
    names = ["lesson-light.mp4"] if "light" in asked else ["lesson.webm", "lesson.mp4"]
    assert [one["src"] for one in light] == names
    assert tags.of("video")[0]["data-dark-poster"] == "lesson-dark.poster.png"


def test_the_same_page_for_every_tool_that_takes_html(folder: Path) -> None:
    page = snippet("html")
    # A blank line would end a block of HTML: https://spec.commonmark.org/0.31.2/#html-blocks
    assert snippet("markdown") == page and "\n\n" not in page
    assert snippet("quarto").startswith(f"```{{=html}}\n{page}\n```\n\n::: ")
    assert snippet("myst") == f"```{{raw}} html\n{page}\n```"
    assert re.sub("data-autoplay loop", "autoplay loop", snippet("reveal")) == (
        f"<section>\n{page}\n</section>"
    )


def test_a_shortcode_in_the_alternative_text_is_none(folder: Path) -> None:
    """Pandoc reads what is behind a backslash as it is, Quarto looks for the signs in a row."""
    Path("lesson.alt.txt").write_text("a {{< include /etc/passwd >}} &amp; b", encoding="utf-8")
    text = snippet("quarto")
    assert "{{<" not in text
    assert r'fig-alt="a \{\{\< include /etc/passwd \>\}\} \&amp; b"' in text


def test_a_notebook_cell(folder: Path) -> None:
    Path("lesson.alt.txt").write_text(f"{ALT} 'x'")
    call = ast.parse(snippet("notebook")).body[-1].value  # type: ignore[attr-defined]
    words = {word.arg: ast.literal_eval(word.value) for word in call.keywords}
    assert ast.literal_eval(call.args[0]) == "lesson.mp4"
    assert (words["embed"], words["width"], words["height"]) == (True, 160, 96)
    (video,) = Tags(f"<video {words['html_attributes']}>").of("video")
    assert video["aria-label"] == f"{ALT} 'x'" and "loop" in video


def test_beamer(folder: Path) -> None:
    assert (
        "\\animategraphics[autoplay,loop,controls,width=\\linewidth]{10}"
        "{lesson-frames/frame-}{0}{9}" in snippet("beamer")
    )
    shutil.rmtree("lesson-frames")
    assert (
        "\\movie[autostart,loop,showcontrols,width=\\linewidth,height=0.6000\\linewidth]"
        "{\\includegraphics[width=\\linewidth]{lesson.poster.png}}{lesson.mp4}"
    ) in snippet("beamer")
    Path("lesson.poster.png").unlink()
    with pytest.raises(RequestError, match="Beamer needs a poster"):
        snippet("beamer")


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no pdflatex on the PATH")
@pytest.mark.parametrize("frames", [True, False])
def test_beamer_compiles(folder: Path, frames: bool) -> None:
    if not frames:
        shutil.rmtree("lesson-frames")
    package = "animate" if frames else "multimedia"
    head = f"\\documentclass{{beamer}}\\usepackage{{{package}}}\\begin{{document}}"
    Path("t.tex").write_text(f"{head}\n{snippet('beamer')}\n\\end{{document}}")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "t.tex"]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout[-2000:]


@pytest.mark.parametrize("poster", [True, False])
def test_powerpoint_holds_the_video_and_its_poster(folder: Path, poster: bool) -> None:
    if not poster:
        Path("lesson.poster.png").unlink()
    Path("lesson.alt.txt").write_text(ALT)
    write_slides([find_media(Path("lesson.mp4"))[0]], Path("deck.pptx"))
    deck = Presentation("deck.pptx")
    (slide,) = deck.slides
    (movie,) = slide.shapes
    assert movie._element.nvPicPr.cNvPr.get("descr") == ALT
    assert movie.width / movie.height == pytest.approx(160 / 96, rel=1e-3)
    assert movie.width <= deck.slide_width and movie.height <= deck.slide_height
    blobs = {part.partname.ext: part.blob for part in deck.part.package.iter_parts()}
    assert blobs["mp4"] == Path("lesson.mp4").read_bytes()
    still = iio.imread(blobs["png"])[..., :3].astype(int)
    last = iio.imread("lesson-frames/frame-9.png")[..., :3]
    assert abs(still - last).mean() < 3


def test_the_command(folder: Path) -> None:
    def run(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(cli.main, ["snippet", *words])
        return result.exit_code, result.output

    assert run("lesson.mp4", "--for", "myst") == (0, f"{snippet('myst')}\n")
    assert run("lesson.mp4", "--for", "pptx") == (0, "lesson.pptx: written\n")
    assert Presentation("lesson.pptx").slides
    code, said = run("lesson.py")
    assert code == 2 and "lesson.py: must be a .webm, .mp4, .gif, .webp or .apng file" in said
    code, said = run("--help")
    assert code == 0 and f"[{'|'.join([*SNIPPETS, 'pptx'])}]" in said
    code, said = run("lesson.mp4", "--for", "html5")
    assert code == 2 and "'html5' is not one of 'html'" in said


@pytest.mark.parametrize("kind", ["gif", "webp", "apng"])
def test_a_picture_that_moves(pictures: Path, kind: str) -> None:
    Path("lesson.alt.txt").write_text(ALT)
    shutil.copy(f"lesson.{kind}", f"lesson-dark.{kind}")
    shutil.copy("lesson.poster.png", "lesson-dark.poster.png")
    page = snippet("html", f"lesson.{kind}")
    tags = Tags(page)
    (picture,) = tags.of("img")
    assert (picture["src"], picture["alt"]) == (f"lesson.{kind}", ALT)
    assert (picture["width"], picture["height"]) == ("160", "96")
    less, night = "(prefers-reduced-motion: reduce)", "(prefers-color-scheme: dark)"
    assert [(one["media"], one["srcset"]) for one in tags.of("source")] == [
        (f"{less} and {night}", "lesson-dark.poster.png"),
        (less, "lesson.poster.png"),
        (night, f"lesson-dark.{kind}"),
    ]
    assert snippet("markdown", f"lesson.{kind}") == page and "\n\n" not in page
    assert page in snippet("quarto", f"lesson.{kind}")


def test_where_no_picture_moves(pictures: Path) -> None:
    with pytest.raises(RequestError, match="lesson.gif: .*PDF"):
        snippet("beamer", "lesson.gif")
    for kind in ("webp", "apng"):
        with pytest.raises(RequestError, match=f"PowerPoint cannot show .{kind} files"):
            write_slides([find_media(Path(f"lesson.{kind}"))[0]], Path("deck.pptx"))
    Path("broken.gif").write_text("no picture")
    with pytest.raises(GdanimError, match="broken.gif: .*picture"):
        snippet("html", "broken.gif")


def test_powerpoint_moves_a_gif(pictures: Path) -> None:
    Path("lesson.alt.txt").write_text(ALT)
    write_slides([find_media(Path("lesson.gif"))[0]], Path("deck.pptx"))
    (slide,) = Presentation("deck.pptx").slides
    (picture,) = slide.shapes
    assert picture.image.blob == Path("lesson.gif").read_bytes()
    assert picture._element.nvPicPr.cNvPr.get("descr") == ALT


@needs_chromium
@pytest.mark.browser
def test_the_page_plays(folder: Path) -> None:
    page = Path("page.html").resolve()
    page.write_text(f"<!doctype html><title>t</title>{snippet('html')}", encoding="utf-8")
    seen = observe(page, PLAYS)
    assert (seen["wide"], seen["high"], seen["muted"], seen["tracks"]) == (160, 96, True, 1)
    assert seen["source"].endswith("/lesson.webm")


@needs_chromium
@pytest.mark.browser
def test_with_less_motion_it_waits_and_dark_pages_get_the_dark_one(folder: Path) -> None:
    shutil.copy("lesson.webm", "lesson-dark.webm")
    shutil.copy("lesson.poster.png", "lesson-dark.poster.png")
    page = Path("page.html").resolve()
    page.write_text(f"<!doctype html><title>t</title>{snippet('html')}", encoding="utf-8")
    probe = """
      const video = document.querySelector("video");
      await until(() => video.readyState > 1);
      await sleep(500);
      return [video.paused, video.currentTime, video.poster, video.currentSrc];
    """
    flags = "--force-prefers-reduced-motion", "--force-dark-mode"
    paused, time, poster, source = observe(page, probe, *flags)
    assert (paused, time) == (True, 0)
    assert source.endswith("/lesson-dark.webm") and poster.endswith("/lesson-dark.poster.png")


@needs_chromium
@pytest.mark.browser
@pytest.mark.parametrize("kind", ["gif", "webp", "apng"])
@pytest.mark.parametrize("less", [False, True])
def test_a_picture_is_seen_and_stands_still_with_less_motion(
    pictures: Path, kind: str, less: bool
) -> None:
    page = Path("page.html").resolve()
    text = f"<!doctype html><title>t</title>{snippet('html', f'lesson.{kind}')}"
    page.write_text(text, encoding="utf-8")
    probe = """
      const picture = document.querySelector("img");
      await until(() => picture.complete);
      return [picture.naturalWidth, picture.naturalHeight, picture.currentSrc.split("/").pop()];
    """
    flags = ["--force-prefers-reduced-motion"] if less else []
    shown = "lesson.poster.png" if less else f"lesson.{kind}"
    assert observe(page, probe, *flags) == [160, 96, shown]


@needs_chromium
@pytest.mark.browser
def test_a_slide_of_reveal_plays_when_it_is_shown(folder: Path) -> None:
    """With reveal.js itself, from npm, which has to be there and reach its registry."""
    from_npm("reveal.js@6.0.2", folder)
    page = Path("slides.html").resolve()
    page.write_text(
        "<!doctype html><title>t</title>"
        '<link rel="stylesheet" href="package/dist/reveal.css">'
        '<div class="reveal"><div class="slides"><section>First</section>'
        f"{snippet('reveal')}</div></div>"
        '<script src="package/dist/reveal.js"></script>'
        "<script>Reveal.initialize();</script>",
        encoding="utf-8",
    )
    probe = f"""
      const first = document.querySelector("video");
      await until(() => Reveal.isReady() && first.readyState > 1);
      await sleep(500);
      const before = [first.paused, first.currentTime];
      Reveal.next();
      return {{ before, after: await (async () => {{ {PLAYS} }})() }};
    """
    seen = observe(page, probe)
    assert seen["before"] == [True, 0]
    assert (seen["after"]["wide"], seen["after"]["high"]) == (160, 96)
