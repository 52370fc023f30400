"""``python -m factgeo``."""

from factgeo.cli import main

main()
