"""`lookout events`: what the journal holds, for people and for programs."""

import csv
import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, get_args

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from daemon.cli import setting
from daemon.cli.moment import moment
from daemon.clock import Clock, text
from reasoners import Event, ReasoningState
from sinks.journal import Entry, JournalReader

POLL = 0.5
"""Seconds between two looks for new revisions with --follow."""

COLUMNS = (
    *("id", "revision", "type", "camera", "rule", "seq", "severity", "started_at", "updated_at"),
    *("ended_at", "end_reason", "clock", "objects", "zones", "reasoning", "description"),
    "explanation",
)

_COLOURS = {"new": "green", "update": "cyan", "end": "dim"}
_STATES = ("open", "ended", *get_args(ReasoningState))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events are asked for."""

    since: float | None
    until: float | None
    camera: str | None
    rule: str | None
    label: str | None
    state: str | None
    words: str | None

    def revisions(self, reader: JournalReader, after: int = 0) -> Iterator[Entry]:
        """Yield what may match, in the order of commit; `label` and `state` are still open."""
        return reader.events(
            since=self.since,
            until=self.until,
            camera=self.camera,
            rule=self.rule,
            words=self.words,
            after=after,
        )

    def fits(self, event: Event) -> bool:
        """Tell whether this revision has the label and the state asked for."""
        if self.label is not None and all(thing.label != self.label for thing in event.objects):
            return False
        if self.state in {"open", "ended"}:
            return (event.type == "end") == (self.state == "ended")
        return self.state is None or event.reasoning.state == self.state


def events(
    config: Annotated[
        Path | None, typer.Option("--config", "-c", help="Read the journal of this configuration.")
    ] = None,
    state_dir: Annotated[
        Path | None, typer.Option(help="Read the journal in this folder instead.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(help="Updated since: 30m, 2h, 7d ago, or 2026-01-31T12:00.")
    ] = None,
    until: Annotated[str | None, typer.Option(help="Updated before; as --since.")] = None,
    camera: Annotated[str | None, typer.Option(help="Of this camera.")] = None,
    rule: Annotated[str | None, typer.Option(help="Of this rule.")] = None,
    label: Annotated[str | None, typer.Option(help="With an object of this label.")] = None,
    state: Annotated[
        str | None, typer.Option(help="open, ended, or a state of reasoning such as verified.")
    ] = None,
    search: Annotated[
        str | None, typer.Option(help="With all of these words, or beginnings, in what is told.")
    ] = None,
    limit: Annotated[int, typer.Option(min=0, help="The newest so many; 0: all.")] = 100,
    revisions: Annotated[
        bool, typer.Option("--revisions", help="Every revision, not just the newest of each event.")
    ] = False,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Go on with every revision as it comes.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per line.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Comma-separated, with a heading.")] = False,
) -> None:
    """Show events from the journal, oldest first; works while the daemon runs, and only reads.

    Examples: `lookout events --since 2h --label person` · `lookout events --follow --json`
    · `lookout events --search "parcel porch"`
    """
    if as_json and as_csv:
        raise typer.BadParameter("--json and --csv exclude each other")
    if state is not None and state not in _STATES:
        raise typer.BadParameter(f"--state: {state!r} is not one of {', '.join(_STATES)}")
    if search is not None and not search.strip():
        raise typer.BadParameter("--search: give at least one word")
    now = Clock().now()
    wanted = Wanted(
        moment("--since", since, now),
        moment("--until", until, now),
        camera,
        rule,
        label,
        state,
        search,
    )
    show = _json if as_json else _csv() if as_csv else _table
    with setting.journal(setting.state(config, state_dir)) as reader:
        # Read before what is shown, so that nothing falls between.
        last = _show(reader, wanted, show, limit or sys.maxsize, every=revisions)
        while follow:
            time.sleep(POLL)
            last = _news(reader, wanted, _lines if show is _table else show, last)


Show = Callable[[list[Event]], None]


def _show(reader: JournalReader, wanted: Wanted, show: Show, limit: int, *, every: bool) -> int:
    """Show what is there; return the position up to which was read."""
    last = 0
    # In the order of the newest revision; what falls out at the front cannot come back unseen.
    found: dict[Any, Event] = {}
    for entry in wanted.revisions(reader):
        last = entry.position
        key = entry.position if every else entry.event.id
        found.pop(key, None)
        if wanted.fits(entry.event):
            found[key] = entry.event
            if len(found) > limit:
                del found[next(iter(found))]
    show(list(found.values()))
    return last


def _news(reader: JournalReader, wanted: Wanted, show: Show, last: int) -> int:
    fresh = list(wanted.revisions(reader, after=last))
    fitting = [entry.event for entry in fresh if wanted.fits(entry.event)]
    if fitting:
        show(fitting)
    return fresh[-1].position if fresh else last


def _json(found: list[Event]) -> None:
    for event in found:
        sys.stdout.write(event.wire() + "\n")
    sys.stdout.flush()


def _csv() -> Show:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(COLUMNS)

    def show(found: list[Event]) -> None:
        for event in found:
            writer.writerow(_row(event))
        sys.stdout.flush()

    return show


def _row(event: Event) -> list[object]:
    plain = json.loads(event.wire())
    plain["objects"] = _names(event)
    plain["zones"] = " ".join(sorted({zone for thing in event.objects for zone in thing.zones}))
    plain["reasoning"] = event.reasoning.state
    return ["" if plain[name] is None else plain[name] for name in COLUMNS]


def _names(event: Event) -> str:
    return " ".join(f"{thing.label}:{thing.track}" for thing in event.objects)


def _table(found: list[Event]) -> None:
    """Show a table on a terminal; a line per event in a file or pipe, where rows would be cut."""
    console = Console(highlight=False)
    if not found:
        Console(stderr=True).print("no events")
        return
    if not console.is_terminal:
        _lines(found)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("updated", "camera", "type", "what"):
        table.add_column(heading, overflow="fold", no_wrap=heading != "what")
    for event in found:
        what = setting.printable(_what(event))
        what.append(f"\n{event.id}", style="dim")
        kind = Text(event.type, style=_COLOURS[event.type])
        table.add_row(text(event.updated_at), event.camera, kind, what)
    console.print(table)


def _lines(found: list[Event]) -> None:
    console = Console(highlight=False)
    for event in found:
        line = Text(f"{text(event.updated_at)}  {event.camera}  {event.rule}  ")
        line.append(f"{event.type:<6}  ", style=_COLOURS[event.type])
        line.append_text(setting.printable(_what(event)))
        line.append(f"  {event.id}", style="dim")
        console.print(line, soft_wrap=True)


def _what(event: Event) -> str:
    """Say what it is about: whatever words there are, and how the reasoning stands."""
    words = event.explanation or event.description or _names(event)
    return words if event.reasoning.state == "none" else f"{words} [{event.reasoning.state}]"
