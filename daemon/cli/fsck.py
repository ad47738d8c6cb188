"""`lookout fsck`: is everything that was kept whole?"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from daemon.cli import setting
from daemon.exits import Exit
from sinks.soundness import Findings, look_over

SHOWN = 50
"""Lines of one kind; the rest is counted."""


def fsck(
    config: Annotated[
        Path | None, typer.Option("--config", "-c", help="Look at the state of this configuration.")
    ] = None,
    state_dir: Annotated[
        Path | None, typer.Option(help="Look at the state in this folder instead.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Check journal, accounts, numbering, pictures and clips; only reads, also beside a daemon.

    Ends with 65 where something is damaged. Example: `lookout fsck --state-dir /var/lib/lookout`
    """
    state = setting.state(config, state_dir)
    with setting.journal(state) as reader:
        found = look_over(reader, state / "media")
    if as_json:
        typer.echo(json.dumps(asdict(found), ensure_ascii=False))
    else:
        _print(found)
    if found.damage:
        raise typer.Exit(Exit.DAMAGED)


def _print(found: Findings) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for kind, lines, style in (
        ("damaged", found.damage, "red"),
        ("named by no event", found.orphans, "yellow"),
    ):
        for line in lines[:SHOWN]:
            console.print(Text(f"{kind}: {line}", style=style))
        if len(lines) > SHOWN:
            console.print(Text(f"{kind}: {len(lines) - SHOWN} more", style=style))
    gone = f", {found.expired} of them gone with the quota" if found.expired else ""
    console.print(
        Text(
            f"{found.revisions} revisions, {found.pictures} pictures and clips{gone}: "
            + (f"{len(found.damage)} damaged" if found.damage else "all whole"),
            style="red" if found.damage else "green",
        )
    )
