"""A file takes its place when it is complete, and not before."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gdanim.errors import GdanimError
from gdanim.film.files import replacing, replacing_folder


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
    with pytest.raises(ValueError), replacing(tmp_path / "a" / "b" / "c" / "video.mp4"):
        raise ValueError
    assert [path.name for path in tmp_path.rglob("*")] == ["a"]


def test_a_folder_that_somebody_else_uses_by_now_stays(tmp_path: Path) -> None:
    with pytest.raises(ValueError), replacing(tmp_path / "a" / "b" / "video.mp4"):
        (tmp_path / "a" / "other.mp4").touch()
        raise ValueError
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
    assert "it is no regular file" in enter(tmp_path / "pipe")
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
        (tmp_path / "notes.txt", "it is a file, and a folder is to go there"),
    ):
        with pytest.raises(GdanimError, match=message), replacing_folder(place, r"a\d"):
            raise AssertionError("not to be reached")
    assert os.listdir(tmp_path) == ["notes.txt"]
