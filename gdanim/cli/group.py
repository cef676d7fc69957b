"""What all commands share: errors and signals end them with a message and an exit code."""

from __future__ import annotations

import errno
import logging
import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, TextIO, TypeVar

import click

from gdanim.errors import GdanimError, Notice, RequestError, printable_lines

DEBUG = "gdanim.debug"
# Signals that ask the program to end, and the message for each. The exit code is 128 + signal.
WORDS: dict[int, str] = {signal.SIGINT: "interrupted", signal.SIGTERM: "terminated"}
if sys.platform != "win32":
    # The terminal has been closed.
    WORDS[signal.SIGHUP] = "terminated"

F = TypeVar("F", bound=Callable[..., Any])


class Command(click.Command):
    """A command whose errors are messages, with exit code 2 for wrong usage and 1 for others."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            with _interruptible(), _quiet(), _notices(), _system_errors():
                return super().invoke(ctx)
        except GdanimError as error:
            if ctx.meta.get(DEBUG):
                raise
            if isinstance(error, RequestError):
                raise click.UsageError(printable_lines(error), ctx) from error
            raise click.ClickException(printable_lines(error)) from error
        except KeyboardInterrupt as error:
            number = error.number if isinstance(error, _Interrupted) else signal.SIGINT
            click.echo(WORDS[number], err=True)
            ctx.exit(128 + number)


class _Interrupted(KeyboardInterrupt):
    """A signal that asks the program to end."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


@contextmanager
def _interruptible() -> Iterator[None]:
    """Raise Interrupted in the block for signals that ask for an end, so that it can clean up."""
    if threading.current_thread() is not threading.main_thread():
        # Only the main thread may handle signals.
        yield
        return
    received: list[int] = []

    def interrupt(number: int, frame: FrameType | None) -> None:
        # A second signal must not disturb the cleanup after the first.
        for each in before:
            signal.signal(each, signal.SIG_IGN)
        received.append(number)
        raise _Interrupted(number)

    # Ignored signals stay ignored, as nohup expects.
    before = {n: signal.getsignal(n) for n in WORDS if signal.getsignal(n) != signal.SIG_IGN}
    try:
        for number in before:
            signal.signal(number, interrupt)
        yield
    finally:
        if received:
            # A library may have swallowed the exception, or replaced it by one of its own.
            raise _Interrupted(received[0])
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _system_errors() -> Iterator[None]:
    """Say what to do if the system refuses something that every command needs."""
    try:
        os.getcwd()
    except FileNotFoundError:
        raise GdanimError(
            "the working folder has been removed; go to another one (cd) and try again"
        ) from None
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.EMFILE, errno.ENFILE):
            raise
        raise GdanimError(
            "too many files are open; raise the limit (`ulimit -n 1024`) and try again"
        ) from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence matplotlib's messages about its cache and matplotlibrc, which affect no frame."""
    logger = logging.getLogger("matplotlib")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)


@contextmanager
def _notices() -> Iterator[None]:
    """Show each notice about the user's data once, on one line, with the line of the script."""
    shown: set[str] = set()
    with warnings.catch_warnings():
        usual = warnings.showwarning

        def show(
            message: Warning | str,
            category: type[Warning],
            filename: str,
            lineno: int,
            file: TextIO | None = None,
            line: str | None = None,
        ) -> None:
            text = f"{filename}, line {lineno}: {message}"
            if not issubclass(category, Notice):
                usual(message, category, filename, lineno, file, line)
            elif text not in shown:
                shown.add(text)
                click.echo(printable_lines(text), err=True)

        warnings.showwarning = show
        yield


def debug_option(function: F) -> F:
    """Add `--debug`, which works before and after a command's name."""

    def remember(ctx: click.Context, param: click.Parameter, value: bool) -> None:
        if value:
            ctx.meta[DEBUG] = True

    return click.option(
        "--debug",
        is_flag=True,
        expose_value=False,
        callback=remember,
        help="Show the full traceback of an error.",
    )(function)
