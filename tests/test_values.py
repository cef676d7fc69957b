"""Runs as files: round trips, and files that are none."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from cases import (
    CLASSES,
    LINE,
    LOSSES,
    LOSSES_OF_PROBABILITIES,
    MODELS,
    OPTIMIZERS,
    WAVE,
    ModelCase,
    outcomes,
)

from gdanim import schedules
from gdanim.core.arrays import Floats
from gdanim.core.serialize import load_value, save_value
from gdanim.descent._saved_types import saved_types
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.loop import descend
from gdanim.descent.momentum import Momentum
from gdanim.descent.recorder import Recorder
from gdanim.descent.run import Run
from gdanim.descent.stopping import Convergence
from gdanim.errors import GdanimError
from gdanim.problems import objectives
from gdanim.problems.cross_entropy import CrossEntropy
from gdanim.problems.dataset import Dataset
from gdanim.problems.formula import Formula
from gdanim.problems.linear import Linear
from gdanim.problems.losses import Huber
from gdanim.problems.model import LinearInParameters
from gdanim.problems.penalties import L2
from gdanim.problems.polynomial import Polynomial
from gdanim.problems.problem import Problem


def assert_same(one: Any, other: Any) -> None:
    """The same type all the way down, and the same bits."""
    assert type(one) is type(other)
    if isinstance(one, np.ndarray):
        assert (one.dtype, one.shape) == (other.dtype, other.shape)
        assert one.tobytes() == other.tobytes()
    elif is_dataclass(one):
        for field in fields(one):
            assert_same(getattr(one, field.name), getattr(other, field.name))
    elif isinstance(one, dict):
        assert_same(list(one.items()), list(other.items()))
    elif isinstance(one, tuple | list):
        assert len(one) == len(other)
        for mine, its in zip(one, other, strict=True):
            assert_same(mine, its)
    else:
        assert one == other


# A formula of the user's own cannot be saved.
SAVED = [case for case in MODELS if not isinstance(case.model, Formula)]


def _unfit(case: ModelCase) -> Run:
    y = outcomes(case, case.loss, 9) if case.outputs else np.linspace(-1, 1, 9)
    data = Dataset(case.x(9), y, y_name="größe")
    return descend(Problem(data, case.model, case.loss), GradientDescent(1e-9), case.params, 3)


def _recorded() -> Run:
    recorder = Recorder(LINE)
    recorder.snapshot([-0.0, 5e-324])
    return recorder.run()


RUNS: dict[str, Callable[[], Run]] = {
    **{str(case): lambda case=case: _unfit(case) for case in SAVED},  # type: ignore[misc]
    "with truth": lambda: descend(WAVE, GradientDescent(0.1), None, 20),
    "diverged": lambda: descend(LINE, GradientDescent(1.0), (-1, 3), 500),
    "some diverged": lambda: descend(LINE, GradientDescent([[0.01], [9.0]]), (-1, 3), 300),
    "one of many": lambda: descend(LINE, GradientDescent([[0.01], [9.0]]), (-1, 3), 300)[0],
    "recorded by hand": _recorded,
    **{
        f"{case} by name": lambda case=case: descend(  # type: ignore[misc]
            LINE, case.make({"slope": case.lr, "intercept": case.lr / 3}), (-1, 3), 7
        )
        for case in OPTIMIZERS
    },
    "batches": lambda: descend(LINE, GradientDescent(0.01), (-1, 3), epochs=2, batch_size=30),
    "converged": lambda: descend(LINE, GradientDescent(0.01), (-1, 3), 900, stop=Convergence()),
    "schedule": lambda: descend(
        LINE,
        GradientDescent(schedules.WarmUp(schedules.Cosine([0.01, 0.1], 20), 5)),
        (-1, 3),
        30,
    ),
    "schedule that sees the loss": lambda: descend(
        LINE, Momentum(schedules.Switch(1e-2, 3e-2, cutoff=1.0)), [(-1, 3), (0, 0)], 30
    ),
    "standardised": lambda: descend(
        Problem(LINE.data.standardised(), Linear()), GradientDescent(0.1), None, 5
    ),
    "bare function": lambda: descend(objectives.himmelblau(), GradientDescent(0.01), (0, 0), 9),
    "penalised, with a validation set": lambda: descend(
        Problem(LINE.data, Linear(), Huber(2.0), L2(0.1), LINE.data), GradientDescent(0.1), None, 5
    ),
    **{
        f"{loss.symbol} of probabilities": lambda loss=loss: descend(  # type: ignore[misc]
            replace(CLASSES, loss_function=loss), GradientDescent(0.1), None, 5
        )
        for loss in [*LOSSES, *LOSSES_OF_PROBABILITIES, CrossEntropy()]
    },
    "numpy's whole number": lambda: descend(
        Problem(LINE.data, Polynomial(np.int64(2))),  # type: ignore[arg-type]
        GradientDescent(1e-5),
        None,
        5,
    ),
}


@pytest.mark.parametrize("make", RUNS.values(), ids=RUNS.keys())
def test_round_trip_to_the_bit(make: Callable[[], Run], tmp_path: Path) -> None:
    run, path = make(), tmp_path / "run.npz"
    run.save(path)
    back = Run.load(str(path))
    assert_same(run, back)
    assert_same(run.losses, back.losses)
    assert repr(back) == repr(run)
    assert repr(back.optimizer) == repr(run.optimizer)
    assert repr(back.problem) == repr(run.problem)
    if not isinstance(run.problem, Problem):
        return
    assert isinstance(back.problem, Problem)
    data, other = back.problem.data, run.problem.data
    if data.truth is not None and other.truth is not None:
        assert_same(data.truth(data.x), other.truth(other.x))
    assert os.listdir(tmp_path) == ["run.npz"]


def test_the_name_is_kept_as_it_is(tmp_path: Path) -> None:
    RUNS["diverged"]().save(tmp_path / "run.v1")
    assert os.listdir(tmp_path) == ["run.v1"]


def test_a_function_of_ones_own_cannot_be_saved(tmp_path: Path) -> None:
    data = Dataset([1.0, 2.0], [1.0, 2.0], truth=lambda x: x[..., 0])  # type: ignore[arg-type]
    run = descend(Problem(data, Linear()), GradientDescent(0.1), None, 2)
    with pytest.raises(GdanimError, match=r"^Run\.problem\.data\.truth: .*cannot"):
        run.save(tmp_path / "run.npz")
    assert os.listdir(tmp_path) == []


def test_a_formula_of_ones_own_cannot_be_saved(tmp_path: Path) -> None:
    model = Formula(lambda x, a: a * x)
    run = descend(Problem(LINE.data, model), GradientDescent(0.01), None, 2)
    with pytest.raises(GdanimError, match=r"^Run\.problem\.model\.f: .*cannot"):
        run.save(tmp_path / "run.npz")


# Classes of the user's own


@dataclass(frozen=True)
class Doubled(LinearInParameters):
    """A user's own model."""

    by: float = 2.0
    names = ("a",)

    def design(self, x: Floats) -> Floats:
        return self.by * x


@dataclass(frozen=True)
class Halving:
    """A curve that derives from none of gdanim's classes."""

    def __call__(self, x: Floats) -> Floats:
        return x[..., 0] / 2


def _own(tmp_path: Path, truth: Any = None) -> Run:
    x = np.arange(3.0)
    run = descend(Problem(Dataset(x, x, truth=truth), Doubled(3.0)), GradientDescent(0.01), None, 2)
    run.save(tmp_path / "run.npz")
    return run


def test_a_class_of_ones_own_is_saved_by_its_name(tmp_path: Path) -> None:
    run = _own(tmp_path)
    with np.load(tmp_path / "run.npz") as content:
        assert '"type": "test_values:Doubled", "fields": {"by": 3.0}' in str(content["tree"])
    assert_same(Run.load(tmp_path / "run.npz"), run)
    assert_same(Run.load(tmp_path / "run.npz", types=[Doubled]), run)


def test_a_class_that_is_not_loaded_is_never_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = _own(tmp_path)
    monkeypatch.delitem(sys.modules, __name__)
    with pytest.raises(GdanimError, match="test_values.* import it first"):
        Run.load(tmp_path / "run.npz")
    assert __name__ not in sys.modules
    assert_same(Run.load(tmp_path / "run.npz", types=[Linear, Doubled]), run)


def test_only_a_class_that_derives_from_ours_is_looked_up(tmp_path: Path) -> None:
    run = _own(tmp_path, Halving())
    with pytest.raises(GdanimError, match=r"Halving .*give Run\.load\(path, types=\[Halving\]\)"):
        Run.load(tmp_path / "run.npz")
    assert_same(Run.load(tmp_path / "run.npz", types=[Halving]), run)


def test_scripts_that_define_a_class_of_one_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("a", "b"):
        module = ModuleType(f"scene script /{folder}/own_py")
        local = type("Local", (Linear,), {"__module__": module.__name__})
        vars(module)["Local"] = dataclass(frozen=True)(local)
        monkeypatch.setitem(sys.modules, module.__name__, module)
        if folder == "a":
            run = descend(
                Problem(LINE.data, vars(module)["Local"]()), GradientDescent(0.01), None, 2
            )
            run.save(tmp_path / "run.npz")
            assert_same(Run.load(tmp_path / "run.npz"), run)
    with np.load(tmp_path / "run.npz") as content:
        assert '"type": "own_py:Local"' in str(content["tree"])
    with pytest.raises(GdanimError, match=r"more than one"):
        Run.load(tmp_path / "run.npz")


def test_what_is_not_in_the_fields_cannot_be_saved(tmp_path: Path) -> None:
    model = Doubled()
    object.__setattr__(model, "secret", 1)
    run = descend(Problem(LINE.data, model), GradientDescent(0.01), None, 2)
    with pytest.raises(GdanimError, match="Doubled keeps secret outside"):
        run.save(tmp_path / "run.npz")


@pytest.mark.parametrize("value", [{1: 1}, {"a": b"x"}, np.array([object()]), b"x", 1j])
def test_other_values_cannot_be_saved(value: object, tmp_path: Path) -> None:
    with pytest.raises(GdanimError, match="cannot be saved"):
        save_value(value, tmp_path / "value.npz", saved_types())


# Places


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ("file/run.npz", "Not a directory; name a file in a folder"),
        ("folder", "it is a folder; name another file"),
        ("x" * 300, "File name too long; name a file in a folder"),
    ],
)
def test_places_that_cannot_be_written(place: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    before = sorted(os.listdir(tmp_path))
    with pytest.raises(GdanimError, match=f"^cannot write .*: {reason}"):
        RUNS["with truth"]().save(tmp_path / place)
    assert sorted(os.listdir(tmp_path)) == before


@pytest.mark.parametrize("place", ["", ".", "/"])
def test_a_place_without_a_name(place: str) -> None:
    with pytest.raises(GdanimError, match="is a folder"):
        RUNS["with truth"]().save(place)


def test_a_failed_save_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "run.npz"
    RUNS["with truth"]().save(path)
    before = path.read_bytes()

    def full(file: io.BufferedWriter, **arrays: object) -> None:
        file.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez_compressed", full)
    with pytest.raises(GdanimError, match=r"run\.npz: No space left"):
        RUNS["diverged"]().save(path)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["run.npz"]


def test_a_save_replaces_the_old_file_at_once(tmp_path: Path) -> None:
    path, old = tmp_path / "run.npz", tmp_path / "old.npz"
    RUNS["with truth"]().save(path)
    old.hardlink_to(path)
    before = old.read_bytes()
    RUNS["diverged"]().save(path)
    assert old.read_bytes() == before != path.read_bytes()


def test_a_link_stays_and_folders_are_made(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    link = tmp_path / "run.npz"
    link.symlink_to(tmp_path / "kept" / "new" / "run.npz")
    RUNS["diverged"]().save(link)
    assert link.is_symlink() and os.listdir(tmp_path / "kept" / "new") == ["run.npz"]
    assert str(Run.load(link).outcome) == str(RUNS["diverged"]().outcome)


def test_threads_that_save_to_one_place(tmp_path: Path) -> None:
    run, path = RUNS["diverged"](), tmp_path / "run.npz"
    with ThreadPoolExecutor(4) as threads:
        for saved in [threads.submit(run.save, path) for _ in range(20)]:
            saved.result()
    assert os.listdir(tmp_path) == ["run.npz"]
    assert Run.load(path).steps == run.steps


# Files that are none


def _written(tmp_path: Path) -> bytes:
    RUNS["with truth"]().save(tmp_path / "good.npz")
    return (tmp_path / "good.npz").read_bytes()


def _refused(path: Path) -> None:
    with pytest.raises(GdanimError) as caught:
        Run.load(path)
    assert str(caught.value) == (
        f"{path}: is damaged, or is not a file that this version of gdanim wrote"
    )


def test_missing_file_and_directory(tmp_path: Path) -> None:
    with pytest.raises(GdanimError, match=r"absent\.npz: .*No such file"):
        Run.load(tmp_path / "absent.npz")
    with pytest.raises(GdanimError, match="cannot be read: .*directory$"):
        Run.load(tmp_path)


@pytest.mark.parametrize("content", [b"", b"PK", b"not a file", b"\x93NUMPY", b"\0" * 1000])
def test_foreign_files(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    path.write_bytes(content)
    _refused(path)


def test_files_that_numpy_wrote(tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    np.savez(path, a=np.ones(3))
    _refused(path)
    np.savez(path, tree=np.array(["a"]))
    _refused(path)
    np.savez(path, tree=np.array([{"a": 1}], dtype=object))
    _refused(path)
    with path.open("wb") as file:
        np.save(file, np.ones(3))
    _refused(path)


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.99])
def test_cut_files(part: float, tmp_path: Path) -> None:
    good, path = _written(tmp_path), tmp_path / "run.npz"
    path.write_bytes(good[: int(len(good) * part)])
    _refused(path)


def test_a_flipped_bit_is_seen_or_does_no_harm(tmp_path: Path) -> None:
    good, path = _written(tmp_path), tmp_path / "run.npz"
    run = Run.load(tmp_path / "good.npz")
    refused = 0
    for place in range(0, len(good), 97):
        path.write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
        try:
            assert_same(Run.load(path), run)
        except GdanimError:
            refused += 1
    assert refused > len(good) / 97 / 2


def test_another_value_is_no_run(tmp_path: Path) -> None:
    path = tmp_path / "data.npz"
    save_value(LINE.data, path, saved_types())
    assert isinstance(load_value(path, saved_types()), Dataset)
    with pytest.raises(GdanimError, match=r"data\.npz: .*Dataset, not .*Run"):
        Run.load(path)


def _tree(path: Path, value: object, form: str = "gdanim value 2") -> Path:
    np.savez(path, tree=np.array(json.dumps({"format": form, "value": value})))
    return path


def test_a_file_holds_type_names_and_no_module_paths(tmp_path: Path) -> None:
    run = descend(LINE, Momentum(0.1), steps=3)
    run.save(tmp_path / "run.npz")
    with np.load(tmp_path / "run.npz") as content:
        tree = str(content["tree"])
    assert '"type": "Linear"' in tree
    assert "gdanim." not in tree and "problems" not in tree


@pytest.mark.parametrize(
    "name",
    [
        "os.system",
        "system",
        "gdanim.problems.linear.Linear",
        "from_csv",
        "dataclass",
        "Absent",
        "Scene",
        "Theme",
        "",
        ["Linear"],
        None,
    ],
    ids=str,
)
def test_a_file_cannot_name_other_things(
    name: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*args: object, **kwargs: object) -> None:
        raise AssertionError(f"called with {args} {kwargs}")

    monkeypatch.setattr(os, "system", never)
    _refused(_tree(tmp_path / "run.npz", {"type": name, "fields": {}}))
    _refused(_tree(tmp_path / "run.npz", {"type": name, "fields": {"command": "true"}}))


@pytest.mark.parametrize(
    "name",
    ["os:system", "gdanim.problems.linear:Linear", "pathlib:Path", "dataclasses:Field", ":", "os:"],
)
def test_a_file_cannot_name_other_classes(name: str, tmp_path: Path) -> None:
    for content in ({}, {"command": "true"}):
        with pytest.raises(GdanimError, match="import it first"):
            Run.load(_tree(tmp_path / "run.npz", {"type": name, "fields": content}))


def test_loading_imports_nothing_that_the_file_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "intruder.py").write_text("raise SystemExit('imported')\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("intruder", "intruder.Linear"):
        _refused(_tree(tmp_path / "run.npz", {"type": name, "fields": {}}))
    with pytest.raises(GdanimError, match="Linear .*intruder"):
        Run.load(_tree(tmp_path / "run.npz", {"type": "intruder:Linear", "fields": {}}))
    assert "intruder" not in sys.modules


def test_values_that_their_class_refuses(tmp_path: Path) -> None:
    _refused(_tree(tmp_path / "run.npz", {"type": "Linear", "fields": {"features": -1}}))
    _refused(_tree(tmp_path / "run.npz", {"type": "Linear", "fields": {"wings": 2}}))


def test_another_format_is_refused(tmp_path: Path) -> None:
    tree = {"type": "Linear", "fields": {"features": 1}}
    assert load_value(_tree(tmp_path / "linear.npz", tree), saved_types()) == Linear(1)
    _refused(_tree(tmp_path / "run.npz", tree, "gdanim value 1"))
