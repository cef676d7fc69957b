"""No two texts about a run contradict each other: all follow from its one judgement."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from judgements import CASES, OVERFITS
from oracle import Continued, lowest

import gdanim.narration.explain as explanation
from gdanim.analysis.diagnosis import diagnose
from gdanim.analysis.events import EventKind
from gdanim.analysis.judgement import Ending, Judgement, Reason
from gdanim.descent.adaptive import AdaGrad, Adam, AdamW, RMSProp
from gdanim.descent.descent import Descent
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.loop import descend
from gdanim.descent.momentum import Momentum, Nesterov
from gdanim.descent.newton import Newton
from gdanim.descent.noise import Noisy
from gdanim.descent.optimizer import Optimizer
from gdanim.descent.run import Run
from gdanim.descent.verdict import verdict
from gdanim.film.captions import captions
from gdanim.narration.advice import advice
from gdanim.narration.alternative_text import alternative_text
from gdanim.narration.explain import explain
from gdanim.problems import datasets, objectives
from gdanim.problems.linear import Linear
from gdanim.problems.objective import Objective
from gdanim.problems.problem import Problem
from gdanim.rendering.webvtt import webvtt
from gdanim.scene import Scene
from gdanim.schedules import Cosine
from gdanim.scripting.knobs import Knob, Value
from gdanim.scripting.load import SceneFunction, load
from gdanim.views.base import Clip

FOLDER = Path(__file__).parent.parent / "scenes"
SCENES = [function for path in sorted(FOLDER.glob("*.py")) for function in load(path).scenes]
FAST = [one for one in SCENES if Path(one.script).stem in ("bowl", "two_valleys", "three_traces")]
SEEDS = (0, 1, 2, 5)
# These take seconds to run. One other seed will do, and two searches for the lowest loss, which no
# text is compared by.
HEAVY, SEARCHES = ("network", "network_wave", "fastbook_ranges", "sine_restarts"), 2
# So many steps will do, of this one.
FEWER_STEPS = {"network_wave": 600}

Allowed = Callable[[Judgement], bool]


def ends(*endings: Ending) -> Allowed:
    """Whether a run ends so."""
    return lambda judged: judged.ending in endings


def due_to(reason: Reason) -> Allowed:
    """Whether that is the reason."""
    return lambda judged: judged.reason == reason


MOVING = (Ending.FALLING, Ending.UNBOUNDED, Ending.GROWING, Ending.DIVERGED)
USELESS = (Ending.GROWING, Ending.DIVERGED, Ending.HARDLY_MOVING)
# Words that may stand only in texts about a run that is judged so.
WORDS: Mapping[str, Allowed] = {
    r"\bconverge[sd]?\b": ends(Ending.CONVERGED),
    r"\bdiverge[sd]?\b": ends(Ending.GROWING, Ending.DIVERGED),
    r"\bgrows without\b": ends(Ending.GROWING, Ending.DIVERGED),
    r"\bstill falling\b": ends(Ending.FALLING),
    r"\bhardly mov": ends(Ending.HARDLY_MOVING),
    r"\boscillating\b": ends(Ending.OSCILLATING),
    # What a loss does elsewhere is not how the run ends.
    r"(?<!elsewhere the loss falls )\bwithout bound\b(?! elsewhere)": ends(
        Ending.UNBOUNDED, Ending.GROWING, Ending.DIVERGED
    ),
    r"\blocal minimum\b": due_to(Reason.LOCAL_MINIMUM),
    r"\bsaddle\b": due_to(Reason.SADDLE),
    r"\binflection\b": due_to(Reason.INFLECTION),
    r"\bno finite optimum\b": due_to(Reason.NO_MINIMUM),
    r"\bill-conditioned\b": due_to(Reason.CONDITIONING),
    r"\btoo small\b": due_to(Reason.SMALL_RATE),
    r"\btoo large\b": due_to(Reason.LARGE_RATE),
    r"\bmaximum\b": lambda judged: judged.reason == "at a maximum",
    r"\bstuck\b": due_to(Reason.LOCAL_MINIMUM),
    r"\balmost unchanged\b": ends(Ending.CONVERGED, Ending.HARDLY_MOVING),
    r"\bdid not change\b": lambda judged: judged.ending not in MOVING,
    r"\bthe distance along .* with every step\b": ends(Ending.GROWING, Ending.DIVERGED),
    r"\bgrows from step\b": ends(Ending.GROWING),
    r"\bstays within bounds\b": ends(Ending.OSCILLATING),
    r"^what helps|; use |; standardise": ends(*USELESS),
}


def overfits(run: Run) -> bool:
    """Whether that is an event of the run."""
    return any(event.kind == EventKind.OVERFITTING for event in run.events)


def contradictions(text: str, runs: Mapping[str, Run]) -> list[str]:
    """The words of a text about these runs that none of them is judged by."""
    judged = [run.judgement for run in runs.values()]
    found = [
        word
        for word, allowed in WORDS.items()
        if re.search(word, text, re.IGNORECASE) and not any(allowed(one) for one in judged)
    ]
    if "overfit" in text.lower() and not any(overfits(run) for run in runs.values()):
        found.append("overfit")
    return found


def texts_of(run: Run) -> Iterator[tuple[str, str]]:
    """All that is said about a single run, by where it is said."""
    yield "verdict", verdict(run)
    yield from (("event", event.text) for event in run.events)
    yield from (("explain", sentence) for sentence in explain(run))
    if line := advice(run):
        # It speaks of runs of no use alone.
        assert run.judgement.ending in USELESS
        yield "exit line", line


def check_run(run: Run, name: str) -> None:
    """A run's own texts agree with its judgement, and its verdict says it."""
    for where, text in texts_of(run):
        assert not contradictions(text, {name: run}), (name, where, text, run.judgement)
    assert verdict(run), name
    last = [event for event in run.events if event.kind.ends_run]
    assert len(last) <= 1, (name, last)
    assert all(event.last == run.steps for event in last)


def check_scene(scene: Scene, name: str) -> None:
    """So do the texts about all runs of a scene."""
    clip = scene.clip(scene.runs())
    for label, run in clip.runs.items():
        check_run(run, f"{name}, {label}")
    untitled = replace(clip, title="")
    shown = "\n".join(caption.text for caption in captions(untitled))
    for where, text in (
        ("alternative text", _without_labels(alternative_text(untitled, scene.panels), clip)),
        ("captions", _without_labels(shown, clip)),
        ("WebVTT", _without_labels(webvtt(untitled), clip)),
        # Of a single run it was looked at with the others.
        ("exit line", _without_labels(advice(clip.runs), clip) if len(clip.runs) > 1 else ""),
    ):
        assert not contradictions(text, clip.runs), (name, where, text)


def _without_labels(text: str, clip: Clip) -> str:
    """A label such as `too large` is the author's."""
    for label in sorted(clip.runs, key=len, reverse=True):
        text = text.replace(label, "")
    return text


def heavy(function: SceneFunction) -> bool:
    """Whether its runs take seconds."""
    return Path(function.script).stem in HEAVY


def shorter(scene: Scene, function: SceneFunction) -> Scene:
    """The scene, or one of fewer steps."""
    steps = FEWER_STEPS.get(Path(function.script).stem)
    if steps is None:
        return scene
    descents = {
        label: replace(descent, steps=steps)
        for label, descent in scene.descents.items()
        if isinstance(descent, Descent)
    }
    return replace(scene, descents=descents)


@pytest.fixture
def search_less(monkeypatch: pytest.MonkeyPatch, function: SceneFunction) -> None:
    """Search less for the lowest loss of a network."""
    if heavy(function):
        monkeypatch.setattr(explanation, "diagnose", partial(diagnose, restarts=SEARCHES))


def settings(function: SceneFunction) -> Iterator[dict[str, Value]]:
    """The defaults, other seeds, and low and high values of each other knob."""
    yield {}
    for knob in function.knobs:
        seeds = SEEDS[1:2] if heavy(function) else SEEDS[1:]
        yield from ({knob.name: value} for value in _others(knob, seeds))


def _others(knob: Knob, seeds: Sequence[int]) -> Iterator[Value]:
    if knob.name == "seed":
        yield from seeds
    elif knob.choices:
        yield from (choice for choice in knob.choices if choice != knob.default)
    elif isinstance(knob.default, float):
        for factor in (0.1, 0.5, 2.0, 5.0):
            if knob.allows(value := knob.default * factor) and value != knob.default:
                yield value


@pytest.mark.parametrize("function", FAST, ids=str)
def test_texts_agree(function: SceneFunction) -> None:
    check_scene(function(), str(function))


@pytest.mark.slow
@pytest.mark.usefixtures("search_less")
@pytest.mark.parametrize("function", SCENES, ids=str)
def test_texts_agree_for_other_seeds_and_knobs(function: SceneFunction) -> None:
    for values in settings(function):
        check_scene(shorter(function(**values), function), f"{function} {values}")


@pytest.mark.parametrize("name", CASES)
def test_texts_agree_for_each_run_of_the_table(name: str) -> None:
    check_run(CASES[name].make(1), name)


@pytest.mark.slow
@pytest.mark.parametrize("name", OVERFITS)
def test_texts_agree_where_there_is_a_validation_set(name: str) -> None:
    check_run(OVERFITS[name][0](1), name)


@pytest.mark.slow
@pytest.mark.parametrize("function", SCENES, ids=str)
def test_scenes_end_as_ten_times_as_many_steps_show(function: SceneFunction) -> None:
    scene = shorter(function(), function)
    for label, descent in scene.descents.items():
        # A recorded training cannot go on; a rule would end it again.
        if not isinstance(descent, Descent) or descent.stop:
            continue
        run = descent.run()
        if run.runs or run.steps > 10_000:
            continue
        longer = replace(descent, steps=10 * run.steps, epochs=None).run()
        ends_at = np.stack([run.params[-1], longer.params[-1]])
        pair = Continued(run, longer, lowest(run.problem, ends_at))
        judged = run.judgement
        # Noise of a rate that decays swings less and less.
        if pair.random and judged.ending == Ending.OSCILLATING:
            continue
        assert not pair.refutes(judged.ending, judged.reason, judged.certainty), (label, judged)


RULES: list[Callable[[float], Optimizer]] = [
    GradientDescent, Momentum, Nesterov, AdaGrad, RMSProp, Adam, AdamW, Newton,
    lambda lr: Noisy(GradientDescent(lr), 0.1), lambda lr: Noisy(Adam(lr), 0.1),
]  # fmt: skip
NAMES = ["GD", "Momentum", "Nesterov", "AdaGrad", "RMSProp", "Adam", "AdamW", "Newton", "noise",
         "Adam + noise"]  # fmt: skip
# Their minima are known, so that nothing is searched for.
KNOWN: dict[str, Objective] = {
    "line": Problem(datasets.linear(noise=1.0), Linear()),
    "ravine": objectives.bowl(100),
    "saddle": objectives.saddle(),
    "valley": objectives.rosenbrock(),
    "four minima": objectives.himmelblau(),
}


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
@pytest.mark.parametrize("name", KNOWN)
def test_texts_agree_with_every_optimizer(name: str, rule: Callable[[float], Optimizer]) -> None:
    for lr in (1e-6, 1e-3, 0.03, 1.5):
        run = descend(KNOWN[name], rule(lr), (1.2, 0.9), 60)
        check_run(run, f"{name} {lr}")
        if run.problem.hessian is not None:
            assert any("stable" in sentence for sentence in explain(run)), (name, lr)


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_texts_agree_with_batches(rule: Callable[[float], Optimizer]) -> None:
    for lr in (0.02, 1.5):
        check_run(descend(KNOWN["line"], rule(lr), (0, 0), 60, batch_size=5), f"{lr}")


def test_a_schedule_has_no_one_rate() -> None:
    problem = KNOWN["line"]
    plan = descend(problem, GradientDescent(Cosine(0.02, 50)), (0, 0), 50).judgement.numbers
    assert "rate" not in plan and plan["largest_stable_rate"] == pytest.approx(0.029994, rel=1e-4)
    assert descend(problem, GradientDescent(0.02), (0, 0), 50).judgement.numbers["rate"] == 0.02
