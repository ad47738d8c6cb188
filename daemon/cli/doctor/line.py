"""What was found: one line for each thing that was looked at."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from rich.console import Console
from rich.table import Table
from rich.text import Text

Health = Literal["ok", "warn", "bad"]


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at."""

    what: str
    health: Health
    found: str
    remedy: str = ""


def gigabytes(count: int) -> str:
    """Say how much that is."""
    return f"{count / 1e9:.1f} GB"


def show(lines: Iterable[Line]) -> None:
    """Print a table for people."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(overflow="fold")
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_column(overflow="fold", style="dim")
    styles = {"ok": "green", "warn": "yellow", "bad": "bold red"}
    for line in lines:
        health = Text(line.health, style=styles[line.health])
        table.add_row(Text(line.what), health, Text(line.found), Text(line.remedy))
    Console(highlight=False).print(table)
