"""Workers of a Dask cluster, which need not see any of our files."""

from __future__ import annotations

import hashlib
import importlib
import importlib.metadata
import logging
import platform
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gdanim.batch.sites import Elsewhere
from gdanim.core.digest import LIBRARIES, versions
from gdanim.encoding import ffmpeg
from gdanim.errors import GdanimError
from gdanim.film.style import FONT

# A task whose worker died is given to another so many times.
RETRIES = 3
PATIENCE = 10


@dataclass(frozen=True)
class Cluster(Elsewhere):
    """The workers of the scheduler at `address`; `workers` of them when it was joined.

    Scripts run in a process that must do nothing else meanwhile, so every worker has one thread.
    """

    address: str
    workers: int

    @contextmanager
    def open(self) -> Iterator[Executor]:
        """A client's executor; what is running is cancelled when the block is left."""
        with _client(self.address) as client:
            yield client.get_executor(pure=False, retries=RETRIES)


def join(address: str) -> Cluster:
    """The cluster, when all its workers would draw the same frames as this machine.

    Raises GdanimError when there is no scheduler, no worker, a worker of several threads, or one
    with other versions or fonts, all of which are listed.
    """
    with _client(address) as client:
        threads = {name: info["nthreads"] for name, info in _workers(client).items()}
        if not threads:
            raise GdanimError(f"{address}: has no workers; start some with `dask worker {address}`")
        if busy := [name for name, number in threads.items() if number > 1]:
            raise GdanimError(
                f"{address}: workers must have one thread each, {busy[0]} has {threads[busy[0]]}; "
                f"start them with `dask worker {address} --nworkers auto --nthreads 1`"
            )
        theirs = _ask(client, traits)
    _check(address, traits(), theirs)
    return Cluster(address, len(threads))


def traits() -> dict[str, str]:
    """What frames depend on besides the scene: versions, and the font's digest."""
    return {
        "python": platform.python_version(),
        "gdanim": f"{importlib.metadata.version('gdanim')} {versions()[:8]}",
        **{name: importlib.metadata.version(name) for name in LIBRARIES},
        "ffmpeg": Path(ffmpeg.executable()).name,
        FONT: _font(),
    }


def _font() -> str:
    from matplotlib import font_manager

    font = Path(font_manager.findfont(FONT))
    return hashlib.sha256(font.read_bytes()).hexdigest()[:8]


def _check(address: str, ours: Mapping[str, str], theirs: Mapping[str, Any]) -> None:
    faults = [
        f"  {worker}: {name} is {traits.get(name, 'missing')}, here it is {value}"
        for worker, traits in sorted(theirs.items())
        for name, value in ours.items()
        if traits.get(name) != value
    ]
    if faults:
        listing = "\n".join(faults)
        raise GdanimError(
            f"{address}: workers would not draw the same frames as this machine; "
            f"install the same versions there:\n{listing}"
        )


@contextmanager
def _client(address: str) -> Iterator[Any]:
    try:
        distributed: Any = importlib.import_module("distributed")
        dask: Any = importlib.import_module("dask")
    except ImportError:
        raise GdanimError(
            "--dask needs the package distributed: run `pip install 'gdanim[cluster]'`"
        ) from None
    try:
        # A client that was given no address at all leaves a traceback behind.
        distributed.comm.get_address_host_port(address)
        client = distributed.Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise GdanimError(
            f"{address}: no Dask scheduler answers ({error}); start one with "
            "`dask scheduler` and name it as it does, such as tcp://scheduler:8786"
        ) from None
    # A long run is sent as it is, and nobody can do anything about that.
    with dask.config.set({"distributed.admin.large-graph-warning-threshold": 2**62}):
        with _quiet(), client:
            yield client


@contextmanager
def _quiet() -> Iterator[None]:
    """No traceback in the log for each connection that is lost: our own errors say what is lost."""
    handlers = logging.getLogger("distributed").handlers
    levels = [handler.level for handler in handlers]
    for handler in handlers:
        handler.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for handler, level in zip(handlers, levels, strict=True):
            handler.setLevel(level)


def _workers(client: Any) -> Mapping[str, Any]:
    workers: Mapping[str, Any] = client.scheduler_info(n_workers=-1)["workers"]
    return workers


def _ask(client: Any, question: Callable[[], dict[str, str]]) -> Mapping[str, Any]:
    answers: Mapping[str, Any] = client.run(question)
    return answers
