"""The first animated line of fast.ai's 2018 course, y = 3x + 8 without noise, to the digit.

Watch the height arrive first and the slope last: the error (the square root of the loss) is 9.14 at
the start, 0.68 after 100 steps, 0.057 after 200, and still 0.023 after 400.
"""

from gdanim import Every, GradientDescent, Linear, Problem, Scene, datasets

X = (
    (0.2764, 0.3057, 0.4897, 0.787, 0.6627, 0.6034, 0.3722, 0.1886, 0.4145, 0.6801)
    + (0.5178, 0.4675, 0.3708, 0.9557, 0.1604, 0.4065, 0.8752, 0.6775, 0.1818, 0.2346)
    + (0.591, 0.9049, 0.9551, 0.3547, 0.7319, 0.5636, 0.7542, 0.7464, 0.2111, 0.1858)
)


def scene() -> Scene:
    return Scene(
        Problem(datasets.on_curve(Linear(), (3, 8), X), Linear()),
        GradientDescent(0.01),
        start=(-1, 1),
        steps=400,
        title="Linear regression, without noise",
        pace=Every(10),
        fps=10,
    )
