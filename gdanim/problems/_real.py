"""Real data that ships with gdanim."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from gdanim.problems._tables import from_csv
from gdanim.problems.dataset import Dataset

_FOLDER = Path(__file__).parent / "data"


def iris(x: Sequence[str] = ("petal length", "petal width")) -> Dataset:
    """Return Fisher's irises: 150 flowers of three species.

    Parameters
    ----------
    x : sequence of str, default ("petal length", "petal width")
        The features: any of `sepal length`, `sepal width`, `petal length` and `petal width`.

    Returns
    -------
    Dataset
        The flowers, 50 of each species, measured in cm.

    Raises
    ------
    GdanimError
        If there is no such feature.

    See Also
    --------
    penguins : Another real set with three classes.

    Notes
    -----
    The data of Fisher's paper [1]_; UCI Machine Learning Repository, CC BY 4.0.

    References
    ----------
    .. [1] R. A. Fisher, "The use of multiple measurements in taxonomic problems", Annals of
       Eugenics 7, 1936.

    Examples
    --------
    >>> from gdanim import datasets
    >>> datasets.iris()
    Dataset(150 points, petal length, petal width -> species)
    >>> datasets.iris().classes
    ('setosa', 'versicolor', 'virginica')
    """
    return _with_units(from_csv(_FOLDER / "iris.csv", x, "species"), "cm")


def penguins(x: Sequence[str] = ("bill length", "bill depth")) -> Dataset:
    """Return the penguins of the Palmer Archipelago: 342 birds of three species.

    Parameters
    ----------
    x : sequence of str, default ("bill length", "bill depth")
        The features: any of `bill length`, `bill depth` and `flipper length`, in mm, and
        `body mass`, in g.

    Returns
    -------
    Dataset
        The penguins that were measured: 151 of the species Adelie, 68 Chinstrap and 123 Gentoo.

    Raises
    ------
    GdanimError
        If there is no such feature.

    See Also
    --------
    iris : Another real set with three classes.

    Notes
    -----
    Collected by Gorman, Williams and Fraser [1]_, published as CC0 1.0 [2]_.

    References
    ----------
    .. [1] K. B. Gorman, T. D. Williams and W. R. Fraser, "Ecological sexual dimorphism and
       environmental variability within a community of Antarctic penguins", PLoS ONE 9 (3), 2014.
    .. [2] A. M. Horst, A. P. Hill and K. B. Gorman, "palmerpenguins", 2020.

    Examples
    --------
    >>> from gdanim import datasets
    >>> datasets.penguins(["body mass"])
    Dataset(342 points, body mass -> species)
    """
    return _with_units(from_csv(_FOLDER / "penguins.csv", x, "species"), "mm", mass="g")


def _with_units(data: Dataset, length: str, mass: str = "") -> Dataset:
    units: Any = tuple(mass if name == "body mass" else length for name in data.x_names)
    return replace(data, x_units=units)
