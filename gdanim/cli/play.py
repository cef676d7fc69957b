"""`gdanim play`."""

from __future__ import annotations

import secrets
import socket
from pathlib import Path

import click

from gdanim.cli.group import Command, debug_option
from gdanim.errors import GdanimError, RequestError

HERE = "127.0.0.1"


@click.command(cls=Command)
@click.argument("place", metavar="[SCRIPT|DIR]", type=click.Path(path_type=Path), required=False)
@click.option(
    "--port",
    metavar="N",
    type=click.IntRange(0, 65535),
    default=8117,
    show_default=True,
    help="Port of the page; 0 for any that is free.",
)
@click.option(
    "--host",
    metavar="ADDRESS",
    default=HERE,
    show_default=True,
    help="Address of this machine to listen on. By default, no other machine reaches the page.",
)
@click.option("--open/--no-open", "opens", default=True, help="Open the page in a browser.")
@debug_option
def play(place: Path | None, port: int, host: str, opens: bool) -> None:
    """Play with scenes in the browser: turn their knobs, and see what changes.

    The argument is a script or a folder of scripts; by default the scenes that ship with gdanim. A
    script that you save is loaded again. Needs an extra: pip install 'gdanim[web]'.
    """
    try:
        import uvicorn

        from gdanim.playground.serve import application
    except ImportError as error:
        raise GdanimError(f"the page needs {error.name}: pip install 'gdanim[web]'") from None
    from gdanim.playground.worker import scripts_of
    from gdanim.scripting.load import check_script

    for script in scripts_of(place):
        check_script(script)
    with _listening(host, port) as listener:
        address, token = f"{host}:{listener.getsockname()[1]}", secrets.token_urlsafe(16)
        hosts = {address, *([f"localhost:{listener.getsockname()[1]}"] if host == HERE else [])}
        page = f"http://{address}/?token={token}"
        click.echo(f"{page}\nPress Ctrl-C to stop.")
        if host != HERE:
            click.echo("Everyone who reaches this address and has the link can set knobs.")
        if opens:
            click.launch(page)
        config = uvicorn.Config(
            application(place, hosts, token),
            log_level="warning",
            ws="websockets-sansio",
            ws_max_size=LONGEST_MESSAGE,
            ws_per_message_deflate=False,
        )
        uvicorn.Server(config).run([listener])


# Bytes; a longer message ends the connection.
LONGEST_MESSAGE = 65_536


def _listening(host: str, port: int) -> socket.socket:
    """Listen; RequestError if the address is not ours or taken."""
    if host in ("0.0.0.0", "::"):
        raise RequestError(
            f"--host {host}: name the one address that the readers use, such as 192.168.1.5"
        )
    try:
        return socket.create_server((host, port))
    except OSError as error:
        why = error.strerror or error
        raise RequestError(f"{host}:{port}: cannot listen there: {why}; try --port 0") from None
