"""The local page: files and a WebSocket for readers, a process for their scenes.

It listens on this machine alone unless told otherwise. Each request has to name a host that is
ours, come from our own page, and know the token that is in the address that `gdanim play` prints.
Nothing that a page sends is run: it chooses among the scenes of the scripts, and sets their knobs
within bounds.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import secrets
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from importlib.resources import files
from multiprocessing.connection import Connection
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from gdanim.playground.messages import LONGEST_REQUEST, Failure, written
from gdanim.playground.worker import ALL, scripts_of, work
from gdanim.scripting.watching import state_of

# Readers at a time; seconds that a request may take, and that a reader may take for a picture.
MOST_READERS, LONGEST, SLOWEST = 100, 60.0, 30.0
# Answers that wait for a reader. A page asks for one thing at a time, which takes a few.
MOST_ANSWERS = 64
# Seconds between two looks at the scripts.
LOOK = 0.5
TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; img-src 'self' blob: data:; frame-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}

Ask = Callable[[str], None]
# None is the last: the reader was too slow.
Answers = asyncio.Queue[str | bytes | None]


class Studio:
    """The process that draws, the readers who wait for it, and the gallery it has said.

    A reader has a number and a queue of answers. One who asks on without reading them is shown the
    door. Of the questions that the process has not taken yet, the newest of each reader is kept:
    so nothing grows without bound, and nobody waits for a pipe that is full.
    """

    def __init__(self, place: Path | None, longest: float = LONGEST) -> None:
        self._place, self._longest = place, longest
        self._readers: dict[int, Answers] = {}
        self._number, self._gallery = ALL, ""
        self._busy: tuple[int, float] | None = None
        self._connection: Connection | None = None
        self._process: multiprocessing.process.BaseProcess | None = None
        self._outbox: dict[int, str | None] = {}
        self._posted = asyncio.Event()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Draw in the block; the process ends with it."""
        self._start()
        tasks = [asyncio.create_task(one()) for one in (self._watch, self._limit)]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            self._end()

    @asynccontextmanager
    async def reader(
        self,
    ) -> AsyncIterator[tuple[Ask, Answers]]:
        """Give a new reader a way to ask, and a queue of answers that begins with the gallery."""
        self._number += 1
        number, answers = self._number, Answers(MOST_ANSWERS)
        self._readers[number] = answers
        if self._gallery:
            answers.put_nowait(self._gallery)
        try:
            yield lambda text: self._tell(number, text), answers
        finally:
            self._readers.pop(number, None)
            self._tell(number, None)

    @property
    def is_full(self) -> bool:
        """Whether there are as many readers as there may be."""
        return len(self._readers) >= MOST_READERS

    def _tell(self, number: int, text: str | None) -> None:
        self._outbox[number] = text
        self._posted.set()

    def _answer(self, number: int, message: str | bytes) -> None:
        if (answers := self._readers.get(number)) is None:
            return
        if answers.qsize() < MOST_ANSWERS - 1:
            answers.put_nowait(message)
            return
        del self._readers[number]
        while not answers.empty():
            answers.get_nowait()
        answers.put_nowait(None)

    def _start(self) -> None:
        spawn = multiprocessing.get_context("spawn")
        self._connection, theirs = spawn.Pipe()
        arguments = (theirs, scripts_of(self._place), list(sys.path))
        self._process = spawn.Process(target=work, args=arguments, daemon=True)
        self._process.start()
        theirs.close()
        self._outbox.clear()
        self._talks = [
            asyncio.create_task(one(self._connection)) for one in (self._listen, self._post)
        ]

    def _end(self) -> None:
        for talk in self._talks:
            talk.cancel()
        assert self._process is not None and self._connection is not None
        self._process.kill()
        self._process.join()
        self._connection.close()

    def _again(self, message: str = "") -> None:
        """Start a new process, and tell the reader whom the old one worked for why it ended.

        The new one says the gallery, at which all pages ask again.
        """
        self._end()
        if message and self._busy is not None:
            self._answer(self._busy[0], written(Failure(0, message)))
        self._busy = None
        self._start()

    async def _listen(self, connection: Connection) -> None:
        """Pass on what the process says."""
        with suppress(EOFError, OSError):
            while True:
                number, message = await asyncio.to_thread(connection.recv)
                if isinstance(message, bool):
                    self._busy = (number, time.monotonic()) if message else None
                elif number == ALL:
                    self._gallery = message
                    for reader in list(self._readers):
                        self._answer(reader, message)
                else:
                    self._answer(number, message)

    async def _post(self, connection: Connection) -> None:
        """Pass on the questions; the pipe may be full for as long as the process is busy."""
        with suppress(OSError, ValueError):
            while True:
                await self._posted.wait()
                self._posted.clear()
                while self._outbox:
                    reader = next(iter(self._outbox))
                    letter = reader, self._outbox.pop(reader)
                    await asyncio.to_thread(connection.send, letter)

    async def _limit(self) -> None:
        """End a process that takes too long for a request, and replace one that has died."""
        while True:
            await asyncio.sleep(LOOK)
            assert self._process is not None
            if not self._process.is_alive():
                self._again("the process that draws has ended (out of memory?); try again")
            elif self._busy is not None and time.monotonic() - self._busy[1] > self._longest:
                self._again(f"this took longer than {self._longest:g} seconds and was stopped")

    async def _watch(self) -> None:
        """Start again when a script is saved."""
        folders = {path.parent for path in scripts_of(self._place)}
        known = await asyncio.to_thread(state_of, folders)
        while True:
            await asyncio.sleep(LOOK)
            now = await asyncio.to_thread(state_of, folders)
            if now != known:
                known = now
                self._again()


def application(place: Path | None, hosts: set[str], token: str, **limits: float) -> Starlette:
    """Return the application: the page at `/`, its files, and the WebSocket at `/ws`.

    `hosts` are the names with ports that a request may give as its host.
    """
    studio = Studio(place, **limits)
    stage = {
        one.name: one.read_bytes() for one in files("gdanim.playground").joinpath("stage").iterdir()
    }

    async def page(request: Request) -> Response:
        name = request.path_params.get("name", "index.html")
        if request.headers.get("host") not in hosts:
            return PlainTextResponse("This host is not served.", 421, HEADERS)
        if name not in stage:
            return PlainTextResponse("There is no such page.", 404, HEADERS)
        kind = TYPES[Path(name).suffix]
        return Response(stage[name], 200, HEADERS, f"{kind}; charset=utf-8")

    async def socket(websocket: WebSocket) -> None:
        headers = websocket.headers
        origins = {f"http://{host}" for host in hosts}
        given = websocket.query_params.get("token", "")
        if headers.get("host") not in hosts or headers.get("origin") not in origins:
            await websocket.close(1008)
            return
        # A page is told why it is turned away only if the connection is there.
        await websocket.accept()
        if not secrets.compare_digest(given.encode(), token.encode()):
            await websocket.close(1008, "the token is wrong: open the address that gdanim printed")
        elif studio.is_full:
            await websocket.close(1013, "too many readers")
        else:
            await _serve(websocket, studio)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with studio.running():
            yield

    routes = [Route("/", page), Route("/{name}", page), WebSocketRoute("/ws", socket)]
    return Starlette(routes=routes, lifespan=lifespan)


async def _serve(websocket: WebSocket, studio: Studio) -> None:
    async with studio.reader() as (ask, answers):
        sender = asyncio.create_task(_send(websocket, answers))
        try:
            while True:
                text = await websocket.receive_text()
                if len(text) > LONGEST_REQUEST:
                    break
                ask(text)
        except (WebSocketDisconnect, RuntimeError, KeyError):
            pass
        finally:
            sender.cancel()


async def _send(websocket: WebSocket, answers: Answers) -> None:
    with suppress(WebSocketDisconnect, RuntimeError, TimeoutError):
        while True:
            if (message := await answers.get()) is None:
                break
            async with asyncio.timeout(SLOWEST):
                if isinstance(message, bytes):
                    await websocket.send_bytes(message)
                else:
                    await websocket.send_text(message)
    with suppress(RuntimeError):
        await websocket.close(1008, "too slow")
