"""Objectives from textbooks, with their known minima."""

from gdanim.problems.objectives import beale as beale
from gdanim.problems.objectives import bowl as bowl
from gdanim.problems.objectives import himmelblau as himmelblau
from gdanim.problems.objectives import rastrigin as rastrigin
from gdanim.problems.objectives import rosenbrock as rosenbrock
from gdanim.problems.objectives import saddle as saddle
from gdanim.problems.objectives import two_valleys as two_valleys
from gdanim.problems.objectives import wave as wave
