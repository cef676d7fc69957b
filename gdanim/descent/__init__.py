"""How it is minimised: optimizers, the loop, and the recorded run."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, submodules=["schedules"])
