"""`python -m gdanim`."""

from gdanim.cli.entry import run

run("python -m gdanim")
