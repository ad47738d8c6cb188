"""The command line: one file per command."""

from daemon.cli.entry import main

__all__ = ["main"]
