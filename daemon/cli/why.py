"""`lookout why`: why there was an event, or why there was none."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from daemon.cli import pictures, reasoned, setting
from daemon.cli.moment import moment
from daemon.cli.reasoned import Said
from daemon.clock import Clock, text
from daemon.exits import Exit
from reasoners import Evaluation, Event
from reasoners.rules.evaluation import Finding
from reasoners.words import duration
from sinks.journal import JournalReader
from sinks.journal.evaluated import Found

STANDINGS = {
    "holds": "its conditions held",
    "fails": "its conditions did not hold",
    "asleep": "it was asleep by its schedule",
    "cooling": "its conditions held, but it was cooling down after an event",
    "off": "it was off: by its switch, or as the active profile was none of its own",
}


def why(
    event: Annotated[str | None, typer.Argument(help="Id of an event.")] = None,
    rule: Annotated[str | None, typer.Option(help="Of this rule, instead of an event.")] = None,
    at: Annotated[
        str | None, typer.Option(help="Then: 30m, 2h ago, or 2026-01-31T12:00; default now.")
    ] = None,
    camera: Annotated[str | None, typer.Option(help="Of this camera; default all.")] = None,
    config: Annotated[
        Path | None, typer.Option("--config", "-c", help="Read the journal of this configuration.")
    ] = None,
    state_dir: Annotated[
        Path | None, typer.Option(help="Read the journal in this folder instead.")
    ] = None,
    shown: Annotated[
        Path | None,
        typer.Option("--pictures", help="Write what models were shown there, off the cassette."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Show which conditions made an event, or how those of a rule stood when there was none.

    Of an event that a model was asked about also keyframes, questions and answers, checks, budget.

    Ends with 4 where nothing is kept of it. Example: `lookout why --rule parcel_left --at 10m`
    """
    if (event is None) == (rule is None):
        raise typer.BadParameter("give either the id of an event, or --rule and --at")
    now = Clock().now()
    when = moment("--at", at, now)
    folder = setting.state(config, state_dir)
    with setting.journal(folder) as reader:
        if event is not None:
            said = reader.calls(event)
            files = pictures.write(said, setting.cassette(config, folder), shown) if shown else {}
            _of_event(reader, event, Said(said, folder, files), as_json=as_json)
        elif rule is not None:
            _of_rule(reader, rule, now if when is None else when, camera, as_json=as_json)


def _of_event(reader: JournalReader, event: str, said: Said, *, as_json: bool) -> None:
    revisions = reader.revisions(event)
    if not revisions:
        _nothing(f"no event {event!r} is kept; `lookout events` lists those that are")
    last = revisions[-1]
    if as_json:
        told = _event_json(revisions) | reasoned.plain(last, said)
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    console = Console(highlight=False, soft_wrap=True)
    span = f"{text(last.started_at)} to {'now' if last.ended_at is None else text(last.ended_at)}"
    console.print(Text(f"{last.camera}  rule {last.rule}  {last.severity}  {span}", style="bold"))
    console.print(setting.printable(last.explanation))
    if last.conditions:
        console.print(_conditions(last))
    else:
        console.print(
            "It has no conditions: the built-in rule tells of every object that is there."
        )
    console.print(_revisions(revisions))
    if said.calls or last.reasoning.state != "none":
        reasoned.show(console, last, said)


def _conditions(event: Event) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("since", "until", "condition", "of", "where", "measured", "frame"):
        table.add_column(heading, overflow="fold")
    for one in sorted(event.conditions, key=lambda one: one.since):
        unit = f" {one.unit}" if one.unit else ""
        measured = "" if one.value is None else f"{_number(one.value)}{unit}"
        if one.wanted is not None:
            measured += f" (asked: {_number(one.wanted)}{unit})"
        row = (
            text(one.since),
            "" if one.until is None else text(one.until),
            one.condition,
            ", ".join(one.subjects),
            one.place or "",
            measured,
            "" if one.frame is None else str(one.frame),
        )
        table.add_row(*(setting.printable(cell) for cell in row))
    return table


def _revisions(revisions: list[Event]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("revision", "at", "type", "frame", "reasoning"):
        table.add_column(heading)
    for one in revisions:
        reasoning = "" if one.reasoning.state == "none" else one.reasoning.state
        row = (str(one.revision), text(one.updated_at), one.type, str(one.frame.index), reasoning)
        table.add_row(*map(Text, row))
    return table


def _event_json(revisions: list[Event]) -> dict[str, Any]:
    last = revisions[-1]
    return {
        "event": last.id,
        "camera": last.camera,
        "rule": last.rule,
        "severity": last.severity,
        "started_at": last.started_at,
        "ended_at": last.ended_at,
        "explanation": last.explanation,
        "conditions": [one.model_dump() for one in last.conditions],
        "revisions": [
            {
                "revision": one.revision,
                "type": one.type,
                "updated_at": one.updated_at,
                "frame": one.frame.index,
                "reasoning": one.reasoning.state,
            }
            for one in revisions
        ],
    }


def _of_rule(
    reader: JournalReader, rule: str, when: float, camera: str | None, *, as_json: bool
) -> None:
    known = reader.evaluated()
    cameras = [one for one, name in known if name == rule and camera in {None, one}]
    if not cameras:
        there = sorted({name for one, name in known if camera in {None, one}})
        named = f"; kept are: {', '.join(there)}" if there else ""
        where = f" on {camera}" if camera is not None else ""
        _nothing(f"nothing is kept of a rule {rule!r}{where}{named}")
    found = [one for name in cameras if (one := reader.evaluation(name, rule, when)) is not None]
    if as_json:
        typer.echo(json.dumps([_found_json(one, when) for one in found], ensure_ascii=False))
    else:
        for one in found:
            _print(one, when)
    if all(uncovered(one, when) for one in found):
        raise typer.Exit(Exit.NOTHING)


def uncovered(found: Found, when: float) -> str:
    """Say why nothing can be told of a rule at a time, Unix seconds; empty where it can."""
    if found.before is None:
        return f"what it found then is not kept any more: the record begins at {text(found.oldest)}"
    if not found.watched:
        last = found.watched_until
        since = "" if last is None else f"; it was last watched at {text(last)}"
        return f"nobody watched the camera at {text(when)}{since}"
    return ""


def _print(found: Found, when: float) -> None:
    console = Console(highlight=False, soft_wrap=True)
    console.print(Text(f"{found.camera}  rule {found.rule}  at {text(when)}", style="bold"))
    reason = uncovered(found, when)
    if reason or found.before is None:
        console.print(Text(reason, style="yellow"))
        return
    before = found.before
    console.print(f"{_standing(before)} ({_open(before)}), as of {text(before.at)}")
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("", "condition", "true of", "measured", "last true", "where in the rule"):
        table.add_column(heading, overflow="fold")
    for one in before.findings:
        table.add_row(
            Text("✓" if one.count else "✗", style="green" if one.count else "red"),
            setting.printable(one.text),
            Text(_true_of(one)),
            Text(_measured(one, when)),
            Text("" if one.last is None else text(one.last)),
            Text(one.path),
        )
    console.print(table)
    if found.after is not None:
        console.print(f"It found something else at {text(found.after.at)}.")


def _standing(found: Evaluation) -> str:
    return STANDINGS[found.standing][:1].upper() + STANDINGS[found.standing][1:]


def _open(found: Evaluation) -> str:
    return {0: "no event open", 1: "1 event open"}.get(found.open, f"{found.open} events open")


def _true_of(one: Finding) -> str:
    if not one.count:
        return "nobody"
    if one.true == ("camera",):
        return "the camera"
    more = one.count - len(one.true)
    return ", ".join(one.true) + (f" and {more} more" if more > 0 else "")


def _measured(one: Finding, when: float) -> str:
    """Say what number it compared, or for whom its time was running, and for how long by then."""
    if one.value is not None:
        return f"{one.value:g}"
    running = [
        f"{who}: {duration(when - since)}"
        for who, since in one.waiting
        if when > since and who not in one.true
    ]
    return ", ".join(running)


def _number(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:g}"


def _found_json(found: Found, when: float) -> dict[str, Any]:
    reason = uncovered(found, when)
    covered = not reason and found.before is not None
    return {
        "camera": found.camera,
        "rule": found.rule,
        "at": when,
        "covered": covered,
        "reason": reason or None,
        "oldest": found.oldest,
        "evaluation": found.before.model_dump() if covered and found.before else None,
        "changed_at": None if found.after is None else found.after.at,
    }


def _nothing(said: str) -> None:
    """Say that there is nothing to tell, and end."""
    typer.echo(said, err=True)
    raise typer.Exit(Exit.NOTHING)
