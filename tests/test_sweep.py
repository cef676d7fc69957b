"""Sweeps, as `gdanim render --sweep` and plans take them."""

from __future__ import annotations

from pathlib import Path

import pytest
from cases import only
from click.testing import CliRunner

from gdanim import cli
from gdanim.errors import RequestError
from gdanim.rendering.jobs import jobs_from_scripts
from gdanim.rendering.outputs import OutputOptions
from gdanim.rendering.sweep import grid, label, suffix
from scripts import SCENE, write


def test_every_combination() -> None:
    assert grid({"lr": ["0.1", "1"], "seed": ["0", "2"]}) == [
        {"lr": "0.1", "seed": "0"},
        {"lr": "0.1", "seed": "2"},
        {"lr": "1", "seed": "0"},
        {"lr": "1", "seed": "2"},
    ]
    assert grid({}) == [{}]
    assert label({"lr": "0.1", "seed": "2"}) == "lr = 0.1, seed = 2"
    assert suffix({"lr": "0.1", "seed": "2"}) == "lr0.1-seed2"
    assert suffix({"name": "../../a:b"}) == "name.._.._a_b"


def test_a_job_for_each_value_named_after_it(tmp_path: Path) -> None:
    script = write(tmp_path, SCENE)
    jobs = jobs_from_scripts(
        [f"{script}"], {"steps": "3"}, OutputOptions(f"{tmp_path}/"), {"lr": ["0.1", "1.0"]}
    )
    names = [output.path.name for job in jobs for output in job.outputs]
    assert names == ["lesson-lr0.1.mp4", "lesson-lr1.0.mp4"]
    assert [only(job.scene).optimizer.lr for job in jobs] == [0.1, 1.0]
    assert [only(job.scene).steps for job in jobs] == [3, 3]
    origins = [job.origin.knobs["lr"] for job in jobs if job.origin]
    assert origins == [0.1, 1.0]


def test_a_knob_is_set_or_swept(tmp_path: Path) -> None:
    script = write(tmp_path, SCENE)
    with pytest.raises(RequestError, match="lr: .*set and swept"):
        jobs_from_scripts([f"{script}"], {"lr": "1"}, OutputOptions(), {"lr": ["0.1"]})
    with pytest.raises(RequestError, match="lr=7"):
        jobs_from_scripts([f"{script}"], {}, OutputOptions(), {"lr": ["0.1", "7"]})


@pytest.mark.parametrize("text", ["lr", "lr=", "lr=1,,2", "lr=1,1"])
def test_what_is_no_sweep(tmp_path: Path, text: str) -> None:
    script = write(tmp_path, SCENE)
    result = CliRunner().invoke(cli.main, ["render", f"{script}", "--sweep", text])
    assert result.exit_code == 2, result.output


def test_a_comparison_shows_all_values_in_one_file(tmp_path: Path) -> None:
    script, options = write(tmp_path, SCENE), OutputOptions(f"{tmp_path}/")
    sweep = {"lr": ["0.01", "1.0"]}
    (job,) = jobs_from_scripts([f"{script}"], {"steps": "3"}, options, sweep, compare=True)
    assert [output.path.name for output in job.outputs] == ["lesson.mp4"]
    assert list(job.scene.descents) == ["lr = 0.01", "lr = 1.0"]
    assert {run.steps for run in job.scene.runs().values()} == {3}
    result = CliRunner().invoke(cli.main, ["render", f"{script}", "--compare"])
    assert result.exit_code == 2 and "--sweep" in result.output
