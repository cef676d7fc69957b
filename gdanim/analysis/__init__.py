"""What the numbers of a run mean: curvature, diagnosis, events, and how a run ends.

Knows objectives, and the arrays of a recorded run; knows nothing of optimizers and of drawing.
"""
