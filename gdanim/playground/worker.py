"""The process that runs the scripts and draws: all sessions of a server, one request at a time.

What it is told and what it says goes through a pipe, in pairs: the number of the reader, and a
message as `messages` has it. matplotlib is safe in one thread only, and a training or script that
does not end can be ended with its process.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

from gdanim.errors import GdanimError
from gdanim.playground.messages import Failure, Gallery, Request, read_request, written
from gdanim.playground.session import Session, entry_of
from gdanim.scripting import examples
from gdanim.scripting.load import SceneFunction, load, scripts_in

# So many readers have their film ready; each takes some 20 MB. The others' are made again.
MOST_FILMS = 8
# What the reader's number is for the gallery, which is everyone's.
ALL = 0


def work(connection: Connection, scripts: list[Path], paths: list[str]) -> None:
    """Say the gallery, then answer the requests until the server closes the connection."""
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    sys.path[:] = paths
    scenes, gallery = _collected(scripts)
    connection.send((ALL, written(gallery)))
    _Desk(connection, scenes).work()


def _collected(scripts: list[Path]) -> tuple[dict[str, SceneFunction], Gallery]:
    """Load the scripts; return their scenes by key, and the gallery."""
    scenes, errors = dict[str, SceneFunction](), list[str]()
    for path in scripts:
        try:
            for scene in load(path).scenes:
                key = scene.file_name
                scenes[key if key not in scenes else f"{key}-{len(scenes)}"] = scene
        except GdanimError as error:
            errors.append(f"{error}")
    return scenes, Gallery([entry_of(key, scene) for key, scene in scenes.items()], errors)


def scripts_of(place: Path | None) -> list[Path]:
    """Return the scripts of a folder or a single one; by default those that ship with gdanim."""
    if place is None:
        place = examples.folder()
    if place.is_dir():
        return scripts_in(place)
    return [examples.find_script(f"{place}")]


class _Desk:
    """Takes the requests as they come in, and answers the newest of each reader in turn.

    Says True when it begins to work for a reader, and False when it is done.
    """

    def __init__(self, connection: Connection, scenes: Mapping[str, SceneFunction]) -> None:
        self._connection = connection
        self._scenes = scenes
        self._waiting = OrderedDict[int, Request]()
        self._sessions = OrderedDict[int, Session]()

    def work(self) -> None:
        """Answer until the other end of the pipe is closed."""
        with suppress(EOFError, OSError):
            while True:
                self._take(block=not self._waiting)
                if self._waiting:
                    reader, request = self._waiting.popitem(last=False)
                    self._connection.send((reader, True))
                    self._answer(reader, request)
                    self._connection.send((reader, False))

    def _take(self, block: bool) -> None:
        """Take in all messages that are there; a newer request replaces one that waits."""
        while block or self._connection.poll():
            block = False
            reader, text = self._connection.recv()
            if text is None:
                self._waiting.pop(reader, None)
                self._sessions.pop(reader, None)
                continue
            try:
                self._waiting[reader] = read_request(text)
            except GdanimError as error:
                self._connection.send((reader, written(Failure(0, f"{error}"))))

    def _answer(self, reader: int, request: Request) -> None:
        session = self._sessions.setdefault(reader, Session(self._scenes))
        self._sessions.move_to_end(reader)
        for other in list(self._sessions.values())[:-MOST_FILMS]:
            other.forget()
        try:
            session.answer(
                request,
                lambda answer: self._connection.send((reader, written(answer))),
                partial(self._is_wanted, reader),
            )
        except (EOFError, OSError):
            raise
        except Exception as error:
            # A defect of gdanim or of a script's class: the other readers go on.
            traceback.print_exc()
            session.forget()
            failed = Failure(request.number, f"{type(error).__name__}: {error}")
            self._connection.send((reader, written(failed)))

    def _is_wanted(self, reader: int) -> bool:
        """Whether no newer request has come, and the reader is still there."""
        self._take(block=False)
        return reader in self._sessions and reader not in self._waiting
