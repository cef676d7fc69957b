"""What can go wrong, tried for real on the command line: the old file stays, and nothing else.

Where each fault is tested, if not here:

- ffmpeg killed: also test_ffmpeg and test_save, at every point; that says something, or nothing;
- a worker process killed: test_workers (stretches of a film), test_batch (clips of a plan);
- Ctrl-C, SIGTERM, a closed terminal: test_cli; test_batch; test_save, test_workers;
- an interrupt, or another process, while a file or folder takes its place: test_files;
- a disk without room: also test_files;
- an output folder that is missing or of other things: test_files; a folder in the file's place, two
  outputs of one name: test_rendering;
- IMAGEIO_FFMPEG_EXE pointing nowhere: test_ffmpeg, and on the command line test_cli;
- an ffmpeg that has no encoder for a format at all: test_formats, test_rendering;
- a view or a script that raises: also test_save, test_rendering, test_script, test_workers;
- odd, zero and huge sizes: test_formats, test_rendering, test_cli; one and two
  frames: test_save, test_containers; no frames, and lengths in general: test_timeline;
- stdout closed early: also test_cli;
- a hostile matplotlibrc: also test_film, with matplotlib's own writers.

`python tests/stress.py` has most of them at random, many times in a row.
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from processes import in_own_mounts, wait_for, working_in

from gdanim.encoding import ffmpeg
from scripts import SCENE, write

pytestmark = pytest.mark.slow

OLD = b"the old one"
SHORT = ["--size", "96x64", "--seconds", "1", "--fps", "10"]
NO_CACHE = {"PYTHONDONTWRITEBYTECODE": "1"}
LONG = ["--size", "96x64", "--seconds", "600"]

linux = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals, limits, shell scripts")


class Place:
    """A folder with a script, an old video `out/a.mp4`, and a place for temporary files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.out, self.scratch = folder / "out", folder / "scratch"
        self.out.mkdir()
        self.scratch.mkdir()
        write(folder, SCENE)
        (self.out / "a.mp4").write_bytes(OLD)

    def start(
        self,
        *arguments: str,
        before: Callable[[], object] | None = None,
        environ: Mapping[str, str] = {},
    ) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "gdanim", "render", "lesson.py", *arguments],
            cwd=self.folder,
            env={**os.environ, "TMPDIR": f"{self.scratch}", **environ},
            preexec_fn=before,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(
        self,
        *arguments: str,
        before: Callable[[], object] | None = None,
        environ: Mapping[str, str] = {},
        timeout: float = 120,
    ) -> tuple[int, str, str]:
        """Its exit code, and what it said on stdout and stderr."""
        with self.start(*arguments, before=before, environ=environ) as process:
            out, err = process.communicate(timeout=timeout)
        return process.returncode, out, err

    def assert_untouched(self) -> None:
        assert (self.out / "a.mp4").read_bytes() == OLD
        self.assert_tidy()

    def assert_tidy(self, *names: str) -> None:
        assert sorted(os.listdir(self.out)) == sorted({"a.mp4", *names})
        assert os.listdir(self.scratch) == []
        assert working_in(self.folder) == []


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The video that nothing disturbs."""
    place = Place(tmp_path_factory.mktemp("reference"))
    code, out, err = place.run("-o", "out/a.mp4", *SHORT)
    assert (code, err) == (0, "out/a.mp4\n"), out
    place.assert_tidy()
    return (place.out / "a.mp4").read_bytes()


@linux
def test_ffmpeg_killed(place: Place) -> None:
    with place.start("-o", "out/a.mp4", *LONG) as process:
        while not (encoders := [p for p in working_in(place.folder) if p != process.pid]):
            assert process.poll() is None
            time.sleep(0.01)
        os.kill(encoders[0], signal.SIGKILL)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert err == "out/a.mp4\nError: ffmpeg was killed by signal 9 (Killed)\n"
    place.assert_untouched()


@posix
def test_more_signals_do_not_disturb_the_cleaning_up(place: Place) -> None:
    with place.start("-o", "out/a.mp4", *LONG) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "out/a.mp4\n"
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGTERM):
            process.send_signal(number)
            time.sleep(0.02)
        _, err = process.communicate(timeout=60)
    # Of several that wait, the system chooses which comes first.
    assert (process.returncode, err.strip()) in [(143, "terminated"), (130, "interrupted")]
    place.assert_untouched()


@posix
def test_an_ignored_signal_stays_ignored(place: Place) -> None:
    def as_nohup() -> None:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    with place.start("-o", "out/a.mp4", *LONG, before=as_nohup) as process:
        assert process.stderr is not None
        process.stderr.readline()
        process.send_signal(signal.SIGHUP)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.5)
        process.terminate()
        process.communicate(timeout=60)
    assert process.returncode == 143
    place.assert_untouched()


@posix
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-o", "out/a.mp4"], "ffmpeg was killed by signal 25 (File size limit exceeded)"),
        (["-o", "out/a.gif"], "ffmpeg was killed by signal 25 (File size limit exceeded)"),
        (["-o", "out/a.png", "--still", "3"], "cannot write out/a.png: File too large; free some"),
        (["-o", "out/a.pdf", "--still", "3"], "cannot write out/a.pdf: File too large; free some"),
    ],
    ids=lambda value: value[1] if isinstance(value, list) else "",
)
def test_a_limit_on_files(place: Place, arguments: list[str], message: str) -> None:
    import resource

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    # Python is to keep no compiled modules then.
    code, _, err = place.run(*arguments, *SHORT[:2], before=limited, environ=NO_CACHE)
    assert code == 1
    assert err.splitlines()[-1].startswith(f"Error: {message}")
    place.assert_untouched()


def command(place: Place, *arguments: str) -> str:
    """The shell's line for it; it goes on after a failure, and prints the exit code."""
    words = [sys.executable, "-m", "gdanim", "render", "lesson.py", *arguments]
    return (
        f"cd {shlex.quote(f'{place.folder}')}; export TMPDIR={shlex.quote(f'{place.scratch}')}\n"
        f"{shlex.join(words)} || echo exit code $?"
    )


@linux
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["-o", "out/a.mp4", "--fps", "30"],
            "ffmpeg cannot write to {out}: No space left on device; ",
        ),
        (
            ["-o", "out/a.webp", "--fps", "10"],
            "ffmpeg cannot write to {out}: No space left on device; ",
        ),
        (
            ["-o", "out/a-frames", "--fps", "10"],
            "ffmpeg cannot write to {out}: No space left on device; ",
        ),
        (["-o", "out/a.png", "--still", "3"], "cannot write out/a.png: No space left on device; "),
    ],
    ids=lambda value: value[1] if isinstance(value, list) else "",
)
def test_a_full_disk(place: Place, arguments: list[str], message: str) -> None:
    done = in_own_mounts(f"""
        mount -t tmpfs -o size=8k tmpfs {shlex.quote(f"{place.out}")}
        printf '{OLD.decode()}' > {shlex.quote(f"{place.out}")}/a.mp4
        {command(place, *arguments, "--size", "320x180", "--seconds", "1")}
        ls -A out
        cat out/a.mp4
    """)
    assert done.stdout == f"exit code 1\na.mp4\n{OLD.decode()}", done.stderr
    told, error = done.stderr.splitlines()
    message = message.format(out=place.out)
    assert told == arguments[1] and error.startswith(f"Error: {message}free some space, or name ")
    place.assert_untouched()


@linux
def test_no_room_for_temporary_files(place: Place) -> None:
    """A long video waits there in stretches."""
    size = ["--size", "640x360", "--fps", "60", "--seconds", "12"]
    done = in_own_mounts(f"""
        mount -t tmpfs -o size=32k tmpfs {shlex.quote(f"{place.scratch}")}
        {command(place, "-o", "out/a.mp4", *size)}
        ls -A out scratch
    """)
    assert done.stdout == "exit code 1\nout:\na.mp4\n\nscratch:\n", done.stderr
    error = done.stderr.splitlines()[-1]
    assert error.startswith("Error: ") and f"{place.scratch}: No space left on device" in error
    place.assert_untouched()


@linux
def test_what_a_killed_process_left_is_removed(place: Place) -> None:
    with place.start("-o", "out/b.mp4", *LONG) as process:
        wait_for(lambda: list(place.scratch.glob(".gdanim*/*")))
        process.kill()
    assert process.returncode == -signal.SIGKILL
    assert list(place.scratch.iterdir()) and list(place.out.glob(".b.*"))
    wait_for(lambda: not working_in(place.folder))
    assert place.run("-o", "out/b.mp4", *LONG[:2], "--seconds", "21")[0] == 0
    place.assert_tidy("b.mp4")


@pytest.mark.parametrize(
    "name", ["100%/a-frames", "%d/a-frames", "%03d.mp4", "%s%n.gif", "a%.webp"]
)
def test_a_per_cent_sign_is_nothing_special(place: Place, name: str) -> None:
    code, _, err = place.run("-o", f"out/{name}", *SHORT)
    assert code == 0, err
    made = place.out / name
    assert len(list(made.iterdir())) == 10 if made.is_dir() else made.is_file()
    place.assert_tidy(name.partition("/")[0])


@linux
def test_a_place_that_is_read_only(place: Place) -> None:
    out = shlex.quote(f"{place.out}")
    done = in_own_mounts(f"""
        mount --bind {out} {out}
        mount -o remount,bind,ro {out}
        {command(place, "-o", "out/a.mp4", *SHORT)}
        {command(place, "-o", "out/new/a.mp4", *SHORT)}
    """)
    assert done.stdout == "exit code 2\nexit code 2\n"
    assert done.stderr.count(f"Error: out/a.mp4: {place.out} is not writable; choose") == 1
    assert done.stderr.count(f"Error: out/new/a.mp4: {place.out} is not writable; ") == 1
    place.assert_untouched()


def test_a_folder_in_the_files_place(place: Place) -> None:
    (place.out / "b.mp4").mkdir()
    (place.out / "b.mp4" / "mine").touch()
    code, _, err = place.run("-o", "out/b.mp4", *SHORT)
    assert code == 2 and "Error: out/b.mp4: is a folder; name a file" in err
    assert (place.out / "b.mp4" / "mine").exists()
    place.assert_tidy("b.mp4")


@pytest.mark.parametrize("name", ["a.mp4", "a-frames"])
def test_two_renders_to_one_place(place: Place, name: str) -> None:
    """Whichever is last is there whole."""

    def content(path: Path) -> list[bytes]:
        files = sorted(path.iterdir()) if path.is_dir() else [path]
        return [file.read_bytes() for file in files]

    rates = ("0.01", "0.03")
    alone = []
    for k, rate in enumerate(rates):
        assert place.run("-o", f"{k}/{name}", "--set", f"lr={rate}", *SHORT)[0] == 0
        alone.append(content(place.folder / f"{k}" / name))
    assert alone[0] != alone[1]
    for _ in range(2):
        both = [place.start("-o", f"out/{name}", "--set", f"lr={rate}", *SHORT) for rate in rates]
        for process in both:
            _, err = process.communicate(timeout=120)
            assert process.returncode == 0, err
        assert content(place.out / name) in alone
    place.assert_tidy(name)


@posix
def test_an_ffmpeg_without_libx264(place: Place) -> None:
    """It falls back on another encoder, and says so."""
    if "libopenh264" not in ffmpeg.encoders():
        pytest.skip("this ffmpeg has no other encoder of H.264")
    real = shlex.quote(ffmpeg.executable())
    poor = place.folder / "ffmpeg"
    poor.write_text(
        f"""#!/bin/sh
        case "$*" in
            *-encoders*) {real} "$@" | grep -v libx264 ;;
            *"c:v libx264 "*) echo "Unknown encoder 'libx264'" >&2; exit 8 ;;
            *) exec {real} "$@" ;;
        esac
        """
    )
    poor.chmod(0o755)
    code, out, err = place.run("-o", "out/a.mp4", *SHORT, environ={"IMAGEIO_FFMPEG_EXE": f"{poor}"})
    assert (code, err) == (0, "out/a.mp4\n")
    assert out.endswith("; encoded by libopenh264, as this ffmpeg has no libx264\n")
    assert ffmpeg.count_frames(place.out / "a.mp4") == 10
    assert ffmpeg.stream(place.out / "a.mp4").codec == "h264"
    place.assert_tidy()


RAISES = SCENE.replace(
    "def scene(",
    """
class Odd(views.View):
    def draw(self, ax, clip):
        return self.later

    def later(self, frame):
        if frame == 137:
            raise ZeroDivisionError("mine")
        return []


def scene(""",
    1,
).replace('title="Line"', 'panels={"odd": Odd()}')


@pytest.mark.parametrize("name", ["a.mp4", "a.webm", "a-frames"])
def test_a_view_that_raises_in_the_middle(place: Place, name: str) -> None:
    write(place.folder, RAISES)
    code, out, err = place.run("-o", f"out/{name}", "--size", "64x48", "--seconds", "6")
    assert (code, out) == (1, "")
    assert 'raise ZeroDivisionError("mine")' in err and "ZeroDivisionError: mine" in err
    assert "gdanim/film" not in err
    place.assert_untouched()


def test_a_single_frame(place: Place) -> None:
    code, out, _ = place.run("-o", "out/a.mp4", "--size", "64x48", "--seconds", "0.2", "--fps", "5")
    assert code == 0 and "64x48, 1 frame, " in out
    assert ffmpeg.count_frames(place.out / "a.mp4") == 1
    place.assert_tidy()


@linux
def test_thirty_thousand_frames_in_less_memory_than_they_take(place: Place) -> None:
    import resource

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_DATA, (600 * 2**20, 600 * 2**20))

    assert 30_000 * 96 * 64 * 4 > 700 * 2**20
    words = SCENE.replace('title="Line")', 'title="Line", panels={"words": views.Text("long")})')
    write(place.folder, words)
    length = ["--size", "96x64", "--seconds", "600", "--fps", "50"]
    code, out, err = place.run("-o", "out/a.mp4", *length, before=limited, timeout=1200)
    assert (code, err) == (0, "out/a.mp4\n")
    assert out.startswith("out/a.mp4: 96x64, 30,000 frames, ")
    assert ffmpeg.count_frames(place.out / "a.mp4") == 30_000
    place.assert_tidy()


@pytest.mark.parametrize("length", ["0", "-1", "nan", "1e9"])
def test_a_length_that_no_video_has(place: Place, length: str) -> None:
    code, _, err = place.run("-o", "out/a.mp4", "--seconds", length)
    assert code == 2 and "seconds: " in err and "Traceback" not in err
    place.assert_untouched()


@pytest.mark.parametrize("size", ["0x0", "47x48", "97x65", "100000x100000"])
def test_a_size_that_an_mp4_cannot_have(place: Place, size: str) -> None:
    code, _, err = place.run("-o", "out/a.mp4", "--size", size)
    assert code == 2 and ("even" in err or "from 48 to 8192" in err)
    place.assert_untouched()


@posix
def test_stdout_closed_after_the_first_video(place: Place, reference: bytes) -> None:
    read, write_end = os.pipe()
    os.close(read)
    with os.fdopen(write_end) as closed:
        done = subprocess.run(
            [sys.executable, "-m", "gdanim", "render", "lesson.py", "-o", "out/a.mp4", *SHORT],
            cwd=place.folder,
            env={**os.environ, "TMPDIR": f"{place.scratch}"},
            stdout=closed,
            stderr=subprocess.PIPE,
        )
    assert (done.returncode, done.stderr) == (1, b"out/a.mp4\n")
    assert (place.out / "a.mp4").read_bytes() == reference
    place.assert_tidy()


def test_nowhere_to_keep_a_cache(place: Place, reference: bytes) -> None:
    nowhere = f"{place.folder / 'lesson.py' / 'x'}"
    variables = ("HOME", "MPLCONFIGDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")
    code, _, err = place.run("-o", "out/a.mp4", *SHORT, environ=dict.fromkeys(variables, nowhere))
    assert (code, err) == (0, "out/a.mp4\n")
    assert (place.out / "a.mp4").read_bytes() == reference
    place.assert_tidy()


HOSTILE = """
backend: QtAgg
savefig.bbox: tight
savefig.dpi: 300
savefig.transparent: true
text.usetex: true
figure.dpi: 37
figure.autolayout: true
font.family: cursive
font.size: 40
lines.antialiased: false
text.hinting_factor: 1
axes.facecolor: red
path.sketch: 3, 100, 2
agg.path.chunksize: 7
svg.fonttype: none
no.such.key: 3
lines.linewidth: thick
"""


def test_a_hostile_matplotlibrc(place: Place, reference: bytes) -> None:
    path = write(place.folder, HOSTILE, "matplotlibrc")
    pictures = []
    for k, variables in enumerate([{}, {"MATPLOTLIBRC": f"{path}"}]):
        if variables:
            code, _, err = place.run("-o", "out/a.mp4", *SHORT, environ=variables)
            assert (code, err) == (0, "out/a.mp4\n")
        for kind in ("svg", "png"):
            still = f"stills{k}/a.{kind}"
            # The file in the working folder would be found by itself.
            variables.setdefault("MATPLOTLIBRC", os.devnull)
            assert place.run("-o", still, "--still", "3", *SHORT[:2], environ=variables)[0] == 0
            pictures.append((place.folder / still).read_bytes())
    assert (place.out / "a.mp4").read_bytes() == reference
    assert pictures[:2] == pictures[2:]
    place.assert_tidy()
