"""Words for 2600 random runs, held against the same runs ten times as long: none is false."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np
import pytest
from oracle import NONE
from random_runs import FIRST, KINDS, MORE, SIDE_BY_SIDE, Sample, group

from gdanim.analysis.events import EventKind
from gdanim.analysis.judgement import Certainty, Ending, Judgement, Reason
from gdanim.descent.run import DIVERGED
from gdanim.problems.dataset import Dataset
from gdanim.problems.problem import Problem

GROUPS = FIRST + 6 * len(MORE)
# A validation loss rises if over fresh points it rises by more than this.
RISES = 0.02
# At most this share of runs is said to fall or to hardly move, and later does not, or does.
WEAK = 0.02
# At most this share is judged without being sure.
UNSURE = 0.12
# Of runs that truly converge or diverge, at least this share is called so.
CALLED = 0.95


def overfits(sample: Sample, fresh: Dataset) -> bool:
    """Whether the loss over many fresh points rises, in the run or in the longer one."""
    problem = sample.pair.run.problem
    assert isinstance(problem, Problem)
    unseen = Problem(fresh, problem.model, problem.loss_function)
    for run in (sample.pair.run, sample.pair.longer):
        steps = np.unique(np.linspace(0, run.steps, 40).astype(int))
        losses = unseen.losses(run.params[steps])
        if losses[-1] > (1 + RISES) * losses.min():
            return True
    return False


def falsehoods(sample: Sample, judgement: Judgement) -> list[str]:
    """What the longer run refutes."""
    found = [sample.pair.refutes(judgement.ending, judgement.reason, judgement.certainty)]
    kinds = {event.kind for event in sample.pair.run.events}
    if (
        EventKind.OVERFITTING in kinds
        and sample.fresh is not None
        and not overfits(sample, sample.fresh)
    ):
        found.append("overfits, and does not over fresh points")
    return [one for one in found if one]


def truly(sample: Sample) -> Ending | None:
    """Converged or diverged, where the longer run leaves no doubt; else None."""
    pair = sample.pair
    grown = pair.run.losses[-1] > 1e3 * pair.run.losses[0] + pair.visible
    if grown and pair.rises and pair.longer.outcome.kind == DIVERGED:
        return Ending.DIVERGED
    near = pair.has_a_floor and abs(pair.end - pair.floor) <= NONE * pair.visible
    return (
        Ending.CONVERGED
        if near and pair.settled(pair.visible, pair.adaptive) and not pair.swings
        else None
    )


def called(truth: Ending, judgement: Judgement) -> bool:
    """Whether the judgement says so."""
    if truth == Ending.DIVERGED:
        return judgement.ending in (Ending.DIVERGED, Ending.GROWING)
    # The loss of separable classes can be as good as 0, and is never at a minimum.
    arrived = judgement.ending == Ending.CONVERGED and judgement.reason == Reason.MINIMUM
    return arrived or judgement.reason == Reason.NO_MINIMUM


def check(numbers: Iterable[int]) -> None:
    """Judge the runs of these groups, and count the words, the false ones and the missing ones."""
    words, false, missed, true = Counter[str](), list[str](), list[str](), Counter[Ending]()
    unsure = 0
    for sample in (sample for number in numbers for sample in group(number)):
        judgement = sample.pair.run.judgement
        words[f"{judgement.ending}, {judgement.reason}"] += 1
        unsure += judgement.certainty == Certainty.LIKELY
        false += [f"{sample.name}: {one}" for one in falsehoods(sample, judgement)]
        if (truth := truly(sample)) is not None:
            true[truth] += 1
            if not called(truth, judgement):
                missed.append(f"{sample.name}: {truth} is called {judgement.ending}")
    print(*(f"{count:5} {word}" for word, count in words.most_common()), sep="\n")
    print(f"{len(false)} false", *false, f"{len(missed)} of {true} missed", *missed, sep="\n")
    # That a run still falls, or hardly moves, foretells most, and nothing is lost if it is wrong.
    weak = [one for one in false if "still falling" in one or "hardly moving" in one]
    assert len(weak) <= WEAK * words.total(), weak[:20]
    assert not set(false) - set(weak), sorted(set(false) - set(weak))[:20]
    print(f"{unsure} unsure")
    assert unsure <= UNSURE * words.total()
    assert min(true.values()) > 0.02 * words.total()
    for truth, count in true.items():
        less = sum(f": {truth} is" in one for one in missed)
        assert less <= (1 - CALLED) * count, (truth, count, missed[:20])


def test_no_word_is_false_in_a_sample_of_random_runs() -> None:
    check([*range(len(KINDS)), *range(FIRST, FIRST + len(MORE))])


@pytest.mark.slow
def test_no_word_is_false_in_random_runs() -> None:
    assert GROUPS * SIDE_BY_SIDE >= 2000
    check(range(GROUPS))
