"""The scenes that ship with gdanim: each shows what its docstring says."""

from __future__ import annotations

import inspect
import runpy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from cases import only
from published import BOOK_LOSSES, book, first_line

from gdanim.analysis.diagnosis import diagnose
from gdanim.core.arrays import Floats
from gdanim.core.digest import key_of
from gdanim.descent.descent import Descent
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.loop import descend
from gdanim.descent.verdict import verdict
from gdanim.problems.model import ModelCurve
from gdanim.problems.problem import Problem
from gdanim.scene import Scene
from gdanim.scripting.load import load

pytestmark = pytest.mark.slow

FOLDER = Path(__file__).parent.parent / "scenes"
SCRIPTS = sorted(path.stem for path in FOLDER.glob("*.py"))
SCENES = [
    (name, function.name) for name in SCRIPTS for function in load(FOLDER / f"{name}.py").scenes
]
NOISE = 0.1**2


def scene_of(name: str, function: str = "scene") -> Callable[..., Scene]:
    """A scene function of a script."""
    found: Callable[..., Scene] = runpy.run_path(str(FOLDER / f"{name}.py"))[function]
    return found


def problem_of(scene: Scene) -> Problem:
    """The problem of a scene that has one."""
    problem, *others = (each.problem for each in scene.descents.values())
    assert isinstance(problem, Problem) and all(other is problem for other in others)
    return problem


def _best(scene: Scene) -> Floats:
    """The least-squares parameters of a polynomial scene, highest power first."""
    data = problem_of(scene).data
    return np.polyfit(data.x[:, 0], data.y, len(problem_of(scene).names) - 1)


def test_there_are_scenes() -> None:
    assert {"linear", "quadratic", "sine_lr_too_high", "sine_local_minimum"} < set(SCRIPTS)


@pytest.mark.parametrize(("name", "called"), SCENES)
def test_every_script_gives_scenes_that_run_as_planned(name: str, called: str) -> None:
    function = scene_of(name, called)
    scene = function()
    assert key_of(scene) == key_of(function()), "the same scene each time"
    runs = scene.runs()
    for run in runs.values():
        stops = any(isinstance(each, Descent) and each.stop for each in scene.descents.values())
        assert run.outcome.kind == ("converged" if stops else "finished")
        assert stops or scene.max_steps is None or run.steps == scene.max_steps
    assert scene.title
    assert all(
        parameter.default is not inspect.Parameter.empty
        for parameter in inspect.signature(function).parameters.values()
    )
    # Its frames are drawn in test_layers.
    timeline = scene.pace.timeline(list(runs.values()), scene.fps or 30)
    assert 3 <= timeline.seconds <= 25


@pytest.mark.parametrize("name", ["linear", "quadratic", "sine_lr_too_high", "sine_local_minimum"])
def test_points_of_the_blog(name: str) -> None:
    data = problem_of(scene_of(name)()).data
    np.testing.assert_allclose(data.x[:, 0], np.arange(-50, 50) / 5, atol=1e-12)
    assert data.truth is not None
    assert (data.y - data.truth(data.x)).std() == pytest.approx(0.1, rel=0.25)
    other = problem_of(scene_of(name)(seed=1)).data
    assert not np.array_equal(data.y, other.y)


@pytest.mark.parametrize(
    ("name", "fps"), [("sine_lr_too_high", 30), ("sine_lr_too_high", 10), ("sine_lr_too_high", 15)]
)
def test_each_swing_is_shown_for_as_long_as_every_other(name: str, fps: int) -> None:
    scene = scene_of(name)()
    counts = np.bincount(scene.pace.timeline([scene.run()], fps).steps)
    assert set(counts[1:-1].tolist()) == {fps // 5}


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_linear(seed: int) -> None:
    scene = scene_of("linear")(seed=seed)
    run = scene.run()
    slope, intercept = (abs(run.params - _best(scene)) / abs(run.params[0] - _best(scene))).T
    assert slope[5] < 0.01, "the slope settles in five steps"
    assert intercept[5] > 0.9
    assert 0.1 < intercept[100] < 0.15, "the intercept takes about two hundred"
    assert NOISE / 2 < run.losses[-1] < 2 * NOISE


def test_linear_at_the_edge() -> None:
    script = scene_of("linear")
    below, above = script(lr=0.02999).run(), script(lr=0.0301).run()
    assert below.losses[-1] < below.losses[0]
    assert above.losses[-1] > above.losses[0]


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_quadratic(seed: int) -> None:
    scene = scene_of("quadratic")(seed=seed)
    run = scene.run()
    a, b, c = (abs(run.params - _best(scene)) / abs(run.params[0] - _best(scene))).T
    assert a[10] < 0.05, "the bend is found at once"
    assert 0.05 < b[400] < 0.1, "the tilt takes hundreds of steps"
    assert c[-1] > 0.9, "the height far more"
    assert run.losses[3] > 300 > run.losses[10]
    assert 3 < run.losses[440] < 3.7


@pytest.mark.parametrize("seed", range(8))
def test_sine_lr_too_high(seed: int) -> None:
    scene = scene_of("sine_lr_too_high")(seed=seed)
    run = scene.run()
    amplitude, d = abs(run.params[:, 0]), run.params[:, 3]
    swing = np.diff(d)[10:]
    assert (swing[1:] * swing[:-1] < 0).all(), "d swings"
    assert 6 < abs(swing[0]) < 9
    # With a dead wave the gradient of the offset is 2 (d - mean of y): its factor is 1 - 2 lr.
    factor = 1 - 2 * float(run.rate(0))
    assert np.median(swing[1:] / swing[:-1]) == pytest.approx(factor, abs=0.0005)
    assert (amplitude[10:] < 0.6).mean() > 0.9, "the wave is dead, but for a flare of some seeds"


@pytest.mark.parametrize("seed", [0, 4, 5])
def test_no_rounding_error_decides_the_swings(seed: int) -> None:
    scene = scene_of("sine_lr_too_high")(seed=seed)
    run, error = scene.run(), 1e-12 * np.array([1, -1, 1, -1])
    moved = replace(only(scene), start=run.params[0] + error).run()
    # Far less than a pixel; the seeds whose wave flares up differ by more than 0.1.
    np.testing.assert_allclose(moved.params, run.params, rtol=0, atol=1e-3)
    swing = np.diff(run.params[:, 3])[10:]
    assert abs(run.params[10:, 0]).max() < 0.6, "the wave is dead: 2.9 at the start"
    assert 1.2 < abs(swing[-1]) / abs(swing[0]) < 2, "slowly wider, and not to infinity"


def test_every_swing_is_a_little_wider() -> None:
    run = scene_of("sine_lr_too_high")().run()
    d = run.params[:, 3]
    swing = abs(np.diff(d))[10:]
    growth = swing[1:] / swing[:-1]
    assert (growth > 1).all()
    # The offset's own factor is 1 - 2 lr = -1.004; the rest is the dying wave's.
    assert np.median(growth) == pytest.approx(1.004, abs=0.0005)
    highs, lows = d[10::2], d[11::2]
    if highs[0] < lows[0]:
        highs, lows = lows, highs
    assert (np.diff(highs) > 0).all()
    assert (np.diff(lows) < 0).all()


def test_sine_at_the_edge() -> None:
    script = scene_of("sine_lr_too_high")
    edge, below = (abs(np.diff(script(lr=lr).run().params[:, 3])) for lr in (1.0, 0.998))
    assert edge[-1] / edge[20] == pytest.approx(1, abs=0.01)
    assert below[-1] < 0.85 * below[20]


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_sine_local_minimum(seed: int) -> None:
    scene = scene_of("sine_local_minimum")(seed=seed)
    run = scene.run()
    truth = problem_of(scene).data.truth
    assert isinstance(truth, ModelCurve)
    assert problem_of(scene).loss(truth.params) == pytest.approx(NOISE, rel=0.5)
    assert run.losses[-1] == pytest.approx(2.46, abs=0.03)
    assert run.losses[-1] > 100 * NOISE
    assert run.losses[-2] - run.losses[-1] < 1e-4, "it has settled"
    assert abs(problem_of(scene).gradient(run.params[-1])).max() < 0.05
    assert abs(run.params[20, 3] - run.params[-1, 3]) < 0.1, "d arrives in twenty steps"
    assert run.params[-1, 1] > truth.params[1] + 0.5, "at the wrong frequency"
    # Between here and there the loss is higher: the best of 1001 steps on the way, with the
    # other parameters mixed in proportion.
    way = np.linspace(run.params[-1], truth.params, 1001)
    assert problem_of(scene).losses(way)[1:-1].max() > run.losses[-1]


@pytest.mark.parametrize("seed", [0, 1])
def test_fastbook_quadratic(seed: int) -> None:
    scene = scene_of("fastbook_quadratic")(seed=seed)
    run = scene.run()
    np.testing.assert_allclose(run.losses[:11], BOOK_LOSSES, atol=0.003, rtol=0)
    assert 676 < run.losses[-1] < 677
    assert problem_of(scene).loss(_best(scene)) == pytest.approx(7.303745, rel=1e-9)
    np.testing.assert_allclose(
        problem_of(scene).gradient(run.params[0]), book().gradient(run.params[0]), rtol=1e-6
    )
    t = problem_of(scene).data.x[:, 0]
    design = np.stack([t**2, t, np.ones(20)], axis=1)
    values = np.linalg.eigvalsh(2 * design.T @ design / 20)
    assert f"{values[-1] / values[0]:.0f}" == "218451"


def test_fastbook_points_follow_the_seed_and_the_run_does_not() -> None:
    one, other = (scene_of("fastbook_quadratic")(seed=seed) for seed in (0, 1))
    assert abs(problem_of(one).data.y - problem_of(other).data.y).max() > 1
    np.testing.assert_allclose(one.run().params, other.run().params, rtol=1e-6)


def test_first_line() -> None:
    scene = scene_of("first_line")()
    run = scene.run()
    np.testing.assert_array_equal(problem_of(scene).data.x, first_line().data.x)
    np.testing.assert_allclose(problem_of(scene).data.y, first_line().data.y, rtol=1e-15)
    errors = np.sqrt(run.losses[[0, 10, 100, 200, 400]])
    np.testing.assert_allclose(errors, [9.1365, 7.0426, 0.6773, 0.0571, 0.0228], atol=5e-5)
    assert scene.fps == 10
    steps = scene.pace.timeline([run], scene.fps).steps
    assert np.unique(steps).tolist() == list(range(0, 401, 10))


@pytest.mark.parametrize(
    ("called", "cutoffs", "rates", "loss", "left"),
    [
        ("linear", (1, 10), (1e-3, 3e-3), 14, 1),
        ("quadratic", (5, 50), (1e-3, 2e-3), 260, 20),
        ("sinusoid", (0.1, 50), (1e-4, 1e-3), 3.1, 2.5),
    ],
)
def test_networks(
    called: str, cutoffs: tuple[float, float], rates: tuple[float, float], loss: float, left: float
) -> None:
    function = scene_of("network", called)
    run = function().run()
    # The blog's rule: within six steps the loss falls by less than the second cutoff, and then
    # the other rate is taken; by less than the first, and it is over.
    falls = abs(run.losses[6:] - run.losses[:-6])
    assert falls[-1] < cutoffs[0] <= falls[:-1].min()
    stalled = 6 + int(np.argmax(falls < cutoffs[1]))
    used = [float(run.rate(step)) for step in range(run.steps)]
    assert set(used[:stalled]) <= {rates[0]} and set(used[stalled:]) == {rates[1]}
    assert run.losses[-1] == pytest.approx(loss, rel=0.01)
    assert run.losses[-1] > 100 * NOISE
    assert function(patience=0.001).run().losses[-1] < left


def test_a_network_misses_the_wave() -> None:
    scene = scene_of("network", "sinusoid")(patience=0.001)
    assert scene.run().losses[-1] > 0.9 * problem_of(scene).data.y.var()


def test_heart() -> None:
    one, two = (scene_of("heart", name)() for name in ("one_feature", "two_features"))
    run = one.run()
    assert run.params[0, 0] > 0 > run.params[-1, 0], "the S turns around"
    assert f"{run.losses[-1]:.4f}" == "0.5955"
    data = problem_of(one).data
    assert len(data) == 303
    chance = np.full(303, data.y.mean())
    assert -np.mean(np.log(np.where(data.y, chance, 1 - chance))) > 0.68
    best = diagnose(problem_of(one), run.params[-1], restarts=2).minimum
    assert best is not None and run.losses[-1] == pytest.approx(best.loss, abs=1e-4)
    age, rate, _ = two.run().params[-1]
    assert abs(age) == pytest.approx(abs(rate) / 5, rel=0.1)
    assert 0.98 * run.losses[-1] < two.run().losses[-1] < run.losses[-1]


def test_overfit() -> None:
    scene = scene_of("overfit")()
    run = scene.run()
    held_out = run.validation_losses
    assert held_out is not None
    best = int(held_out.argmin())
    assert 5_000 < best < 9_000
    assert held_out[-1] > 10 * held_out[best] > held_out[best] > 0
    assert run.losses[-1] < run.losses[best]
    remedied = scene_of("overfit")(l2=0.0002)
    assert problem_of(remedied).validation_losses(remedied.run().params)[-1] < 0.1 * held_out[-1]


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_ball(seed: int) -> None:
    script = scene_of("ball")
    run = script(seed=seed).run()
    steps = np.abs(np.diff(run.params[:, 0]))
    assert (np.diff(steps) < 0).all(), "it slows down by itself"
    x = problem_of(script(seed=seed)).data.x[:, 0]
    assert 1 / np.mean(x**2) == pytest.approx(0.416, abs=5e-4)
    jumps = script(lr=0.3, seed=seed).run().params[:, 0]
    assert (np.sign(np.diff(jumps[:6])) == [1, -1, 1, -1, 1]).all(), "from wall to wall"
    assert np.diff(script(lr=0.43, seed=seed).run().losses).min() > 0, "it climbs out"


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_bowl(seed: int) -> None:
    scene = scene_of("bowl")(seed=seed)
    run = scene.run()
    slope, intercept = (abs(run.params - _best(scene)) / abs(run.params[0] - _best(scene))).T
    assert slope[10] < 0.6 < intercept[10]
    assert max(slope[-1], intercept[-1]) < 0.05


def test_two_valleys() -> None:
    script = scene_of("two_valleys", "random_start")
    ends = [float(script(seed=seed).run().params[-1, 0]) for seed in range(8)]
    left, right = -1.4730, 1.3470
    assert all(min(abs(end - left), abs(end - right)) < 0.05 for end in ends)
    assert {end < 0 for end in ends} == {True, False}
    deep, shallow = scene_of("two_valleys", "local_and_global")().runs().values()
    assert deep.params[-1, 0] == pytest.approx(left, abs=0.01)
    assert shallow.params[-1, 0] == pytest.approx(right, abs=0.01)
    assert deep.losses[-1] < shallow.losses[-1] - 2


def test_fastbook_long() -> None:
    scene = scene_of("fastbook_long")()
    run = scene.run()
    np.testing.assert_allclose(run.losses[:11], BOOK_LOSSES, atol=0.003, rtol=0)
    known = run.losses[[1_000, 10_000, 100_000, 500_000]]
    np.testing.assert_allclose(known, [672.74, 640.52, 404.75, 57.50], atol=0.006)
    timeline = scene.pace.timeline([run], 30)
    assert len(timeline) == 600
    early = np.bincount(timeline.steps[timeline.steps <= 9])
    assert len(early) == 10 and early.min() >= 1, "the first nine steps are seen one by one"
    speeds = timeline.speeds()
    seen = speeds[speeds > 1]
    assert seen.min() <= 500 and seen.max() >= 2000, "hundreds of steps, at last thousands"
    # From there on every frame moves alike: no frame's fall of the root of the loss is far off.
    falls = -np.diff(np.sqrt(run.losses[timeline.steps[200:550]]))
    assert falls.min() > 0 and falls.max() < 4 * falls.min()


def test_sine_batches() -> None:
    scene = scene_of("sine_batches")()
    run = scene.run()
    assert run.steps == 15 * 20
    assert run.losses[-1] < 2 * NOISE, "out of the dead end"
    assert (np.diff(run.losses) > 0).sum() > 30, "it stumbles"
    whole = scene_of("sine_batches")(batch_size=100).run()
    longer = descend(problem_of(scene), GradientDescent(1e-2), only(scene).start, 3000)
    assert whole.losses[-1] > 2.46
    assert longer.losses[-1] == pytest.approx(2.46, abs=0.03)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_linear_plateau(seed: int) -> None:
    run = scene_of("linear_plateau")(seed=seed).run()
    changes = abs(run.losses[6:] - run.losses[:-6])
    assert np.argmax(changes < 0.01) + 6 == 128
    assert [float(run.rate(step)) for step in (127, 128)] == [1e-2, 3e-2]
    assert str(run.outcome) == f"converged at step {np.argmax(changes < 0.002) + 6}"
    same = scene_of("linear_plateau")(seed=seed, raised=1e-2).run()
    assert same.steps > run.steps, "the raised rate arrives earlier"
    assert same.losses[-1] > run.losses[-1], "and nearer"


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_slope_fast(seed: int) -> None:
    def left(remedy: str) -> Floats:
        """What is left of the way to the best fit, `[S+1, 2]`."""
        scene = scene_of("slope_fast")(remedy=remedy, seed=seed)
        run = scene.run()
        return np.asarray(abs(run.params - _best(scene)) / abs(run.params[0] - _best(scene)))

    plain = left("none")
    assert len(plain) == 451
    slope, intercept = (plain < 0.0115).argmax(axis=0)
    assert 25 < slope < 50
    assert 430 < intercept < 450
    scene = scene_of("slope_fast")(seed=seed)
    floor = float(problem_of(scene).loss(_best(scene)))
    assert floor < scene.run().losses[-1] < 1.05 * floor, "near the noise's variance"
    assert 0.7 < floor < 1.4
    assert (left("optimizer")[150] < 0.01).all()
    assert (left("rates")[60] < 0.01).all()
    assert (left("epochs")[900] < 0.0002).all()


def test_sine_restarts() -> None:
    runs = list(scene_of("sine_restarts")().runs().values())
    ends = sorted(float(run.losses[-1]) for run in runs)
    assert ends[1] < 2 * NOISE
    assert 2.4 < ends[2] < ends[-1] < 2.55
    assert len(ends) == 6


def test_noise_escapes() -> None:
    deep, shallow = -1.4729976, 1.3469974
    scene = scene_of("noise_escapes")()
    plain, noisy = scene.runs().values()
    assert plain.params[-1, 0] == pytest.approx(shallow, abs=1e-6)
    assert noisy.params[-1, 0] == pytest.approx(deep, abs=0.05)
    assert (noisy.params[:100, 0] > 0).all(), "it takes its time"


def test_rosenbrock() -> None:
    runs = scene_of("rosenbrock")().runs()
    near = {
        label: int((np.linalg.norm(run.params - 1, axis=1) < 0.1).argmax())
        for label, run in runs.items()
    }
    assert near["gradient descent"] == 0, "never"
    assert 0 < near["Adam"] < near["momentum"] <= near["Nesterov"] < 1500
    for run in runs.values():
        x, y = run.params[40:].T
        assert abs(y - x**2).max() < 0.2, "at the bottom of the valley"


def test_three_learning_rates() -> None:
    small, right, large = scene_of("three_learning_rates")().runs().values()
    best = small.problem.minimum
    assert best is not None
    assert right.losses[-1] < 1.003 * best.loss and small.losses[-1] > 10 * best.loss
    assert large.losses[-1] > 5 * large.losses[0]
    assert small.params[-1, 0] < 0, "from -2 to 2, not half the way"
    hessian = large.problem.hessian
    assert hessian is not None
    assert 2 / np.linalg.eigvalsh(hessian)[-1] == pytest.approx(0.02999, abs=5e-6)
    swings = np.diff(large.params[:, 0])
    assert (swings[1:] * swings[:-1] < 0).all() and (np.diff(abs(swings)) > 0).all()
    verdicts = [verdict(run) for run in (small, right, large)]
    assert verdicts == ["still falling", "converged", "diverged"]


def test_three_traces_say_what_they_are() -> None:
    runs = scene_of("three_traces")().runs()
    verdicts = {label: verdict(run) for label, run in runs.items()}
    assert verdicts == {
        "still falling": "still falling",
        "oscillating": "oscillating",
        "converged": "converged",
    }
    moves = np.diff(np.log(runs["oscillating"].losses[-20:]))
    assert (moves[1:] * moves[:-1] < 0).all() and (abs(moves) > 0.1).all(), "the loss itself swings"


def test_slope_is_faster_than_intercept() -> None:
    scene = scene_of("slope_and_intercept")()
    run = scene.run()
    slope, intercept = abs(run.params - _best(scene)).T
    assert slope[60] < 0.01 * slope[0] and intercept[60] > 0.5 * intercept[0]
    assert intercept[-1] < 0.15 * intercept[0]


def test_the_optimizers_race() -> None:
    runs = scene_of("optimizer_race")().runs()
    plain = runs.pop("gradient descent")
    assert all(run.losses[-1] < plain.losses[-1] / 100 for run in runs.values())
    assert (runs["momentum"].params[:, 0] < -1).any(), "momentum overshoots"
    assert (plain.params[:, 0] > 0).all()
    signs = np.sign(plain.params[:20, 1])
    assert (signs[1:] != signs[:-1]).all(), "gradient descent zigzags"
    for name in ("RMSProp", "Adam"):
        first = abs(runs[name].params[1] - runs[name].params[0])
        assert first[0] == pytest.approx(first[1], rel=0.01), "along the diagonal"


def test_standardising() -> None:
    scene = scene_of("standardising")()
    measured, standardised = scene.runs().values()
    assert measured.losses[-1] > 50 * standardised.losses[-1]
    assert measured.losses[0] == pytest.approx(standardised.losses[0]), "the same start"
    for run, share in ((measured, 0.5), (standardised, 0.1)):
        hessian = run.problem.hessian
        assert hessian is not None
        edge = 2 / np.linalg.eigvalsh(hessian)[-1]
        assert float(run.rate(0)) == pytest.approx(share * edge, rel=0.05)
    assert abs(measured.params[-1, 0]) < 0.1 * abs(standardised.params[-1, 0]), (
        "the line stays flat"
    )


def test_lecture() -> None:
    scene = scene_of("lecture")()
    run = scene.run()
    slope, intercept = (abs(run.params - _best(scene)) / abs(run.params[0] - _best(scene))).T
    assert slope[20] == pytest.approx(0.2, abs=0.03)
    assert intercept[20] == pytest.approx(0.5, abs=0.03)
    assert list(scene.panels) == ["fit", "bowl", "traces"]


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_own_loop(seed: int) -> None:
    run = scene_of("own_loop")(seed=seed).run()
    assert run.optimizer is None
    assert (np.diff(run.losses) <= 0).all(), "what does not help is not kept"
    early, middle, late = (run.losses[:-1] > run.losses[1:]).reshape(3, 50).sum(axis=1)
    assert early > 25 > middle > 5 > late, "more and more guesses are in vain"
    assert run.losses[-1] < 1 < 500 < run.losses[0]
