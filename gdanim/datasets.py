"""Data to fit: generated from a known curve or in classes, read from a table, or real."""

from gdanim.problems.datasets import blobs as blobs
from gdanim.problems.datasets import circles as circles
from gdanim.problems.datasets import from_csv as from_csv
from gdanim.problems.datasets import from_frame as from_frame
from gdanim.problems.datasets import iris as iris
from gdanim.problems.datasets import linear as linear
from gdanim.problems.datasets import moons as moons
from gdanim.problems.datasets import on_curve as on_curve
from gdanim.problems.datasets import penguins as penguins
from gdanim.problems.datasets import polynomial as polynomial
from gdanim.problems.datasets import quadratic as quadratic
from gdanim.problems.datasets import sinusoid as sinusoid
from gdanim.problems.datasets import spirals as spirals
from gdanim.problems.datasets import xor as xor
