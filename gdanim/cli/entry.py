"""The program `gdanim`: runs the command line, and ends."""

from __future__ import annotations

import os
import sys
import threading
import time
from typing import NoReturn

import click

from gdanim.cli import main

# How many seconds a script's threads have to end after the command.
PATIENCE = 2.0


def run(name: str = "gdanim") -> NoReturn:
    """Run the command line, and end with its exit code, even if a script's threads never end."""
    try:
        main(prog_name=name)
        code = 0
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else int(error.code is not None)
    if _threads_end():
        sys.exit(code)
    click.echo("a thread that the script started is still running, and was stopped", err=True)
    sys.stdout.flush()
    sys.stderr.flush()
    # Python itself would wait for the thread.
    os._exit(code)


def _threads_end() -> bool:
    """Wait for the threads that would keep the program from ending; tell whether all end."""
    deadline = time.monotonic() + PATIENCE
    others = [
        thread
        for thread in threading.enumerate()
        if thread is not threading.main_thread() and not thread.daemon
    ]
    for thread in others:
        thread.join(max(0.0, deadline - time.monotonic()))
    return not any(thread.is_alive() for thread in others)
