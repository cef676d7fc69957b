"""How all commands end: errors and signals as messages, with the right exit code."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, TypeVar

import click

from gdanim.errors import GdanimError, RequestError

DEBUG = "gdanim.debug"
# The signals that ask for an end, and what is said then; the exit code is 128 and the signal.
WORDS: dict[int, str] = {signal.SIGINT: "interrupted", signal.SIGTERM: "terminated"}
if sys.platform != "win32":
    # The terminal has been closed.
    WORDS[signal.SIGHUP] = "terminated"

F = TypeVar("F", bound=Callable[..., Any])


class Command(click.Command):
    """A command that shows errors as messages: exit code 2 for wrong requests, 1 for others."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            with _interruptible(), _quiet():
                return super().invoke(ctx)
        except GdanimError as error:
            if ctx.meta.get(DEBUG):
                raise
            if isinstance(error, RequestError):
                raise click.UsageError(str(error), ctx) from error
            raise click.ClickException(str(error)) from error
        except KeyboardInterrupt as error:
            number = error.number if isinstance(error, Interrupted) else signal.SIGINT
            click.echo(WORDS[number], err=True)
            ctx.exit(128 + number)


class Interrupted(KeyboardInterrupt):  # noqa: N818
    """A signal that asks the program to end."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


@contextmanager
def _interruptible() -> Iterator[None]:
    """In the block the signals that ask for an end raise Interrupted: nothing half done is left."""
    if threading.current_thread() is not threading.main_thread():
        # Only the main thread may choose what signals do.
        yield
        return
    # One that is ignored stays so: nohup wants it.
    before = {n: signal.getsignal(n) for n in WORDS if signal.getsignal(n) != signal.SIG_IGN}

    received: list[int] = []

    def interrupt(number: int, frame: FrameType | None) -> None:
        # Once: another signal must not disturb the cleaning up after the first.
        for each in before:
            signal.signal(each, signal.SIG_IGN)
        received.append(number)
        raise Interrupted(number)

    try:
        for number in before:
            signal.signal(number, interrupt)
        try:
            yield
        except Exception:
            if not received:
                raise
        # Libraries in C may turn what is raised in the middle of them into an error of theirs, or
        # drop it.
        if received:
            raise Interrupted(received[0])
    finally:
        # After an interrupt they stay ignored, as the program is about to end.
        for number, handler in before.items():
            if signal.getsignal(number) == interrupt:
                signal.signal(number, handler)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without what matplotlib says of its cache and the matplotlibrc: no frame depends on these."""
    logger = logging.getLogger("matplotlib")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)


def debug_option(function: F) -> F:
    """`--debug`, on the group and on each of its commands."""

    def remember(ctx: click.Context, param: click.Parameter, value: bool) -> None:
        if value:
            ctx.meta[DEBUG] = True

    return click.option(
        "--debug",
        is_flag=True,
        expose_value=False,
        callback=remember,
        help="Show the whole traceback of an error.",
    )(function)
