"""The server of `gdanim play`: who is let in, and a hundred readers at a time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from pathlib import Path
from socket import create_connection
from typing import Any
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner
from stage import playing
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from gdanim.cli import main
from gdanim.playground.serve import MOST_ANSWERS, MOST_READERS, Studio

pytestmark = pytest.mark.slow

SCRIPT = """
from gdanim import Even, GradientDescent, Linear, Problem, Scene, datasets

def scene(lr: float = 0.01) -> Scene:
    problem = Problem(datasets.linear(points=10), Linear())
    return Scene(problem, GradientDescent(lr), steps=20, size=(160, 96), pace=Even(2))
"""
PATIENCE = 60.0


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    script = tmp_path_factory.mktemp("play") / "lesson.py"
    script.write_text(SCRIPT, encoding="utf-8")
    with playing(script) as given:
        yield given


def reader(address: str, query: str | None = None, **options: Any) -> ClientConnection:
    parts = urlsplit(address)
    uri = f"ws://{parts.netloc}/ws?{parts.query if query is None else query}"
    options = {"origin": f"http://{parts.netloc}"} | options
    return connect(uri, max_size=None, open_timeout=PATIENCE, close_timeout=1, **options)


def ask(socket: ClientConnection, number: int, lr: str = "0.01", frame: int = 0) -> None:
    request = {"ask": "show", "number": number, "scene": "lesson", "knobs": {"lr": lr}}
    socket.send(json.dumps(request | {"frame": frame}))


def picture(socket: ClientConnection, number: int) -> dict[str, Any]:
    """Wait for the picture that answers a request; return its header."""
    while True:
        message = socket.recv(PATIENCE)
        if isinstance(message, bytes):
            header = json.loads(message[4 : 4 + int.from_bytes(message[:4], "little")])
            if header["number"] == number:
                return dict(header)


def got(address: str, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    with closing(HTTPConnection(urlsplit(address).netloc, timeout=PATIENCE)) as connection:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        return response.status, dict(response.getheaders()), response.read()


def test_only_the_files_of_the_page_are_served(address: str) -> None:
    status, headers, body = got(address, "/")
    assert status == 200 and b"<canvas" in body
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    for path in ("/serve.py", "/../serve.py", "/..%2fserve.py", "//etc/passwd", "/stage/main.js"):
        assert got(address, path)[0] == 404, path
    assert got(address, "/main.js")[0] == 200
    assert got(address, "/", Host="gdanim.example")[0] == 421


@pytest.mark.parametrize("origin", ["http://gdanim.example", None])
def test_other_pages_are_not_let_in(address: str, origin: str | None) -> None:
    with pytest.raises(InvalidStatus, match="403"):
        reader(address, origin=origin)


def test_other_names_of_the_machine_are_not_let_in(address: str) -> None:
    parts = urlsplit(address)
    there = address.replace("127.0.0.1", "gdanim.example")
    wire = create_connection(("127.0.0.1", parts.port or 0))
    with pytest.raises(InvalidStatus, match="403"):
        reader(there, origin=f"http://{parts.netloc}", sock=wire)


@pytest.mark.parametrize("query", ["", "token=", "token=wrong", "token=%C3%A4"])
def test_a_reader_without_the_token_is_told_why(address: str, query: str) -> None:
    with reader(address, query) as socket, pytest.raises(ConnectionClosed) as closed:
        socket.recv(PATIENCE)
    assert closed.value.rcvd is not None and closed.value.rcvd.code == 1008
    assert "token" in closed.value.rcvd.reason


def test_a_long_message_ends_the_connection(address: str) -> None:
    with reader(address) as socket, pytest.raises(ConnectionClosed):
        socket.send("x" * 100_000)
        while True:
            socket.recv(PATIENCE)


def test_a_hundred_readers_of_whom_many_vanish_or_do_not_read(address: str) -> None:
    with ExitStack() as stack:
        sockets = [stack.enter_context(reader(address)) for _ in range(MOST_READERS)]
        with reader(address) as late, pytest.raises(ConnectionClosed, match="too many readers"):
            late.recv(PATIENCE)
        for number, socket in enumerate(sockets[:8]):
            ask(socket, 1, f"{0.01 + number / 1000}")
            if number % 2:
                # As a machine that is switched off: nothing is said, nothing is read.
                socket.socket.close()
            else:
                for frame in range(1, 50):
                    ask(socket, frame + 1, f"{0.01 + number / 1000}", frame)
        ask(sockets[-1], 7, "0.02", 30)
        assert picture(sockets[-1], 7)["frame"] == 30
    with reader(address) as socket:
        ask(socket, 8, "0.03", 31)
        assert picture(socket, 8)["frame"] == 31


@pytest.mark.parametrize(
    ("name", "told"), [("none.py", "no such file"), ("notes.txt", "must end in .py")]
)
def test_what_is_no_script_is_told_before_a_page_opens(
    name: str, told: str, tmp_path: Path
) -> None:
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    result = CliRunner().invoke(main, ["play", f"{tmp_path / name}", "--no-open"])
    assert result.exit_code != 0
    assert told in f"{result.exception}{result.output}"
    assert "http://" not in result.output


def test_answers_that_nobody_reads_do_not_pile_up(tmp_path: Path) -> None:
    async def flooded() -> tuple[int, object]:
        studio = Studio(tmp_path)
        async with studio.reader() as (_, answers):
            for _ in range(3 * MOST_ANSWERS):
                studio._answer(1, b"a picture")
            return answers.qsize(), answers.get_nowait()

    assert asyncio.run(flooded()) == (1, None)
