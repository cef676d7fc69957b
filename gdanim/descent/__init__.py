"""How an objective is minimised, and what is recorded of it.

Optimizers, learning rate schedules (`schedule` has their bases), mini-batches and stopping rules;
`descend`, which runs them; the Recorder for other loops; the Run that both return. Nothing here
knows of frames, views or files of videos.
"""
