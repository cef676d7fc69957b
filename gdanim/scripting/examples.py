"""The scenes that ship with gdanim, and how a script is found by its name."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).parents[1]
# In an installed package, and in a clone, where they are at the top of the repository.
FOLDERS = (PACKAGE / "examples", PACKAGE.parent / "scenes")


def folder() -> Path:
    """Return the folder of the scenes that ship with gdanim."""
    return next((one for one in FOLDERS if one.is_dir()), FOLDERS[0])


def names() -> list[str]:
    """Return the names of the scripts that ship with gdanim, without `.py`."""
    return sorted(path.stem for path in folder().glob("*.py"))


def is_shipped(script: Path) -> bool:
    """Tell whether a script, given by an absolute path, ships with gdanim."""
    return script.parent == folder()


def find_script(name: str, parent: Path = Path()) -> Path:
    """Return the script called `name`: a path relative to `parent`, or a bare name.

    A file of that name comes first, with or without `.py`, then a scene that ships with gdanim.
    If there is neither, return the path as it was written.
    """
    candidates = [parent / name, parent / f"{name}.py"]
    if Path(name).name == name:
        candidates.append(folder() / f"{name.removesuffix('.py')}.py")
    return next((path for path in candidates if path.is_file()), candidates[0])


def data_files(script: Path) -> list[Path]:
    """Return the data files that a shipped script names, relative to its folder."""
    text = script.read_text(encoding="utf-8")
    files = sorted((folder() / "data").glob("*.csv"))
    return [file.relative_to(folder()) for file in files if f'"{file.name}"' in text]
