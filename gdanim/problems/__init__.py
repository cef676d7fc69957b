"""What is minimised: data, models, losses, and the problem that joins them."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, submodules=["datasets", "objectives"])
