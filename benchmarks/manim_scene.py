"""The like of the sine scene in manim: points, a line with a trail, an inset, changing numbers."""

# mypy: ignore-errors

import os

import manim
import numpy as np

FRAMES = int(os.environ.get("GDANIM_BENCHMARK_FRAMES", "300"))
FPS = 30
BLUE, RED, ORANGE, INK = "#2563c9", "#c9343c", "#f28e2b", "#1d2733"


class Sine(manim.Scene):
    """As many frames as gdanim draws."""

    def construct(self) -> None:
        """Everything follows from one number, the step."""
        self.camera.background_color = manim.WHITE
        rng = np.random.default_rng(0)
        axes = manim.Axes(x_range=[0, 12, 2], y_range=[-8, 0, 2], x_length=12, y_length=5.5)
        axes.set_color(INK)
        x = rng.uniform(0, 12, 90)
        y = 2.2 * np.sin(1.05 * x + 1.36) - 4.7 + rng.normal(0, 0.1, 90)
        dots = [
            manim.Dot(axes.c2p(a, b), radius=0.05, color=ORANGE) for a, b in zip(x, y, strict=True)
        ]
        inset = manim.Axes(x_range=[0, FRAMES, FRAMES], y_range=[0, 1, 1], x_length=3, y_length=1.5)
        inset.set_color(INK).to_corner(manim.UR)
        step = manim.ValueTracker(0)

        def wave(lag: float) -> manim.VMobject:
            part = max(step.get_value() - lag, 0) / FRAMES
            return axes.plot(
                lambda v: (1 + part) * np.sin(1.05 * v + 1.36 * part) - 4.7, color=BLUE
            )

        def loss() -> manim.VMobject:
            shown = np.arange(0, max(step.get_value(), 1) + 1)
            return inset.plot_line_graph(
                shown, np.exp(-3 * shown / FRAMES), line_color=RED, add_vertex_dots=False
            )

        self.add(axes, *dots, inset)
        for lag in range(30, 0, -5):
            fading = 0.3 * (1 - lag / 35)
            self.add(manim.always_redraw(lambda lag=lag, a=fading: wave(lag).set_stroke(opacity=a)))
        self.add(manim.always_redraw(lambda: wave(0)), manim.always_redraw(loss))
        number = manim.Integer(0, color=INK, mob_class=manim.Text).to_corner(manim.UL)
        number.add_updater(lambda one: one.set_value(step.get_value()))
        self.add(number)
        self.play(step.animate(rate_func=manim.linear).set_value(FRAMES), run_time=FRAMES / FPS)
