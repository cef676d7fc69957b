"""Several classes: cross-entropy, softmax, labels of all kinds, and sizes taken from the data."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from gdanim.analysis._convex import convex_infimum
from gdanim.descent.adaptive import Adam
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.loop import descend
from gdanim.descent.newton import Newton
from gdanim.errors import GdanimError
from gdanim.film.header import loss_text
from gdanim.narration.explain import explain
from gdanim.problems import datasets, objectives
from gdanim.problems.accuracy import accuracies
from gdanim.problems.cross_entropy import CrossEntropy
from gdanim.problems.dataset import Dataset
from gdanim.problems.function_objective import FunctionObjective
from gdanim.problems.linear import Linear
from gdanim.problems.logistic import Logistic
from gdanim.problems.losses import LogLoss, MeanSquaredError
from gdanim.problems.mlp import MLP
from gdanim.problems.model import Model
from gdanim.problems.objective import Objective
from gdanim.problems.penalties import L2
from gdanim.problems.problem import Problem
from gdanim.problems.softmax import Softmax
from gdanim.scene import Scene
from gdanim.views._drawing.accuracy_curve import accuracy_of
from gdanim.views.base import View
from gdanim.views.boundary import Boundary
from gdanim.views.confusion import Confusion, confusion
from gdanim.views.contour import Contour
from gdanim.views.fit import Fit
from gdanim.views.hidden_units import HiddenUnits, unit_maps
from gdanim.views.loss_curve import LossCurve
from gdanim.views.loss_slice import LossSlice
from gdanim.views.parameters import Parameters
from gdanim.views.predicted_actual import PredictedActual

BLOBS = datasets.blobs(points=60, classes=3, spread=2.5)
X = BLOBS.x


def test_values_worked_out_by_hand() -> None:
    scores = np.log([[1.0, 2.0, 5.0], [4.0, 1.0, 3.0]])
    loss = CrossEntropy().value(scores, np.array([2.0, 1.0]))
    assert loss == pytest.approx(-(np.log(5 / 8) + np.log(1 / 8)) / 2)
    slopes = CrossEntropy().gradient(scores, np.array([2.0, 1.0]))
    np.testing.assert_allclose(slopes, [[1 / 16, 1 / 8, -3 / 16], [1 / 4, -7 / 16, 3 / 16]])


@pytest.mark.parametrize("far", [1e-3, 1.0, 40.0, 800.0, 1e300])
def test_no_digits_are_lost_where_a_class_is_nearly_certain(far: float) -> None:
    scores = np.array([[far, 0.0, 0.0]])
    right, wrong = (CrossEntropy().value(scores, np.array([y])) for y in (0.0, 1.0))
    np.testing.assert_allclose(right, np.log1p(2 * np.exp(-far)), rtol=1e-14)
    np.testing.assert_allclose(wrong, far + np.log1p(2 * np.exp(-far)), rtol=1e-14)
    slopes = CrossEntropy().gradient(scores, np.array([0.0]))
    other = np.exp(-far) / (1 + 2 * np.exp(-far))
    np.testing.assert_allclose(slopes, [[-2 * other, other, other]], rtol=1e-13)


def test_two_classes_are_logistic_regression() -> None:
    data, rng = datasets.moons(points=40), np.random.default_rng(0)
    one = Problem(data, Logistic(), LogLoss())
    other = Problem(data, Logistic(), CrossEntropy())
    both = Problem(data, Softmax(), CrossEntropy())
    for _ in range(5):
        logistic = rng.normal(size=3)
        w, b = rng.normal(size=(2, 2)), rng.normal(size=2)
        w[1], b[1] = w[0] + logistic[:2], b[0] + logistic[2]
        params = np.append(w.ravel(), b)
        assert other.loss(logistic) == pytest.approx(float(one.loss(logistic)), rel=1e-13)
        np.testing.assert_allclose(other.gradient(logistic), one.gradient(logistic), rtol=1e-12)
        assert both.loss(params) == pytest.approx(float(one.loss(logistic)), rel=1e-12)
        by_both = both.gradient(params)
        np.testing.assert_allclose(by_both[[2, 3, 5]], one.gradient(logistic), rtol=1e-10)
        np.testing.assert_allclose(by_both[[0, 1, 4]], -by_both[[2, 3, 5]], rtol=1e-10)


@pytest.mark.parametrize(
    ("y", "names"),
    [
        (np.array([0, 1, 2, 0, 1, 2]), ()),
        (["a", "b", "c", "a", "b", "c"], ("a", "b", "c")),
        (np.tile(np.eye(3), (2, 1)), ()),
        (np.tile(np.eye(3, dtype=bool), (2, 1)), ()),
        ([1, 2, 3, 1, 2, 3], ("1", "2", "3")),
        ([-1, 5, 30, -1, 5, 30], ("-1", "5", "30")),
    ],
    ids=["from 0", "names", "one-hot", "one-hot booleans", "from 1", "any whole numbers"],
)
def test_labels_of_all_kinds(y: object, names: tuple[str, ...]) -> None:
    data = Dataset(np.arange(12.0).reshape(6, 2), y)  # type: ignore[arg-type]
    problem = Problem(data, Softmax(), CrossEntropy(), validation=data)
    for part in (problem.data, problem.validation):
        assert part is not None
        np.testing.assert_array_equal(part.y, [0, 1, 2, 0, 1, 2])
        assert part.classes == names
    assert problem.model == Softmax(3, 2)


def test_a_class_that_only_the_validation_set_has_counts_too() -> None:
    train, held_out = (Dataset(X[:3], np.array(y)) for y in ([1, 2, 1], [1, 2, 7]))
    problem = Problem(train, Softmax(), CrossEntropy(), validation=held_out)
    assert problem.data.classes == ("1", "2", "7")
    assert problem.model == Softmax(3, 2)


@pytest.mark.parametrize(
    ("model", "sized"),
    [
        (Linear(), Linear(2)),
        (Logistic(), Logistic(2)),
        (MLP(), MLP(features=2)),
        (MLP((3,), output="softmax"), MLP((3,), output="softmax", features=2, classes=3)),
        (Softmax(), Softmax(3, 2)),
        (Softmax(5), Softmax(5, 2)),
    ],
    ids=repr,
)
def test_a_model_takes_its_sizes_from_the_data(model: Model, sized: Model) -> None:
    loss = CrossEntropy() if model.outputs > 1 else MeanSquaredError()
    assert Problem(BLOBS, model, loss).model == sized


@pytest.mark.parametrize(
    ("message", "make"),
    [
        ("^Problem: the model takes 1", lambda: Problem(BLOBS, Softmax(3, 1), CrossEntropy())),
        ("^CrossEntropy: Linear", lambda: Problem(BLOBS, Linear(), CrossEntropy())),
        ("^MeanSquaredError: .*CrossEntropy", lambda: Problem(BLOBS, Softmax())),
        ("^LogLoss: .*CrossEntropy", lambda: Problem(BLOBS, Softmax(), LogLoss())),
        ("^CrossEntropy: .* 2 classes", lambda: Problem(BLOBS, Softmax(2), CrossEntropy())),
        ("^CrossEntropy: .* 2 classes", lambda: Problem(BLOBS, Logistic(), CrossEntropy())),
        ("^Softmax: .*classes", lambda: Problem(Dataset(X, X[:, 0]), Softmax(), CrossEntropy())),
        ("^Softmax: classes", lambda: Softmax(1)),
        ("^MLP: classes", lambda: MLP(output="softmax", classes=1)),
        ("^MLP: classes: .*softmax", lambda: MLP(output="logistic", classes=3)),
    ],
)
def test_what_does_not_fit_together(message: str, make: object) -> None:
    with pytest.raises(GdanimError, match=message):
        make()  # type: ignore[operator]


@pytest.mark.parametrize("model", [Softmax(), MLP((4,), "tanh", "softmax")], ids=repr)
def test_runs_side_by_side_are_the_runs_that_they_would_be_alone(model: Model) -> None:
    problem = Problem(BLOBS, model, CrossEntropy())
    starts = np.stack([problem.init(np.random.default_rng(i)) for i in range(4)])
    together = descend(problem, Adam(0.05), starts, steps=20, batch_size=16, seed=3)
    alone = descend(problem, Adam(0.05), starts[2], steps=20, batch_size=16, seed=3)
    np.testing.assert_allclose(together.params[:, 2], alone.params, rtol=1e-10, atol=1e-12)


def test_newton_reaches_the_minimum_that_is_a_line() -> None:
    problem = Problem(BLOBS, Softmax(), CrossEntropy())
    run = descend(problem, Newton(), np.zeros(9), steps=12)
    infimum = convex_infimum(problem)
    assert infimum is not None
    assert infimum.attained
    assert infimum.proven
    assert run.losses[-1] == pytest.approx(infimum.loss, rel=1e-9)
    assert np.linalg.norm(problem.gradient(run.params[-1])) < 1e-9


@pytest.mark.parametrize("model", [Softmax(), Logistic()], ids=repr)
def test_separable_classes_have_no_finite_optimum(model: Model) -> None:
    data = datasets.blobs(points=60, classes=max(model.outputs, 2), spread=0.3)
    if model.outputs > 1:
        data = datasets.blobs(points=60, classes=3, spread=0.3)
    problem = Problem(data, model, CrossEntropy())
    infimum = convex_infimum(problem)
    assert infimum is not None
    assert (infimum.loss, infimum.attained, infimum.proven) == (0.0, False, True)
    held = convex_infimum(Problem(data, model, CrossEntropy(), L2(0.01)))
    assert held is not None
    assert held.attained
    assert held.loss > 0


def test_a_convex_problem_of_classes_is_known_to_be_one() -> None:
    assert Problem(BLOBS, Softmax(), CrossEntropy()).convex
    assert Problem(datasets.moons(), Logistic(), CrossEntropy()).convex
    assert not Problem(BLOBS, MLP((3,), output="softmax"), CrossEntropy()).convex


def test_standardised_classes_predict_the_same() -> None:
    run = descend(
        Problem(BLOBS.standardised(), Softmax(), CrossEntropy()), GradientDescent(0.5), None, 5
    )
    problem = run.problem
    assert isinstance(problem, Problem)
    measured = problem.measured(run.params)
    assert measured is not None
    np.testing.assert_allclose(
        problem.model.predict(measured, X),
        problem.model.predict(run.params, problem.data.x),
        rtol=1e-9,
    )


@pytest.mark.parametrize("name", ["softmax", "network"])
@pytest.mark.parametrize("y", ["moons", "blobs"])
def test_torch_says_the_same(name: str, y: str) -> None:
    torch = pytest.importorskip("torch")
    data = BLOBS if y == "blobs" else datasets.moons(points=50)
    classes = len(data.classes)
    model: Model = Softmax() if name == "softmax" else MLP((5, 4), "tanh", "softmax")
    problem = Problem(data, model, CrossEntropy())
    sizes = [2, classes] if name == "softmax" else [2, 5, 4, classes]
    layers: list[object] = []
    for before, after in pairwise(sizes):
        layers += [torch.nn.Linear(before, after), torch.nn.Tanh()]
    theirs = torch.nn.Sequential(*layers[:-1]).double()
    params = [3 * p.detach().numpy() for p in theirs.parameters()]
    with torch.no_grad():
        for parameter in theirs.parameters():
            parameter *= 3
    flat = np.concatenate([p.ravel() for p in params])
    x, label = torch.tensor(data.x), torch.tensor(data.y.astype(np.int64))
    loss = torch.nn.CrossEntropyLoss()(theirs(x), label)
    loss.backward()
    gradient = np.concatenate([p.grad.numpy().ravel() for p in theirs.parameters()])
    np.testing.assert_allclose(problem.loss(flat), loss.item(), rtol=1e-10)
    np.testing.assert_allclose(problem.gradient(flat), gradient, rtol=1e-10, atol=1e-12)
    chance = torch.softmax(theirs(x), dim=1).detach().numpy()
    np.testing.assert_allclose(problem.model.predict(flat, data.x), chance, rtol=1e-10)


def test_torch_takes_the_same_steps() -> None:
    torch = pytest.importorskip("torch")
    problem = Problem(BLOBS, Softmax(), CrossEntropy())
    start = problem.init(np.random.default_rng(0))
    theirs = torch.nn.Linear(2, 3).double()
    with torch.no_grad():
        theirs.weight.copy_(torch.tensor(start[:6].reshape(3, 2)))
        theirs.bias.copy_(torch.tensor(start[6:]))
    optimizer = torch.optim.SGD(theirs.parameters(), lr=0.1)
    for _ in range(100):
        optimizer.zero_grad()
        label = torch.tensor(BLOBS.y.astype(np.int64))
        torch.nn.CrossEntropyLoss()(theirs(torch.tensor(X)), label).backward()
        optimizer.step()
    flat = np.concatenate([p.detach().numpy().ravel() for p in theirs.parameters()])
    run = descend(problem, GradientDescent(0.1), start, 100)
    np.testing.assert_allclose(run.params[-1], flat, rtol=1e-10, atol=1e-10)


CLOUD = Dataset(np.ones((4, 3)) * np.arange(4)[:, np.newaxis], np.array([0.0, 1, 0, 1]))


@pytest.mark.parametrize(
    ("problem", "panels"),
    [
        (Problem(datasets.linear(), Linear()), [Fit]),
        (Problem(Dataset(X[:, 0], BLOBS.y), MLP()), [Fit]),
        (Problem(Dataset(X[:3, 0], np.array([0, 1, 0])), Logistic(), LogLoss()), [Fit]),
        (Problem(Dataset(X[:, 0], BLOBS.y), Softmax(), CrossEntropy()), [Boundary]),
        (Problem(datasets.moons(), Logistic(), LogLoss()), [Boundary]),
        (Problem(datasets.moons(), MLP(output="softmax"), CrossEntropy()), [Boundary]),
        (Problem(BLOBS, Linear()), [PredictedActual, LossCurve]),
        (Problem(CLOUD, Softmax(), CrossEntropy()), [LossCurve, Parameters]),
        (FunctionObjective(lambda x: x**2), [LossSlice]),
        (objectives.rosenbrock(), [Contour]),
        (FunctionObjective(lambda x, y, z: x**2 + y**2 + z**2), [LossCurve, Parameters]),
    ],
)
def test_panels_that_nobody_names_fit_the_problem(
    problem: Objective, panels: list[type[View]]
) -> None:
    scene = Scene(problem, GradientDescent(0.001), steps=3, size=(480, 270))
    assert [type(view) for view in scene.panels.values()] == panels
    assert scene.film().draw(0).nbytes == 480 * 270 * 4


def test_accuracy_counts_the_points_whose_class_is_predicted() -> None:
    data = Dataset(np.array([[-2.0], [-1.0], [1.0], [2.0]]), np.array([0.0, 1, 1, 1]))
    logistic = Problem(data, Logistic(), LogLoss())
    steps = np.array([[1.0, 0.0], [-1.0, 0.0], [1.0, 9.0], [np.nan, 0.0]])
    np.testing.assert_array_equal(accuracies(logistic, steps), [0.75, 0.25, 0.75, 0])
    softmax = Problem(data, Softmax(), CrossEntropy())
    np.testing.assert_array_equal(accuracies(softmax, np.array([[-1.0, 1, 0, 0]])), [0.75])


@pytest.mark.parametrize(("wrong", "text"), [(0, "100.0%"), (1, "99.96%"), (100, "96.0%")])
def test_the_header_says_100_percent_only_of_all_points(wrong: int, text: str) -> None:
    x = np.linspace(-1, 1, 2500)
    y = np.where(np.arange(x.size) < wrong, x <= 0, x > 0).astype(float)
    problem = Problem(Dataset(x[:, np.newaxis], y), Logistic(), LogLoss())
    clip = Scene(problem, GradientDescent(1e-9), start=(9, 0), steps=1).film().clip
    assert loss_text(clip, 0).startswith(f"accuracy {text},")


def test_the_header_and_the_curve_say_the_accuracy() -> None:
    problem = Problem(BLOBS, Softmax(), CrossEntropy())
    scene = Scene(problem, Adam(0.1), steps=30, panels={"loss": LossCurve(accuracy=True)})
    film, run = scene.film(), scene.run()
    shares = [
        np.mean(problem.model.predict(params, X).argmax(axis=1) == BLOBS.y) for params in run.params
    ]
    np.testing.assert_allclose(accuracy_of(run), shares)
    assert shares[-1] > shares[0]
    for frame in (0, len(film) - 1):
        share = shares[film.clip.step("run", frame)]
        assert f"accuracy {100 * share:.1f}%" in loss_text(film.clip, frame)
        film.show(frame)
        over = film.figure.axes[0].child_axes[0]
        (line,) = over.findobj(lambda a: a.get_gid() == "trace")
        assert line.get_ydata()[-1] == share  # type: ignore[attr-defined]
    with pytest.raises(GdanimError, match="^LossCurve: accuracy"):
        Scene(Problem(BLOBS, Linear()), Adam(0.1), panels={"loss": LossCurve(accuracy=True)}).film()


def test_the_confusion_matrix_counts_each_class_by_its_prediction() -> None:
    problem = Problem(BLOBS, Softmax(), CrossEntropy())
    scene = Scene(problem, Adam(0.1), steps=30, panels={"matrix": Confusion()})
    film, run = scene.film(), scene.run()
    film.show(len(film) - 1)
    found = problem.model.predict(run.params[-1], X).argmax(axis=1)
    counts = [[np.sum((BLOBS.y == k) & (found == j)) for j in range(3)] for k in range(3)]
    np.testing.assert_array_equal(confusion(problem, run.params[-1]), counts)
    ax = film.figure.axes[0]
    assert [text.get_text() for text in ax.texts] == [f"{n}" for row in counts for n in row]
    shares = np.array(counts) / np.sum(counts, axis=1, keepdims=True)
    cells = np.asarray(ax.collections[0].get_array()).reshape(3, 3)
    np.testing.assert_allclose(cells, shares)
    assert confusion(problem, np.full(9, np.nan)).sum() == 0
    with pytest.raises(GdanimError, match="^Confusion: .*classes"):
        Scene(Problem(BLOBS, Linear()), Adam(0.1), panels={"matrix": Confusion()}).film()


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu"])
def test_each_hidden_unit_has_a_map_of_its_output(activation: str) -> None:
    model = MLP((4, 3), activation, "softmax", features=2, classes=3)
    params = model.init(np.random.default_rng(0))
    points = np.stack(np.meshgrid(*[np.linspace(-3, 3, 26)] * 2), axis=-1).reshape(-1, 2)
    first, last = unit_maps(model, params, points)
    assert (first.shape, last.shape) == ((4, 26, 26), (3, 26, 26))
    outputs = model.hidden_units(params, points).T.reshape(3, 26, 26)
    expected = {
        "tanh": (outputs + 1) / 2, "sigmoid": outputs, "relu": 0.5 + outputs / outputs.max() / 2,
    }[activation]  # fmt: skip
    np.testing.assert_allclose(last, expected, rtol=1e-6)


def test_a_map_has_the_colours_of_its_unit() -> None:
    problem = Problem(BLOBS, MLP((2,), "tanh", "softmax"), CrossEntropy())
    # The first unit rises with x1, the second is always low.
    start = np.array([5.0, 0, 0, 0, 0, -9, *np.zeros(9)])
    scene = Scene(problem, Adam(1e-9), start, steps=1, panels={"units": HiddenUnits()})
    film = scene.film()
    pixels = np.asarray(film.draw(0))[..., :3].astype(int)
    left, bottom, right, top = np.rint(film.figure.axes[0].bbox.extents).astype(int)
    middle = pixels[len(pixels) - (bottom + top) // 2, left:right]
    low, high = (
        np.rint(np.multiply(to_rgb(colour), 255))
        for colour in (scene.look.prediction, scene.look.points)
    )
    width = right - left
    assert abs(middle[width // 20] - low).max() < 9
    assert abs(middle[width * 9 // 20] - high).max() < 9
    assert (abs(middle[width * 11 // 20 : width * 19 // 20] - low) < 9).all()


@pytest.mark.parametrize(
    ("message", "problem"),
    [
        ("the model is Softmax", Problem(BLOBS, Softmax(), CrossEntropy())),
        ("two features", Problem(Dataset(X[:, 0], X[:, 1]), MLP((3,)))),
        ("at most 32", Problem(BLOBS, MLP((33,)))),
    ],
)
def test_what_hidden_units_refuses(message: str, problem: Problem) -> None:
    with pytest.raises(GdanimError, match=f"^HiddenUnits: .*{message}"):
        Scene(problem, Adam(0.1), steps=1, panels={"units": HiddenUnits()}).film()


@pytest.mark.parametrize("spread", [0.3, 2.5], ids=["separable", "overlapping"])
@pytest.mark.parametrize("model", [Softmax(), Logistic(), MLP((3,), "tanh", "softmax")], ids=repr)
def test_runs_of_classes_are_explained(model: Model, spread: float) -> None:
    data = datasets.blobs(40, classes=2 if model == Logistic() else 3, spread=spread)
    run = descend(Problem(data, model, CrossEntropy()), GradientDescent(0.1), None, 60)
    lines = " ".join(explain(run))
    assert "cross-entropy" in lines
    assert "nan" not in lines.split()
