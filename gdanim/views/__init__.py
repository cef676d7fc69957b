"""What a panel shows: one module a view, `base.py` for their contract, `theme.py` for the look.

Knows runs and timelines; of files it reads themes and fonts. Knows nothing of frame sizes and
encoders. Drawing that several views share is in `_drawing`. The public names are listed in
`__init__.pyi`. Each is imported when it is first used, so that a video waits only for the views
that it shows.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
