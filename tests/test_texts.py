"""Formulas between dollar signs that matplotlib cannot set: one line that names the text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.text import Text

from gdanim import Mathtext, render, views
from gdanim.core.digest import key_of
from gdanim.core.words import in_mathtext, joined, plain
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.loop import descend
from gdanim.descent.run import Run
from gdanim.errors import GdanimError
from gdanim.film.film import Film
from gdanim.pacing.timeline import Every
from gdanim.problems.dataset import Dataset
from gdanim.problems.formula import Formula
from gdanim.problems.linear import Linear
from gdanim.problems.problem import Problem
from gdanim.scene import Scene

pytestmark = pytest.mark.slow

BROKEN = Mathtext(r"$\frac{a}{$")
X = np.linspace(0, 1, 5)


def film(data: Any = None, model: Any = None, label: str = "", **fields: Any) -> Callable[[], Film]:
    def made() -> Film:
        problem = Problem(data or Dataset(X, X**2), model or Linear())
        problems: Any = {label: problem, "other": problem} if label else problem
        scene = Scene(problems, GradientDescent(0.1), start=(0, 0), steps=3, **fields)
        return scene.film(scene.runs())

    return made


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            film(title=Mathtext(f"costs {BROKEN}")),
            r"'costs \$\\\\frac\{a\}\{\$' is not valid mathtext .*: Expected \\frac",
        ),
        (film(label=BROKEN), r"'\$\\\\frac\{a\}\{\$' is not valid mathtext"),
        (film(Dataset(X, X, x_names=(BROKEN,))), r"'\$\\\\frac\{a\}\{\$' is not valid mathtext"),
        (film(Dataset(X, X, y_name=BROKEN)), r"'\$\\\\frac\{a\}\{\$' is not valid mathtext"),
        (
            film(model=Formula(lambda x, a, b: a * x + b, formula=r"\wings a")),
            r"'\$\\\\wings a\$.*' is not valid mathtext .*: Unknown symbol: \\wings",
        ),
        (
            film(
                Dataset(X, X, x_names=(BROKEN,)),
                panels={"loss": views.Inset(views.LossCurve(), views.Fit())},
            ),
            r"'\$\\\\frac\{a\}\{\$' is not valid mathtext",
        ),
    ],
    ids=["title", "label", "x name", "y name", "formula", "inset"],
)
def test_what_cannot_be_set_is_named(make: Callable[[], Film], message: str) -> None:
    with pytest.raises(GdanimError, match=rf"^the text {message}") as caught:
        make()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("title", ["costs $5", Mathtext(r"\$5 $\frac{a}{b}$"), str(BROKEN), "{}"])
def test_what_can_be_set_is_set(title: str) -> None:
    assert film(title=title)().figure is not None


def test_other_errors_of_a_view_are_its_own() -> None:
    class Wrong(views.Fit):
        def draw(self, ax: Any, clip: Any) -> Any:
            raise ValueError("of the view's own")

    with pytest.raises(ValueError, match=r"^of the view's own$"):
        film(panels={"fit": Wrong()})()


def test_signs_that_the_font_lacks_are_named_once(tmp_path: Path) -> None:
    whole = film(title=Mathtext("Größe, Ελλάδα, → ∞ and $\\eta$"))()
    assert whole.notice == ""
    said = "no font here has 学 習 率: shown as boxes; install one that does"
    assert film(title="学習率 of 学", label="学")().notice == said
    problem = Problem(Dataset(X, X**2), Linear())
    scene = Scene(
        problem, GradientDescent(0.1), (0, 0), 3, title="学習率", pace=Every(1, 0, 0),
        size=(160, 96), fps=10,
    )  # fmt: skip
    # Warnings are errors here, so matplotlib's own would be one.
    for path, still in (("a.mp4", None), ("a.svg", "last"), ("a.png", 0)):
        assert render(scene, tmp_path / path, still=still).notice == said  # type: ignore[arg-type]
    with pytest.warns(UserWarning, match=f"^{said}$"):
        moving = scene.animation()
    moving.save(tmp_path / "a.gif", writer="pillow")


MONEY = "Price in $ and cost in $ per ft_2 & 100% of {them}"


def test_text_is_text() -> None:
    """A currency is drawn as it is, wherever a user's text can stand."""
    data = Dataset(X, X**2, x_names=("price ($), cost ($)",), y_name="$ a $")
    panels = {"fit": views.Fit(), "loss": views.LossCurve(), "words": views.Text("$5 or $x_2$?")}
    made = film(data, label="cost ($) and $", title=MONEY, panels=panels)()
    made.draw(0)
    drawn = [text for text in made.figure.findobj(Text) if isinstance(text, Text)]
    for wanted in (MONEY, "price ($), cost ($)", "$ a $", "$5 or $x_2$?", "cost ($) and $"):
        # matplotlib finds no formula in it, and takes away the escapes.
        pairs = [text._preprocess_math(text.get_text()) for text in drawn]  # type: ignore[attr-defined]
        assert (wanted, False) in pairs


def test_what_looks_like_mathematics_gets_a_notice() -> None:
    assert film(title=MONEY)().notice == ""
    assert "Mathtext" in film(title=r"The rate $\eta$")().notice
    assert film(title=Mathtext(r"The rate $\eta$"))().notice == ""


def test_captions_and_alternative_text_have_no_marks() -> None:
    assert plain(joined(Mathtext(r"$\eta$ of \$5"), ": $7")) == "eta of $5: $7"
    assert plain(MONEY) == MONEY
    assert joined("a$", "$b") == "a$$b"


def test_mathtext_is_saved_and_keyed_as_such(tmp_path: Path) -> None:
    marked = Dataset(X, X, x_names=(Mathtext("$x$"),))
    run = descend(Problem(marked, Linear()), GradientDescent(0.1), (0, 0), 1)
    run.save(tmp_path / "run.npz")
    (name,) = Run.load(tmp_path / "run.npz").problem.data.x_names  # type: ignore[attr-defined]
    assert isinstance(name, Mathtext)
    assert key_of(Mathtext("$x$")) != key_of("$x$")


def test_small_numbers_have_their_exponents_in_mathematics(
    caplog: pytest.LogCaptureFixture,
) -> None:
    # The font of mathematics has no raised minus: matplotlib would log that and draw a box.
    assert in_mathtext("$a = 3×10⁻⁴$, b = 10⁵") == "$a = 3×10^{-4}$, b = 10$^{5}$"
    problem = Problem(Dataset(X, X**2), Linear())
    scene = Scene(
        problem, GradientDescent(3e-4), (1e9, 0), 3, title=Mathtext("$\\eta$ = 3×10⁻⁴"),
        panels={"fit": views.Fit(numbers=True), "rate": views.Text(Mathtext("$\\eta$ {rate}"))},
        pace=Every(1, 0, 0), size=(320, 180),
    )  # fmt: skip
    assert scene.film().draw(0) is not None
    assert not caplog.records
