"""The workers of a Dask cluster, which need none of this machine's files."""

from __future__ import annotations

import importlib
import logging
import platform
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor
from contextlib import contextmanager
from functools import partial
from typing import Any

from gdanim.core.digest import LIBRARIES, installed, versions
from gdanim.core.pool import Pool
from gdanim.encoding import ffmpeg
from gdanim.errors import GdanimError
from gdanim.version import __version__
from gdanim.views.font_names import FONT
from gdanim.views.fonts import BUILT_IN, families, family_key

# How many times a task is given to another worker when one has died.
RETRIES = 3
PATIENCE = 10


def join(address: str) -> Pool:
    """Join the cluster if all of its workers would draw the same frames as this machine.

    Scripts run in a process that must do nothing else meanwhile, so every worker has one thread.

    Raises GdanimError if there is no scheduler, no worker, a worker with several threads, or one
    with other versions or fonts, which are listed.
    """
    with _client(address) as client:
        workers = client.scheduler_info(n_workers=-1)["workers"]
        threads = {name: info["nthreads"] for name, info in workers.items()}
        if not threads:
            raise GdanimError(f"{address}: has no workers; start some with `dask worker {address}`")
        if busy := [name for name, number in threads.items() if number > 1]:
            raise GdanimError(
                f"{address}: workers must have one thread each, {busy[0]} has {threads[busy[0]]}; "
                f"start them with `dask worker {address} --nworkers auto --nthreads 1`"
            )
        theirs: Mapping[str, Any] = client.run(traits)
    ours = traits()
    faults = "\n".join(
        f"  {worker}: {name} is {their.get(name, 'missing')}, here it is {value}"
        for worker, their in sorted(theirs.items())
        for name, value in ours.items()
        if their.get(name) != value
    )
    if faults:
        raise GdanimError(
            f"{address}: workers would not draw the same frames as this machine; "
            f"install the same versions there:\n{faults}"
        )
    return Pool(len(threads), partial(_executor, address), is_remote=True)


@contextmanager
def _executor(address: str) -> Iterator[Executor]:
    """Open a client's executor; leaving the block cancels what is running."""
    with _client(address) as client:
        yield client.get_executor(pure=False, retries=RETRIES)


def traits() -> dict[str, str]:
    """Return what frames depend on besides the scene: versions, and the fonts' files."""
    return {
        "python": platform.python_version(),
        "gdanim": f"{__version__} {versions()[:8]}",
        **{name: installed(name) for name in LIBRARIES},
        "ffmpeg": ffmpeg.version(),
        FONT: family_key(families(FONT)[0])[:8],
        BUILT_IN: family_key(BUILT_IN)[:8],
    }


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
        # A client with an invalid address leaves a traceback behind.
        distributed.comm.get_address_host_port(address)
        client = distributed.Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise GdanimError(
            f"{address}: no Dask scheduler answers ({error}); start one with "
            "`dask scheduler` and name it as it does, such as tcp://scheduler:8786"
        ) from None
    # A long run is sent as it is; the user cannot help that.
    unlimited = {"distributed.admin.large-graph-warning-threshold": 2**62}
    # Our own errors report a lost connection, for which Dask would log tracebacks.
    quiet = distributed.utils.silence_logging_cmgr(logging.CRITICAL + 1)
    with dask.config.set(unlimited), quiet, client:
        yield client
