"""Animate gradient descent: a ten-line scene script becomes a video.

The public names are listed in `__init__.pyi`. Each is imported when it is first used, so that
`gdanim --help` does not wait for matplotlib.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
