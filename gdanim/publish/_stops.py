"""Videos of slides that wait at each chapter."""

from __future__ import annotations

from collections.abc import Sequence

# In the capture phase, before the keys reach the slides: a waiting video goes on, and only a video
# that does not wait lets them turn to the next slide.
SCRIPT = """<script>
  (() => {
    const video = document.currentScript.parentElement.querySelector("video");
    const stops = STOPS;
    const keys = [" ", "Enter", "ArrowRight", "ArrowDown", "PageDown", "n"];
    let waits = false;
    let next = 0;
    const follow = () => {
      if (video.paused) return;
      if (next < stops.length && video.currentTime >= stops[next]) {
        waits = true;
        video.pause();
        video.currentTime = stops[next];
      } else requestAnimationFrame(follow);
    };
    video.addEventListener("play", () => {
      waits = false;
      next = stops.filter((stop) => stop <= video.currentTime + 0.001).length;
      follow();
    });
    addEventListener("keydown", (event) => {
      const slide = video.closest("section");
      const hidden = slide && document.querySelector("section.present") &&
        !slide.classList.contains("present");
      if (!waits || video.ended || hidden || !keys.includes(event.key)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      video.play();
    }, true);
  })();
</script>"""


def stopping(begins: Sequence[float], fps: float) -> str:
    """The script that makes the video before it wait at each chapter, except at its start.

    Each time is the middle of the chapter's first frame, which no rounding moves to another one.
    """
    stops = [round(begin + 0.5 / fps, 4) for begin in begins if begin > 0]
    return SCRIPT.replace("STOPS", f"{stops}")
