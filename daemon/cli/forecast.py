"""`lookout forecast`: the picture of what was expected of an event, and how that turned out."""

import json
import shutil
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from daemon.cli import setting
from daemon.exits import Exit
from reasoners import Event
from reasoners.event import EventPrediction


def forecast(
    event: Annotated[str, typer.Argument(help="Id of an event; `lookout events` lists them.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write the picture here; default EVENT.jpg.")
    ] = None,
    config: Annotated[
        Path | None, typer.Option("--config", "-c", help="Read the journal of this configuration.")
    ] = None,
    state_dir: Annotated[
        Path | None, typer.Option(help="Read the journal in this folder instead.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Write the latest forecast picture of an event, and tell what was foreseen of its objects.

    Ends with 4 where the event has none. Example: `lookout forecast 01KA2B3C -o expected.jpg`
    """
    folder = setting.state(config, state_dir)
    with setting.journal(folder) as reader:
        revisions = reader.revisions(event)
    if not revisions:
        _nothing(f"no event {event!r} is kept; `lookout events` lists those that are")
    media = revisions[-1].media
    if media.forecast is None:
        _nothing(
            f"event {event} has no forecast picture: nothing was foreseen of it, or none is "
            "wanted; see `forecast` of a camera or rule"
        )
    source = folder / "media" / media.forecast.lstrip("/")
    target = out or Path(f"{event}.jpg")
    try:
        shutil.copyfile(source, target)
    except OSError as exc:
        _nothing(_failure(exc, source, target))
    told = _told(revisions)
    if as_json:
        _json(event, target, revisions[-1], told)
        return
    console = Console(highlight=False, soft_wrap=True)
    seconds = f"{media.forecast_s:g} s after frame {media.forecast_frame}"
    console.print(setting.printable(f"{target}: what was expected {seconds}"))
    if told:
        console.print(_table(told))


def _failure(exc: OSError, source: Path, target: Path) -> str:
    if not source.exists():
        return f"{source}: gone with the quota or its time; raise `media` to keep pictures longer"
    return f"{target}: {exc.strerror}; name another file with --out"


def _told(revisions: list[Event]) -> list[EventPrediction]:
    """Return what was foreseen in any revision, as it stood last, in the order it was stated."""
    last: dict[tuple[object, ...], EventPrediction] = {}
    for revision in revisions:
        for one in revision.predictions:
            last[one.what, one.subject, one.object, one.count, one.stated_at] = one
    return sorted(last.values(), key=lambda one: one.stated_at or 0.0)


def _table(told: list[EventPrediction]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("foreseen", "of", "where", "within", "probability", "outcome"):
        table.add_column(heading, overflow="fold")
    for one in told:
        row = (
            one.what if one.count is None else f"{one.what} {one.count}",
            one.subject or "",
            one.object or "",
            f"{one.horizon_s:g} s",
            f"{one.probability:.0%}",
            one.outcome or "open",
        )
        table.add_row(*(setting.printable(cell) for cell in row))
    return table


def _json(event: str, target: Path, last: Event, told: list[EventPrediction]) -> None:
    found = {
        "event": event,
        "file": str(target),
        "frame": last.media.forecast_frame,
        "seconds": last.media.forecast_s,
        "predictions": [one.model_dump(mode="json") for one in told],
    }
    typer.echo(json.dumps(found, ensure_ascii=False))


def _nothing(reason: str) -> NoReturn:
    typer.echo(f"lookout: {reason}", err=True)
    raise typer.Exit(Exit.NOTHING)
