"""Many clips: plans, which clips have changed, and the workers that render them.

Knows rendering; knows nothing of the command line.
"""
