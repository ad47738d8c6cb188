"""`lookout ledger`: what left the box, when, to whom, how much."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from daemon.cli import setting
from daemon.cli.moment import moment
from daemon.clock import Clock, text
from sinks import Departure


def ledger(
    config: Annotated[
        Path | None, typer.Option("--config", "-c", help="Read the journal of this configuration.")
    ] = None,
    state_dir: Annotated[
        Path | None, typer.Option(help="Read the journal in this folder instead.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(help="Left since: 30m, 2h, 7d ago, or 2026-01-31T12:00.")
    ] = None,
    until: Annotated[str | None, typer.Option(help="Left before; as --since.")] = None,
    camera: Annotated[str | None, typer.Option(help="Of this camera.")] = None,
    to: Annotated[str | None, typer.Option(help="To this host, with or without port.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per line.")] = False,
) -> None:
    """Show which pictures, clips, questions and events were sent out, oldest first; only reads.

    Events have a line for each minute and receiver; their hash is that of a chain.

    Example: `lookout ledger --since 1d --to api.example.org`
    """
    now = Clock().now()
    begin, end = moment("--since", since, now), moment("--until", until, now)
    with setting.journal(setting.state(config, state_dir)) as reader:
        found = reader.departures(since=begin, until=end, camera=camera, host=to)
        if as_json:
            for departure in found:
                typer.echo(json.dumps(asdict(departure), ensure_ascii=False))
        else:
            _table(found)


def _table(found: Iterable[Departure]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("left at", "what", "bytes", "camera", "event", "by", "to", "sha256"):
        table.add_column(heading, justify="right" if heading == "bytes" else "left")
    count = size = 0
    for departure in found:
        count, size = count + 1, size + departure.size
        what = f"{departure.count} events" if departure.kind == "events" else departure.kind
        row = (text(departure.at), what, str(departure.size), departure.camera or "")
        who = (departure.event or "", departure.part, departure.host, departure.sha256[:12])
        table.add_row(*map(Text, row + who))
    console = Console(highlight=False, soft_wrap=True)
    if count:
        console.print(table)
    console.print(Text(f"{count} departures, {size} bytes"))
