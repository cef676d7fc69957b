"""How directly `gdanim play` answers, in Chromium: `python benchmarks/playground.py`.

From a turn of the knob to the new pixels on the canvas, at 1280x720: median and 95th percentile of
so many turns. And how many pictures a second there are while a scene plays, of the 30 that it has.
Needs the extras `web` and `pages`, and Chromium on the PATH.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
from typing import Any

SCENES = (
    "linear",
    "quadratic",
    "sine_local_minimum",
    "sine_lr_too_high",
    "slope_and_intercept",
    "lecture",
)
# Turns the first slider and waits for the last picture that follows from it to be painted.
TURN = """async (share) => {
  const slider = document.querySelector("#knobs input[type=range]");
  const screen = document.getElementById("screen");
  const begin = performance.now();
  slider.value = Math.round(share * slider.max);
  slider.dispatchEvent(new Event("input", { bubbles: true }));
  while (screen.getAttribute("aria-busy") === "true") {
    await new Promise((go) => new MutationObserver((_, one) => { one.disconnect(); go(); })
      .observe(screen, { attributes: true }));
  }
  await new Promise(requestAnimationFrame);
  return performance.now() - begin;
}"""
PLAYED = """async (milliseconds) => {
  let pictures = 0;
  const screen = document.getElementById("screen");
  const observer = new MutationObserver((records) => {
    if (screen.getAttribute("aria-busy") === "false") pictures += 1;
  });
  document.getElementById("play").click();
  await new Promise((go) => setTimeout(go, 1000));
  observer.observe(screen, { attributes: true });
  const begin = performance.now();
  await new Promise((go) => setTimeout(go, milliseconds));
  const seconds = (performance.now() - begin) / 1000;
  document.getElementById("play").click();
  return pictures / seconds;
}"""


def main() -> None:
    """Print a row for each scene."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenes", nargs="*", default=SCENES)
    parser.add_argument("--turns", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=3.0)
    chosen = parser.parse_args()
    from playwright.sync_api import sync_playwright

    command = [sys.executable, "-m", "gdanim", "play", "--port=0", "--no-open"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        address = server.stdout.readline().strip()
        print(f"{'scene':22} {'median ms':>10} {'95 % ms':>10} {'pictures/s':>11}")
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=shutil.which("chromium"), args=["--no-sandbox"]
                )
                for scene in chosen.scenes:
                    print(row(browser, address, scene, chosen.turns, chosen.seconds), flush=True)
                browser.close()
        finally:
            server.terminate()


def row(browser: Any, address: str, scene: str, turns: int, seconds: float) -> str:
    """Measure one scene."""
    from playwright.sync_api import expect

    page = browser.new_page(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    page.goto(f"{address}#scene={scene}&frame=0")
    expect(page.locator("#now")).to_contain_text("step", timeout=60_000)
    # Shares of the slider that do not repeat, a long way apart.
    shares = [(0.5 + 0.382 * turn) % 1 for turn in range(turns + 2)]
    times = [page.evaluate(TURN, 0.4 + 0.6 * share) for share in shares][2:]
    page.locator("#reset").click()
    expect(page.locator("#screen")).to_have_attribute("aria-busy", "false", timeout=60_000)
    rate = page.evaluate(PLAYED, 1000 * seconds)
    page.close()
    late = statistics.quantiles(times, n=20)[-1]
    return f"{scene:22} {statistics.median(times):10.0f} {late:10.0f} {rate:11.1f}"


if __name__ == "__main__":
    main()
