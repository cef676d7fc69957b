"""A file takes its place when it is complete, and not before."""

from __future__ import annotations

import errno
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gdanim.core.atomic import replacing, replacing_folder
from gdanim.errors import GdanimError


def test_the_file_takes_its_place_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "video.mp4"
    path.write_bytes(b"old")
    with replacing(path) as part:
        part.write_bytes(b"new")
        assert part.parent == path.parent
        assert part.name.startswith(".video.") and part.suffix == ".mp4"
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["video.mp4"]


@pytest.mark.parametrize("fault", [ValueError, KeyboardInterrupt, GeneratorExit])
def test_a_fault_leaves_everything_as_it_was(tmp_path: Path, fault: type[BaseException]) -> None:
    path = tmp_path / "video.mp4"
    path.write_bytes(b"old")
    with pytest.raises(fault), replacing(path) as part:
        part.write_bytes(b"half")
        raise fault
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["video.mp4"]


def test_folders_are_made(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "video.mp4"
    with replacing(path) as part:
        part.write_bytes(b"new")
    assert path.read_bytes() == b"new"


def test_a_fault_takes_back_the_folders_it_made_and_no_other(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(ZeroDivisionError), replacing(tmp_path / "a" / "b" / "c" / "video.mp4"):
        raise ZeroDivisionError
    assert [path.name for path in tmp_path.rglob("*")] == ["a"]


def test_a_folder_that_somebody_else_uses_by_now_stays(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), replacing(tmp_path / "a" / "b" / "video.mp4"):
        (tmp_path / "a" / "other.mp4").touch()
        raise ZeroDivisionError
    assert [path.name for path in tmp_path.rglob("*")] == ["a", "other.mp4"]


def test_two_at_once_do_not_meet(tmp_path: Path) -> None:
    path = tmp_path / "video.mp4"
    with replacing(path) as one, replacing(path) as other:
        assert one != other


def test_the_file_has_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    with replacing(tmp_path / "video.mp4"):
        pass
    (tmp_path / "plain").touch()
    assert (tmp_path / "video.mp4").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    link = tmp_path / "link.mp4"
    link.symlink_to(tmp_path / "video.mp4")
    with replacing(link) as part:
        part.write_bytes(b"new")
    assert link.is_symlink()
    assert (tmp_path / "video.mp4").read_bytes() == b"new"


def enter(path: Path) -> str:
    """The error that keeps the block from running."""
    with pytest.raises(GdanimError) as caught, replacing(path):
        pytest.fail("the block ran")
    return str(caught.value)


def test_refuses_a_folder_in_the_files_place(tmp_path: Path) -> None:
    (tmp_path / "video.mp4").mkdir()
    message = enter(tmp_path / "video.mp4")
    assert message == f"cannot write {tmp_path}/video.mp4: it is a folder; name another file"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_refuses_what_is_no_regular_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "regular file" in enter(tmp_path / "pipe")
    assert os.listdir(tmp_path) == ["pipe"]


def test_refuses_a_file_in_the_folders_place(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    message = enter(tmp_path / "file" / "video.mp4")
    assert message.startswith(f"cannot write {tmp_path}/file/video.mp4: ")
    assert message.endswith("; name a file in a folder that you may write to")


def test_refuses_a_folder_that_takes_no_file(tmp_path: Path) -> None:
    # A name too long fails where missing permission would; that does not stop the superuser.
    assert "too long" in enter(tmp_path / "new" / ("x" * 300 + ".mp4"))
    assert os.listdir(tmp_path) == []


def test_says_why_the_old_file_could_not_be_replaced(tmp_path: Path) -> None:
    path = tmp_path / "video.mp4"
    with pytest.raises(GdanimError, match="^cannot write .*video.mp4: "), replacing(path):
        path.mkdir()
        (path / "something").touch()
    assert os.listdir(tmp_path) == ["video.mp4"]


def test_a_folder_takes_the_place_of_the_old_one_when_it_is_whole(tmp_path: Path) -> None:
    place = tmp_path / "new" / "frames"
    for names in (["a1", "a2"], ["a3"]):
        with replacing_folder(place, r"a\d") as part:
            for name in names:
                (part / name).write_text(name)
            assert sorted(os.listdir(place.parent)) != ["frames"]
        assert sorted(os.listdir(place)) == names
        assert os.listdir(place.parent) == ["frames"]


@pytest.mark.parametrize("fault", [ValueError, KeyboardInterrupt])
def test_a_fault_leaves_the_old_folder(tmp_path: Path, fault: type[BaseException]) -> None:
    (tmp_path / "frames").mkdir()
    (tmp_path / "frames" / "a1").write_text("the old one")
    for place in (tmp_path / "frames", tmp_path / "new" / "frames"):
        with pytest.raises(fault), replacing_folder(place, r"a\d") as part:
            (part / "a1").write_text("half")
            raise fault
    assert os.listdir(tmp_path) == ["frames"]
    assert (tmp_path / "frames" / "a1").read_text() == "the old one"


def test_a_folder_of_other_things_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    for place, message in (
        (tmp_path, "the folder holds other files, such as notes.txt"),
        (tmp_path / "notes.txt", "it is a file, not a folder"),
    ):
        with pytest.raises(GdanimError, match=message), replacing_folder(place, r"a\d"):
            raise AssertionError("not to be reached")
    assert os.listdir(tmp_path) == ["notes.txt"]


def test_of_two_folders_at_once_the_last_is_there_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, rename = tmp_path / "frames", Path.rename
    place.mkdir()
    raced: list[Path] = []

    def slowly(part: Path, target: Path) -> Path:
        # Another process puts its folder there when this one has just moved the old one away.
        if target == place and not raced:
            raced.append(part)
            with replacing_folder(place, r"a\d") as quicker:
                (quicker / "a2").touch()
        return rename(part, target)

    monkeypatch.setattr(Path, "rename", slowly)
    with replacing_folder(place, r"a\d") as part:
        (part / "a1").touch()
    assert raced
    assert os.listdir(place) == ["a1"]
    assert os.listdir(tmp_path) == ["frames"]


@pytest.mark.parametrize("moved", [False, True])
def test_an_interrupt_while_folders_change_places(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moved: bool
) -> None:
    place, rename = tmp_path / "frames", Path.rename
    place.mkdir()
    (place / "a1").touch()

    def interrupted(part: Path, target: Path) -> Path:
        monkeypatch.undo()
        if moved:
            rename(part, target)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), replacing_folder(place, r"a\d") as part:
        (part / "a2").touch()
        monkeypatch.setattr(Path, "rename", interrupted)
    assert os.listdir(tmp_path) == ["frames"]
    assert os.listdir(place) == ["a1"]


def test_an_interrupt_while_the_old_folder_is_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "frames"
    place.mkdir()
    (place / "a1").touch()

    def interrupted(*args: object, **kwargs: object) -> None:
        monkeypatch.undo()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), replacing_folder(place, r"a\d") as part:
        (part / "a2").touch()
        monkeypatch.setattr(shutil, "rmtree", interrupted)
    assert os.listdir(tmp_path) == ["frames"]
    assert os.listdir(place) == ["a2"]


KILLED = """
import os, sys
from pathlib import Path
from gdanim.core.atomic import replacing, replacing_folder
replace = replacing_folder(sys.argv[1], "a") if "frames" in sys.argv[1] else replacing(sys.argv[1])
part = replace.__enter__()
if part.is_file():
    finishing = replacing(part)
    finishing.__enter__()
os.kill(os.getpid(), 9)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("name", ["video.mp4", "video-frames"])
def test_what_a_killed_process_left_is_gone_with_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    path = tmp_path / name
    others = ["another.mp4", ".video.mp4", ".video.backup.mp4"]
    for other in others:
        (tmp_path / other).touch()

    def write() -> list[str]:
        with replacing_folder(path, "a") if "frames" in name else replacing(path):
            return os.listdir(tmp_path)

    done = subprocess.run([sys.executable, "-c", KILLED, f"{path}"])
    assert done.returncode == -9
    left = set(os.listdir(tmp_path)) - set(others)
    assert len(left) == (1 if "frames" in name else 2)
    with monkeypatch.context() as patch:
        # Its processes are not known here.
        patch.setattr(platform, "node", lambda: "another machine")
        assert left < set(write())
    assert left.isdisjoint(write())
    assert set(os.listdir(tmp_path)) == {*others, name}


def test_what_is_being_written_stays(tmp_path: Path) -> None:
    with replacing(tmp_path / "video.mp4") as one, replacing(tmp_path / "video.mp4"):
        assert one.exists()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EFBIG])
def test_no_room_is_said(tmp_path: Path, number: int) -> None:
    with (
        pytest.raises(GdanimError, match="video.mp4: .*free some space"),
        replacing(tmp_path / "video.mp4"),
    ):
        raise OSError(number, os.strerror(number))
    assert os.listdir(tmp_path) == []


def test_a_file_is_on_the_disk_before_it_takes_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, store = tmp_path / "video.mp4", os.fsync
    stored: list[tuple[int, bool]] = []

    def fsync(number: int) -> None:
        stored.append((os.fstat(number).st_size, path.exists()))
        store(number)

    monkeypatch.setattr(os, "fsync", fsync)
    with replacing(path) as part:
        part.write_bytes(b"whole")
    assert stored == [(5, False)]
    path = tmp_path / "frames"
    with replacing_folder(path, r"a\d") as part:
        (part / "a1").write_bytes(b"1")
        (part / "a2").write_bytes(b"22")
    assert sorted(stored[1:]) == [(1, False), (2, False)]


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOSYS, errno.ENOTSUP])
def test_a_drive_that_cannot_be_told_to_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def fsync(file: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fsync)
    with replacing(tmp_path / "video.mp4") as part:
        part.write_bytes(b"new")
    assert (tmp_path / "video.mp4").read_bytes() == b"new"


def test_no_room_that_is_found_when_the_file_is_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fsync(number: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    path = tmp_path / "video.mp4"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(GdanimError, match="free some space"), replacing(path) as part:
        part.write_bytes(b"new")
    assert path.read_bytes() == b"old" and os.listdir(tmp_path) == ["video.mp4"]


def test_errors_of_other_files_go_through(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), replacing(tmp_path / "video.mp4"):
        (tmp_path / "missing").read_bytes()
