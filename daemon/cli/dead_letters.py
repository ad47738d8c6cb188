"""`lookout dead-letters`: what sinks refused for good, and why."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from daemon.cli import setting
from daemon.clock import text
from sinks.journal import DeadLetter


def dead_letters(
    config: Annotated[
        Path | None, typer.Option("--config", "-c", help="Read the journal of this configuration.")
    ] = None,
    state_dir: Annotated[
        Path | None, typer.Option(help="Read the journal in this folder instead.")
    ] = None,
    sink: Annotated[str | None, typer.Option(help="Refused by this sink.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object per line, with the whole event.")
    ] = False,
) -> None:
    """Show revisions that a sink refused three times and that were put aside; only reads.

    The newest 1,000 of each sink are kept, as long as events are. Example: `lookout dead-letters
    --sink kafka --json`
    """
    with setting.journal(setting.state(config, state_dir)) as reader:
        found = [one for one in reader.dead_letters() if sink in {None, one.sink}]
    if as_json:
        for one in found:
            line = {"sink": one.sink, "position": one.position, "reason": one.reason}
            told = {**line, "event": json.loads(one.event.wire())}
            typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        _table(found)


def _table(found: Sequence[DeadLetter]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("updated at", "sink", "camera", "event", "revision", "why"):
        table.add_column(heading, justify="right" if heading == "revision" else "left")
    for one in found:
        event = one.event
        row = (text(event.updated_at), one.sink, event.camera, event.id, str(event.revision))
        table.add_row(*map(Text, (*row, one.reason)))
    console = Console(highlight=False, soft_wrap=True)
    if found:
        console.print(table)
    console.print(Text(f"{len(found)} dead letters"))
