"""The page of `gdanim play` in headless Chromium, driven by Playwright."""

from __future__ import annotations

import base64
import io
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import imageio.v3 as iio
import numpy as np
import pytest
from browser import CHROMIUM
from numpy.typing import NDArray

# Milliseconds; whatever takes longer has failed.
PATIENCE = 60_000


@contextmanager
def playing(place: Path) -> Iterator[str]:
    """Run `gdanim play` on a free port; give the address that it prints."""
    command = [sys.executable, "-m", "gdanim", "play", f"{place}", "--port=0", "--no-open"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().strip()
        finally:
            server.terminate()
            server.wait(PATIENCE / 1000)


@contextmanager
def chromium() -> Iterator[Any]:
    """Start Chromium."""
    api = pytest.importorskip("playwright.sync_api")
    api.expect.set_options(timeout=PATIENCE)
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


class Stage:
    """One page of the browser, and what it complains of."""

    def __init__(self, browser: Any, address: str, **options: Any) -> None:
        self.address = address
        self.complaints: list[str] = []
        usual = {"viewport": {"width": 1280, "height": 800}, "reduced_motion": "reduce"}
        self.context = browser.new_context(**(usual | options))
        self.context.set_default_timeout(PATIENCE)
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.complaints.append(f"{error}"))
        self.page.on("console", self._hear)

    def _hear(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def open(self, state: str = "") -> Stage:
        """Open the page at a state, which is the part of the address after `#`."""
        self.page.goto(f"{self.address}#{state}")
        return self.settle() if state else self

    def settle(self) -> Stage:
        """Wait until nothing is asked for any more."""
        self.expect("#screen").to_have_attribute("aria-busy", "false")
        return self

    def expect(self, selector: str) -> Any:
        """Return what Playwright asserts of an element, waiting for it to come true."""
        return self.expect_(self.page.locator(selector))

    def expect_(self, locator: Any) -> Any:
        """Return the same of a locator, such as one in a frame."""
        from playwright.sync_api import expect

        return expect(locator)

    def state(self, name: str) -> str:
        """Return a field of the address, empty if it is not there."""
        return "".join(parse_qs(urlsplit(self.page.url).fragment).get(name, []))

    def points(self) -> tuple[tuple[float, float], ...]:
        """Return the points that are fitted."""
        lines = self.page.locator("#points").input_value().splitlines()
        pairs = (line.split(",") for line in lines)
        return tuple((float(x), float(y)) for x, y in pairs)

    def text(self, selector: str) -> str:
        """Return the text of an element."""
        return str(self.page.locator(selector).inner_text())

    def picture(self, selector: str = "#picture") -> NDArray[np.uint8]:
        """Return the pixels on the canvas."""
        url = self.page.locator(selector).evaluate("canvas => canvas.toDataURL()")
        return iio.imread(io.BytesIO(base64.b64decode(url.partition(",")[2])))[..., :3]
