"""Animate gradient descent: a ten-line scene script becomes a video."""

from typing import TYPE_CHECKING

from gdanim.version import __version__ as __version__

if TYPE_CHECKING:
    from gdanim import pacing as pacing
    from gdanim import views as views
    from gdanim.analysis.diagnosis import diagnose as diagnose
    from gdanim.descent import schedules as schedules
    from gdanim.descent.adaptive import AdaGrad as AdaGrad
    from gdanim.descent.adaptive import Adam as Adam
    from gdanim.descent.adaptive import AdamW as AdamW
    from gdanim.descent.adaptive import RMSProp as RMSProp
    from gdanim.descent.gradient_descent import GradientDescent as GradientDescent
    from gdanim.descent.loop import descend as descend
    from gdanim.descent.momentum import Momentum as Momentum
    from gdanim.descent.momentum import Nesterov as Nesterov
    from gdanim.descent.newton import Newton as Newton
    from gdanim.descent.noise import Noisy as Noisy
    from gdanim.descent.recorder import Recorder as Recorder
    from gdanim.descent.run import Run as Run
    from gdanim.descent.starts import starts as starts
    from gdanim.descent.stopping import Convergence as Convergence
    from gdanim.descent.stopping import Divergence as Divergence
    from gdanim.descent.stopping import Stall as Stall
    from gdanim.errors import GdanimError as GdanimError
    from gdanim.pacing.timeline import Even as Even
    from gdanim.pacing.timeline import Every as Every
    from gdanim.problems import datasets as datasets
    from gdanim.problems import objectives as objectives
    from gdanim.problems.dataset import Dataset as Dataset
    from gdanim.problems.formula import Formula as Formula
    from gdanim.problems.function_objective import FunctionObjective as FunctionObjective
    from gdanim.problems.linear import Linear as Linear
    from gdanim.problems.logistic import Logistic as Logistic
    from gdanim.problems.losses import Huber as Huber
    from gdanim.problems.losses import LogLoss as LogLoss
    from gdanim.problems.losses import MeanAbsoluteError as MeanAbsoluteError
    from gdanim.problems.losses import MeanSquaredError as MeanSquaredError
    from gdanim.problems.losses import RootMeanSquaredError as RootMeanSquaredError
    from gdanim.problems.mlp import MLP as MLP
    from gdanim.problems.penalties import L1 as L1
    from gdanim.problems.penalties import L2 as L2
    from gdanim.problems.polynomial import Polynomial as Polynomial
    from gdanim.problems.problem import Problem as Problem
    from gdanim.problems.sinusoid import Sinusoid as Sinusoid
    from gdanim.rendering.pipeline import render as render
    from gdanim.scene import Scene as Scene

# Where each public name comes from when it is first asked for, so that `gdanim --help` need not
# wait for matplotlib. Type checkers read the imports above; a test holds the two together.
_PUBLIC = {
    "AdaGrad": "gdanim.descent.adaptive:AdaGrad",
    "Adam": "gdanim.descent.adaptive:Adam",
    "AdamW": "gdanim.descent.adaptive:AdamW",
    "Convergence": "gdanim.descent.stopping:Convergence",
    "Dataset": "gdanim.problems.dataset:Dataset",
    "Divergence": "gdanim.descent.stopping:Divergence",
    "Even": "gdanim.pacing.timeline:Even",
    "Every": "gdanim.pacing.timeline:Every",
    "Formula": "gdanim.problems.formula:Formula",
    "GdanimError": "gdanim.errors:GdanimError",
    "GradientDescent": "gdanim.descent.gradient_descent:GradientDescent",
    "Huber": "gdanim.problems.losses:Huber",
    "L1": "gdanim.problems.penalties:L1",
    "L2": "gdanim.problems.penalties:L2",
    "Linear": "gdanim.problems.linear:Linear",
    "LogLoss": "gdanim.problems.losses:LogLoss",
    "Logistic": "gdanim.problems.logistic:Logistic",
    "MLP": "gdanim.problems.mlp:MLP",
    "MeanAbsoluteError": "gdanim.problems.losses:MeanAbsoluteError",
    "MeanSquaredError": "gdanim.problems.losses:MeanSquaredError",
    "Momentum": "gdanim.descent.momentum:Momentum",
    "Nesterov": "gdanim.descent.momentum:Nesterov",
    "Newton": "gdanim.descent.newton:Newton",
    "Noisy": "gdanim.descent.noise:Noisy",
    "FunctionObjective": "gdanim.problems.function_objective:FunctionObjective",
    "Polynomial": "gdanim.problems.polynomial:Polynomial",
    "Problem": "gdanim.problems.problem:Problem",
    "RMSProp": "gdanim.descent.adaptive:RMSProp",
    "Recorder": "gdanim.descent.recorder:Recorder",
    "RootMeanSquaredError": "gdanim.problems.losses:RootMeanSquaredError",
    "Run": "gdanim.descent.run:Run",
    "Scene": "gdanim.scene:Scene",
    "Sinusoid": "gdanim.problems.sinusoid:Sinusoid",
    "Stall": "gdanim.descent.stopping:Stall",
    "datasets": "gdanim.problems.datasets:",
    "descend": "gdanim.descent.loop:descend",
    "pacing": "gdanim.pacing:",
    "objectives": "gdanim.problems.objectives:",
    "diagnose": "gdanim.analysis.diagnosis:diagnose",
    "render": "gdanim.rendering.pipeline:render",
    "schedules": "gdanim.descent.schedules:",
    "starts": "gdanim.descent.starts:starts",
    "views": "gdanim.views:",
}

__all__ = [*_PUBLIC, "__version__"]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """A public name, imported when it is first used (PEP 562)."""
        if name not in _PUBLIC:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from pkgutil import resolve_name

        return resolve_name(_PUBLIC[name])

    def __dir__() -> list[str]:
        return sorted(__all__)
