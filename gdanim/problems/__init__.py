"""What is minimised: data, models, losses, penalties, and objectives.

Knows nothing of how it is minimised.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, submodules=["datasets", "objectives"])
