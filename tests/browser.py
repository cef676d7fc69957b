"""Pages in headless Chromium, and what they and the network say."""

from __future__ import annotations

import json
import shutil
import subprocess
import tarfile
import tempfile
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on the PATH")
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --mute-audio "
    "--disable-background-networking --disable-component-update --disable-sync "
    "--disable-dev-shm-usage --allow-file-access-from-files --window-size=800,600"
).split()
PATIENCE = 90.0
# What Chromium itself asks for, flags or not; what the page asks for is seen in its own list too.
OWN = ("google.com", "googleapis.com")


@dataclass
class Seen:
    """What a page reported, and the addresses that anybody asked for through the proxy."""

    report: Any = None
    requests: list[str] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)


def from_npm(package: str, folder: Path) -> Path:
    """Fetch `NAME@VERSION`; skip the test where npm is missing or cannot reach its registry."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip(f"no npm on the PATH, which {package} comes from")
    fetched = subprocess.run(
        [npm, "pack", "--silent", package], cwd=folder, capture_output=True, text=True
    )
    if fetched.returncode != 0:
        pytest.skip(f"npm cannot fetch {package}")
    # Pythons before 3.11.4 have no filters.
    safe: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
    shutil.unpack_archive(folder / fetched.stdout.strip(), folder, **safe)
    return folder / "package"


def observe(page: Path, probe: str, *flags: str) -> Any:
    """Open the page from its file and give what `probe`, the body of an async function, returns.

    Fails when the page asks for anything that is no file, or when the probe throws.
    """
    assert CHROMIUM is not None
    seen = Seen()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(seen))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    here = f"http://127.0.0.1:{server.server_port}"
    probed = page.with_name(f"probed-{page.name}")
    text = page.read_text(encoding="utf-8")
    probed.write_text(f"{text}\n<script>{_probe(probe, here)}</script>", encoding="utf-8")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [CHROMIUM, *FLAGS, *flags, f"--user-data-dir={profile}", f"--proxy-server={here}",
             probed.as_uri()],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            assert seen.done.wait(PATIENCE), "the page reported nothing"
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()
            process.wait()
            server.shutdown()
            server.server_close()
            probed.unlink()
    assert "error" not in seen.report, seen.report
    assert all(name.startswith("file:") for name in seen.report["loaded"]), seen.report
    assert not [one for one in seen.requests if not any(own in one for own in OWN)], seen.requests
    return seen.report["value"]


def _probe(probe: str, here: str) -> str:
    return f"""
addEventListener("load", async () => {{
  const sleep = (ms) => new Promise((go) => setTimeout(go, ms));
  const until = async (good) => {{ while (!good()) await sleep(20); }};
  const report = {{}};
  try {{
    report.value = await (async () => {{ {probe} }})();
    report.loaded = performance.getEntriesByType("resource").map((one) => one.name)
      .filter((name) => !name.startsWith("data:") && !name.startsWith("blob:"));
  }} catch (error) {{ report.error = `${{error}}`; }}
  fetch("{here}/report", {{ method: "POST", mode: "no-cors", body: JSON.stringify(report) }});
}});"""


def _handler(seen: Seen) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(204)
            self.end_headers()
            if self.path == "/report":
                seen.report = json.loads(body)
                seen.done.set()

        def do_GET(self) -> None:
            seen.requests.append(self.path)
            self.send_error(404)

        def do_CONNECT(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None: ...

    return Handler
