"""The second derivative of a loss: whole, as products with vectors, and its eigenvalues."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from gdanim.core.arrays import Floats, Ints, in_blocks, read_only
from gdanim.problems.objective import Objective

# The cube root of float64's precision: at this step the two errors of a central difference, from
# rounding and from the third derivative, are about equal.
STEP = 6e-6
# The Hessian of more parameters than this is never made whole, unless it is constant.
MOST_DENSE = 100
# An eigenvalue below this share of the largest, times P, is a rounding error: of float64, or of the
# finite differences that the Hessian comes from.
EXACT, DIFFERENCES = 4e-16, 1e-9
# Gradients of this many numbers are taken in one call.
ONE_CALL = 2**22
# Columns whose cosine is below this are orthogonal; all are after a few sweeps.
ORTHOGONAL, SWEEPS = 1e-15, 40
# The Lanczos iteration makes this many products with the Hessian, from a start with this seed.
LANCZOS_STEPS, SEED = 60, 0
# Conjugate gradients make this many products, until this share of the gradient is left.
CONJUGATE_STEPS, LEFT = 200, 1e-3


@dataclass(frozen=True, eq=False)
class Spectrum:
    """Eigenvalues of a Hessian, ascending, `[K]`, and their eigenvectors in rows, `[K, P]`.

    Eigenvalues that are 0 up to rounding are 0. Where not `complete`, they are the smallest and the
    largest alone, each known from inside: the true ones can lie further out.
    """

    eigenvalues: Floats
    directions: Floats

    def __post_init__(self) -> None:
        read_only(self.eigenvalues)
        read_only(self.directions)

    @property
    def complete(self) -> bool:
        """Whether it has all P eigenvalues."""
        return bool(self.directions.shape[0] == self.directions.shape[1])


def hessian(problem: Objective, params: Floats, batch: Ints | None = None) -> Floats:
    """Return the Hessian of the loss over the points of `batch (b)`, or all of them, `(p)->(p,p)`.

    If it is constant, it is the problem's own; otherwise it comes from central differences of the
    gradient, made symmetric, and has about ten digits.
    """
    constant = problem.hessian if batch is None else None
    if constant is not None:
        return np.broadcast_to(constant, (*params.shape, params.shape[-1]))
    h = STEP * np.maximum(abs(params), 1.0)
    moves = h[..., np.newaxis, :] * np.eye(params.shape[-1])
    here = params[..., np.newaxis, :]
    ahead, behind = here + moves, here - moves
    change = _gradients(problem, ahead, batch) - _gradients(problem, behind, batch)
    # Rounding makes the actual move differ from h.
    moved = np.diagonal(ahead - behind, axis1=-2, axis2=-1)
    rows = change / moved[..., np.newaxis]
    return (rows + np.swapaxes(rows, -2, -1)) / 2


def hessian_product(
    problem: Objective, params: Floats, vector: Floats, batch: Ints | None = None
) -> Floats:
    """Return the Hessian at `params` times a vector, `(p),(p)->(p)`.

    Exact where the Hessian is constant; otherwise a central difference of two gradients.
    """
    constant = problem.hessian if batch is None else None
    if constant is not None:
        return vector @ constant
    length = np.linalg.norm(vector, axis=-1, keepdims=True)
    size = np.maximum(np.linalg.norm(params, axis=-1, keepdims=True), 1.0)
    h = STEP * size / np.where(length > 0, length, 1.0)
    ahead = problem.gradient_at(params + h * vector, batch)
    behind = problem.gradient_at(params - h * vector, batch)
    return np.asarray((ahead - behind) / (2 * h))


def spectrum(problem: Objective, params: Floats) -> Spectrum:
    """Return the eigenvalues of the Hessian at `params [P]`.

    All of them where the Hessian is constant or P is at most MOST_DENSE: of least squares to many
    digits relative to themselves, however small. Elsewhere the smallest and the largest, from the
    Lanczos iteration (Golub and Van Loan, "Matrix Computations", section 10.1).
    """
    if problem.curvature_rows is not None:
        return graded_spectrum(problem.curvature_rows)
    if problem.hessian is None and len(params) > MOST_DENSE:
        return extreme_spectrum(lambda v: hessian_product(problem, params, v), len(params))
    matrix = hessian(problem, params)
    if not np.isfinite(matrix).all():
        return Spectrum(np.full(len(params), np.nan), np.eye(len(params)))
    values, vectors = np.linalg.eigh(matrix)
    rounding = _rounding(problem, values)
    return Spectrum(np.where(abs(values) > rounding, values, 0.0), vectors.T.copy())


def graded_spectrum(rows: Floats) -> Spectrum:
    """Return the eigenvalues of the Gram matrix of `rows [K, P]`, small ones as exact as large.

    Rows and columns in order of size keep the QR decomposition exact row by row; then rotations
    make the rows orthogonal, two at a time (Demmel, Gu, Eisenstat, Slapnicar, Veselic and Drmac,
    "Computing the singular value decomposition with high relative accuracy", 1999).
    """
    p = rows.shape[1]
    order = np.argsort(-np.linalg.norm(rows, axis=0), kind="stable")
    sorted_rows = rows[np.argsort(-abs(rows).max(axis=1), kind="stable")][:, order]
    columns = np.asarray(np.linalg.qr(sorted_rows, mode="r")).T.copy()
    if p <= MOST_DENSE:
        _orthogonalise(columns)
        lengths = np.linalg.norm(columns, axis=0)
        columns = columns / np.where(lengths > 0, lengths, 1.0)
    else:
        columns, lengths, _ = np.linalg.svd(columns, full_matrices=False)
    ascending = np.argsort(lengths)
    found = np.zeros((len(lengths), p))
    found[:, order] = columns[:, ascending].T
    # The directions that no row has.
    flat = np.linalg.qr(found.T, mode="complete")[0][:, len(found) :].T
    values = np.append(np.zeros(len(flat)), lengths[ascending] ** 2)
    return Spectrum(values, np.vstack([flat, found]))


def extreme_spectrum(product: Callable[[Floats], Floats], size: int) -> Spectrum:
    """Return the smallest and the largest eigenvalue of a symmetric matrix `[P, P]`, P = `size`.

    `product` multiplies a vector `[P]` by it. Lanczos iteration with all vectors kept orthogonal
    (Golub and Van Loan, "Matrix Computations", section 10.3.1).
    """
    vector = np.random.default_rng(SEED).standard_normal(size)
    basis, products = np.zeros((0, size)), np.zeros((0, size))
    with np.errstate(all="ignore"):
        for _ in range(min(LANCZOS_STEPS, size)):
            for _ in range(2):
                vector = vector - (basis @ vector) @ basis
            length = float(np.linalg.norm(vector))
            if not length > DIFFERENCES * float(abs(products).max(initial=0.0)):
                break
            basis = np.vstack([basis, vector / length])
            vector = product(basis[-1])
            products = np.vstack([products, vector])
    inner = basis @ products.T
    if not np.isfinite(inner).all():
        return Spectrum(np.full(2, np.nan), np.eye(2, size))
    values, vectors = np.linalg.eigh((inner + inner.T) / 2)
    ends, rounding = values[[0, -1]], DIFFERENCES * size * abs(values).max()
    return Spectrum(np.where(abs(ends) > rounding, ends, 0.0), vectors.T[[0, -1]] @ basis)


def newton_step(problem: Objective, params: Floats) -> tuple[Floats, float]:
    """Return the Newton step `[P]` from `params [P]`, and how much lower a loss it promises.

    That is half the squared Newton decrement, 1/2 g' H^-1 g (Boyd and Vandenberghe, "Convex
    Optimization", section 9.5.1); a curvature of 0 counts as the smallest that is told from 0.
    Infinite where the curvature is negative somewhere, and where it is not finite. With many
    parameters it comes from conjugate gradients, and is infinite too where these do not get there.
    """
    gradient = problem.gradient(params)
    if problem.hessian is None and len(params) > MOST_DENSE:
        return _conjugate_gradients(problem, params, gradient)
    found = spectrum(problem, params)
    values, along = found.eigenvalues, found.directions @ gradient
    if not np.isfinite(along).all() or not (values >= 0).all():
        return np.zeros_like(params), np.inf
    curved = np.where(values > 0, values, _rounding(problem, values))
    with np.errstate(all="ignore"):
        steps = np.where(along == 0, 0.0, along / curved)
        gain = float(0.5 * np.sum(along * steps))
    return -np.where(values > 0, steps, 0.0) @ found.directions, gain


def _rounding(problem: Objective, eigenvalues: Floats) -> float:
    """The smallest eigenvalue that is told from 0."""
    share = DIFFERENCES if problem.hessian is None else EXACT
    return float(share * len(eigenvalues) * abs(eigenvalues).max())


def _gradients(problem: Objective, rows: Floats, batch: Ints | None) -> Floats:
    """The gradient at each of `rows (..., p)`, in bounded memory."""
    if rows.size // rows.shape[-1] * problem.workspace <= ONE_CALL:
        return problem.gradient_at(rows, batch)
    flat = rows.reshape(-1, rows.shape[-1])
    found = in_blocks(lambda some: problem.gradient_at(some, batch), flat, problem.workspace)
    return found.reshape(rows.shape)


def _orthogonalise(columns: Floats) -> None:
    """Rotate `columns [P, K]` two at a time, in place, until all are orthogonal.

    One-sided Jacobi rotations (Golub and Van Loan, section 8.6.3).
    """
    for _ in range(SWEEPS):
        done = True
        for i, j in combinations(range(columns.shape[1]), 2):
            one, other = columns[:, i], columns[:, j]
            a, b, c = one @ one, other @ other, one @ other
            if abs(c) <= ORTHOGONAL * np.sqrt(a * b):
                continue
            done = False
            ratio = (b - a) / (2 * c)
            t = np.copysign(1.0, ratio) / (abs(ratio) + np.hypot(1.0, ratio))
            cosine = 1 / np.hypot(1.0, t)
            sine = cosine * t
            columns[:, [i, j]] = columns[:, [i, j]] @ [[cosine, sine], [-sine, cosine]]
        if done:
            return


def _conjugate_gradients(
    problem: Objective, params: Floats, gradient: Floats
) -> tuple[Floats, float]:
    """The Newton step from products of the Hessian with vectors, and what it promises.

    Golub and Van Loan, algorithm 11.3.3.
    """
    step, rest = np.zeros_like(params), -gradient
    vector, square = rest, float(rest @ rest)
    enough, gain = LEFT**2 * square, 0.0
    for _ in range(CONJUGATE_STEPS):
        if square <= enough:
            return step, gain
        product = hessian_product(problem, params, vector)
        bend = float(vector @ product)
        if not bend > 0:
            break
        length = square / bend
        step, rest = step + length * vector, rest - length * product
        gain += 0.5 * length * square
        before, square = square, float(rest @ rest)
        vector = rest + (square / before) * vector
    return np.zeros_like(params), np.inf
