"""Many clips: plans, which clips have changed, and the workers that render them.

A batch is all clips of a plan; the mini-batches of a descent are `descent/mini_batches.py`. Knows
rendering; `commands.py` is `gdanim batch` itself, which `cli/batch.py` gives its options.
"""
