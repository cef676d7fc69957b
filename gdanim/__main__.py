"""`python -m gdanim`."""

from gdanim.cli import main

main(prog_name="python -m gdanim")
