"""What the numbers of a run mean: curvature, diagnosis, events, and how a run ends.

`diagnosis` looks at a point, before any run: which learning rates are stable there. `judging` looks
at a finished run and decides by its rules how it ends; `judgement` has the value that it decides
on, and the words for it. `record` is the run as both `judging` and `events` read it.

Knows objectives, and the arrays of a recorded run. Of its optimizer it is given no more than what
`record` holds, such as its largest stable rate; Newton's method serves here to find where a loss
has its critical points. Knows nothing of drawing.
"""
