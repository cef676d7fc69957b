"""Objectives from textbooks, with their known minima.

Longer than other modules because most of it is documentation of public names.
"""

from __future__ import annotations

import numpy as np

from gdanim.core.arrays import check_int, check_positive
from gdanim.problems._textbook import (
    Beale,
    Bowl,
    Derivative,
    Himmelblau,
    Rastrigin,
    Rosenbrock,
    TwoValleys,
    Wave,
)
from gdanim.problems.function_objective import FunctionObjective


def bowl(condition: float = 10.0) -> FunctionObjective:
    """Return the quadratic bowl `(x^2 + condition y^2) / 2`.

    Parameters
    ----------
    condition : float, default 10.0
        The condition number: the ratio of the curvatures along y and x; above 0.

    Returns
    -------
    FunctionObjective
        The objective.

    Raises
    ------
    GdanimError
        If `condition` is not finite and positive.

    See Also
    --------
    saddle : Downhill along y.

    Notes
    -----
    The eigenvalues of the Hessian are 1 and `condition`. Gradient descent diverges with learning
    rates above 2 over the larger one [1]_.

    References
    ----------
    .. [1] S. Boyd and L. Vandenberghe, "Convex Optimization", 2004, section 9.3.2.

    Examples
    --------
    >>> from gdanim import objectives
    >>> float(objectives.bowl(condition=4).loss((1, 1)))
    2.5
    """
    function = Bowl(1.0, check_positive("condition", condition))
    return FunctionObjective(
        function,
        ("x", "y"),
        formula=rf"f(x, y) = (x^2 + {function.b:g}\,y^2)\,/\,2",
        minima=np.zeros((1, 2)),
        source="Boyd and Vandenberghe, Convex Optimization, 2004, section 9.3.2",
        derivative=Derivative(function),
        constant_hessian=function.hessian,
    )


def saddle() -> FunctionObjective:
    """Return the saddle `(x^2 - y^2) / 2`.

    Returns
    -------
    FunctionObjective
        The objective.

    See Also
    --------
    bowl : Uphill in both directions.

    Notes
    -----
    Only starts on y = 0 end in the saddle point; from all others the way leads down forever [1]_.

    References
    ----------
    .. [1] I. Goodfellow, Y. Bengio and A. Courville, "Deep Learning", 2016, section 8.2.3.

    Examples
    --------
    >>> from gdanim import objectives
    >>> objectives.saddle().gradient((1, 1))
    array([ 1., -1.])
    """
    function = Bowl(1.0, -1.0)
    return FunctionObjective(
        function,
        ("x", "y"),
        formula=r"f(x, y) = (x^2 - y^2)\,/\,2",
        source="Goodfellow, Bengio and Courville, Deep Learning, 2016, section 8.2.3",
        derivative=Derivative(function),
        constant_hessian=function.hessian,
    )


def rosenbrock() -> FunctionObjective:
    """Return the banana-shaped valley `(1 - x)^2 + 100 (y - x^2)^2`.

    Returns
    -------
    FunctionObjective
        The objective.

    See Also
    --------
    beale : Another narrow curved valley.

    Notes
    -----
    The valley is easy to find and hard to follow to the minimum at (1, 1) [1]_.

    References
    ----------
    .. [1] H. H. Rosenbrock, "An automatic method for finding the greatest or least value of a
       function", The Computer Journal 3, 1960.

    Examples
    --------
    >>> from gdanim import objectives
    >>> objectives.rosenbrock().minimum.params
    array([1., 1.])
    """
    return FunctionObjective(
        Rosenbrock(),
        ("x", "y"),
        ((-2.0, 2.0), (-1.0, 3.0)),
        formula=r"f(x, y) = (1 - x)^2 + 100\,(y - x^2)^2",
        minima=np.array([[1.0, 1.0]]),
        source="Rosenbrock, The Computer Journal 3, 1960",
        derivative=Derivative(Rosenbrock()),
    )


def himmelblau() -> FunctionObjective:
    """Return `(x^2 + y - 11)^2 + (x + y^2 - 7)^2`, which has four minima.

    Returns
    -------
    FunctionObjective
        The objective.

    See Also
    --------
    rastrigin : Many local minima.

    Notes
    -----
    All four minima are 0 [1]_; which one a run finds depends on its start.

    References
    ----------
    .. [1] D. M. Himmelblau, "Applied Nonlinear Programming", 1972.

    Examples
    --------
    >>> from gdanim import objectives
    >>> float(objectives.himmelblau().loss((3, 2)))
    0.0
    """
    return FunctionObjective(
        Himmelblau(),
        ("x", "y"),
        (-5.0, 5.0),
        formula=r"f(x, y) = (x^2 + y - 11)^2 + (x + y^2 - 7)^2",
        minima=np.array(
            [
                [3.0, 2.0],
                [-2.805118086952745, 3.131312518250573],
                [-3.779310253377747, -3.2831859912861696],
                [3.5844283403304917, -1.8481265269644036],
            ]
        ),
        source="Himmelblau, Applied Nonlinear Programming, 1972",
        derivative=Derivative(Himmelblau()),
    )


def beale() -> FunctionObjective:
    """Return Beale's function, a narrow curved valley in a plain.

    Returns
    -------
    FunctionObjective
        The objective.

    See Also
    --------
    rosenbrock : Another narrow curved valley.

    Notes
    -----
    The sum of the squares of `1.5 - x + x y`, `2.25 - x + x y^2` and `2.625 - x + x y^3` [1]_. It
    is flat in the middle and steep at the corners; the minimum is at (3, 0.5).

    References
    ----------
    .. [1] E. M. L. Beale, "On an iterative method for finding a local minimum of a function of
       more than one variable", Princeton, 1958.

    Examples
    --------
    >>> from gdanim import objectives
    >>> objectives.beale().minimum.params
    array([3. , 0.5])
    """
    return FunctionObjective(
        Beale(),
        ("x", "y"),
        (-4.5, 4.5),
        formula=r"f(x, y) = \sum_{k=1}^{3}\,(c_k - x + x y^k)^2",
        minima=np.array([[3.0, 0.5]]),
        source="Beale, On an iterative method for finding a local minimum, Princeton, 1958",
        derivative=Derivative(Beale()),
    )


def rastrigin(parameters: int = 2) -> FunctionObjective:
    """Return a bowl with a local minimum near each point of whole numbers.

    Parameters
    ----------
    parameters : int, default 2
        The number of parameters; at least 1.

    Returns
    -------
    FunctionObjective
        The objective.

    Raises
    ------
    GdanimError
        If `parameters` is not a whole number of at least 1.

    See Also
    --------
    himmelblau : Four equal minima.

    Notes
    -----
    The sum of `x^2 - 10 cos(2 pi x) + 10` over the parameters [1]_. The lowest minimum is 0, at the
    origin.

    References
    ----------
    .. [1] L. A. Rastrigin, "Systems of Extremal Control", Moscow, 1974, for two parameters.

    Examples
    --------
    >>> from gdanim import objectives
    >>> objectives.rastrigin(3).names
    ('x1', 'x2', 'x3')
    """
    check_int("parameters", parameters, least=1)
    names = ("x", "y") if parameters == 2 else tuple(f"x{i}" for i in range(1, parameters + 1))
    return FunctionObjective(
        Rastrigin(),
        names,
        (-5.12, 5.12),
        formula=r"f = \sum_i\,(x_i^2 - 10\,\cos\,2\pi x_i + 10)",
        minima=np.zeros((1, parameters)),
        source="Rastrigin, Systems of Extremal Control, 1974",
        derivative=Derivative(Rastrigin()),
    )


def two_valleys() -> FunctionObjective:
    """Return the tilted double well `x^4 - 4 x^2 + x`.

    Returns
    -------
    FunctionObjective
        The objective.

    See Also
    --------
    wave : A shallow and a deep minimum.

    Notes
    -----
    The left valley is the deeper one; runs that start on the right stay in the shallow one [1]_.

    References
    ----------
    .. [1] T. Poston and I. Stewart, "Catastrophe Theory and its Applications", 1978.

    Examples
    --------
    >>> from gdanim import objectives
    >>> round(float(objectives.two_valleys().minimum.params[0]), 3)
    -1.473
    """
    return FunctionObjective(
        TwoValleys(),
        ("x",),
        (-2.3, 2.3),
        formula=r"f(x) = x^4 - 4\,x^2 + x",
        minima=np.array([[-1.4729976011140302], [1.346997408527774]]),
        source="Poston and Stewart, Catastrophe Theory and its Applications, 1978",
        derivative=Derivative(TwoValleys()),
    )


def wave() -> FunctionObjective:
    """Return `x cos(0.15 pi x)` on (-10, 10): a shallow and a deep minimum.

    Returns
    -------
    FunctionObjective
        The objective.

    See Also
    --------
    two_valleys : A double well.

    Notes
    -----
    `minima` holds those of the range; beyond it there are deeper ones [1]_.

    References
    ----------
    .. [1] A. Zhang, Z. C. Lipton, M. Li and A. J. Smola, "Dive into Deep Learning", 2023,
       section 12.3.

    Examples
    --------
    >>> from gdanim import objectives
    >>> objectives.wave().minima.round(3).ravel().tolist()
    [7.269, -1.826]
    """
    return FunctionObjective(
        Wave(),
        ("x",),
        (-10.0, 10.0),
        formula=r"f(x) = x\,\cos(0.15\,\pi\,x)",
        minima=np.array([[7.269388146311475], [-1.8256845786723395]]),
        source="Zhang, Lipton, Li and Smola, Dive into Deep Learning, 2023, section 12.3",
        derivative=Derivative(Wave()),
    )
