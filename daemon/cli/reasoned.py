"""What a model was shown and asked about an event, what it said, and what that took."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from daemon.cli import setting
from daemon.cli.pictures import SHORT
from daemon.clock import text
from reasoners import Event
from reasoners.words import duration
from sinks.journal import REPEATED, UNDER_WAY, Call

EFFORT: Final = (
    "nothing left out",
    "two pictures at most",
    "two small pictures at most",
    "one small picture, the smaller model first",
)
"""What the governor's steps mean, from everything to the least."""

UNITS: Final = {"calls": "calls", "tokens": "tokens", "money": "of money"}

SAID: Final = {
    REPEATED: "not sent: the very same was answered a moment before",
    UNDER_WAY: "under way: it has not come back, or a crash came first",
}


@dataclass(frozen=True, slots=True)
class Said:
    """What was said between us and models about one event, and where what it shows lies."""

    calls: Sequence[Call]
    """Oldest first."""

    folder: Path
    """The state folder, below which media lie."""

    files: Mapping[str, Path]
    """Of pictures that were shown, by hash, as far as they were written."""


def plain(event: Event, said: Said) -> dict[str, Any]:
    """Return it as JSON has it.

    Args:
        event: The last revision.
        said: What was said about it.
    """
    return {
        "reasoning": event.reasoning.model_dump(mode="json"),
        "answers": [one.model_dump(mode="json") for one in event.answers],
        "description": event.description,
        "keyframes": [one.model_dump(mode="json") for one in event.keyframes],
        "media": {name: str(path) for name, path in _media(event, said.folder).items()},
        "calls": [asdict(call) for call in said.calls],
        "pictures": {name: str(path) for name, path in said.files.items()},
    }


def show(console: Console, event: Event, said: Said) -> None:
    """Print it for a person; see `plain`."""
    console.print()
    console.print(setting.printable(_outcome(event)), style="bold")
    for answer in event.answers:
        sure = "" if answer.confidence is None else f" ({answer.confidence:.0%} sure)"
        on = f", by {' '.join(answer.evidence)}" if answer.evidence else ""
        console.print(setting.printable(f"{answer.question}: {answer.answer}{sure}{on}"))
    if event.description:
        console.print(setting.printable(event.description))
    _table(
        console,
        ("keyframe", "frame", "taken at", "chosen as", "quality"),
        [
            (
                one.name,
                str(one.frame),
                text(one.captured_at),
                one.reason.replace("_", " "),
                "" if one.quality is None else f"{one.quality:.2f}",
            )
            for one in event.keyframes
        ],
    )
    _table(
        console,
        ("check", "claimed", "seen", ""),
        [
            (one.name, _value(one.claimed), _value(one.seen), "ok" if one.ok else "contradicts")
            for one in event.reasoning.checks
        ],
    )
    for name, path in _media(event, said.folder).items():
        console.print(setting.printable(f"{name}: {path}"))
    before: Call | None = None
    for number, call in enumerate(said.calls, 1):
        which = f"call {number} of {len(said.calls)}" if len(said.calls) > 1 else "call"
        _show_call(console, call, which, said.files, before)
        before = call


def _outcome(event: Event) -> str:
    reasoning = event.reasoning
    parts = [f"Question to a model: {reasoning.state}"]
    if reasoning.model:
        parts.append(f"by {reasoning.model}")
    if reasoning.latency_s is not None:
        parts.append(f"after {duration(reasoning.latency_s)}")
    if reasoning.tokens is not None:
        parts.append(f"with {reasoning.tokens} tokens")
    why = f": {reasoning.reason}" if reasoning.reason else ""
    due = reasoning.deadline_at
    late = f"; due by {text(due)}" if due is not None else ""
    return " ".join(parts) + why + late


def _media(event: Event, folder: Path) -> dict[str, Path]:
    """Name the files of an event that are kept."""
    found = {"snapshot": event.media.snapshot, "clip": event.media.clip}
    return {
        name: folder / "media" / reference.lstrip("/")
        for name, reference in found.items()
        if reference is not None
    }


def _show_call(
    console: Console, call: Call, which: str, files: Mapping[str, Path], before: Call | None
) -> None:
    console.print()
    head = f"{which} to {call.provider} ({call.model}) at {text(call.at)}: "
    console.print(setting.printable(head + SAID.get(call.outcome, call.outcome)), style="bold")
    table = Table(box=None, pad_edge=False, show_header=False)
    for name, told in _facts(call, files).items():
        if told:
            table.add_row(Text(name, style="dim"), setting.printable(told))
    console.print(table)
    if before is not None and before.digest == call.digest:
        console.print(Text("prompt: as in the call before", style="dim"))
    else:
        _lines(console, "prompt", _new(call, before))
    if call.reply:
        _lines(console, "reply", call.reply)


def _new(call: Call, before: Call | None) -> str:
    """Return the prompt, or of one that goes on from the last what is new in it."""
    if before is not None and call.prompt.startswith(before.prompt):
        return "[as in the call before]" + call.prompt.removeprefix(before.prompt)
    return call.prompt


def _facts(call: Call, files: Mapping[str, Path]) -> dict[str, str]:
    told = call.details
    others = int(told.get("together", 1)) - 1
    step = told.get("effort", 0)
    return {
        "asked": ", ".join(
            [
                f"attempt {told['attempt']}" if told.get("attempt", 1) > 1 else "",
                _seconds("after {} in the queue", told.get("waited_s")),
                _seconds("with {} left", told.get("deadline_s")),
                f"{others} more question{'s' if others > 1 else ''} in it" if others else "",
                f"{told['waiting']} waiting behind it" if told.get("waiting") else "",
            ]
        )
        .replace(", , ", ", ")
        .strip(", "),
        "effort": EFFORT[step] if step and step < len(EFFORT) else "",
        "budget": "; ".join(_budget(told.get("budget", {}))),
        "took": _took(told),
        "digest": call.digest,
        "pictures": " ".join(str(files.get(one, one[:SHORT])) for one in call.pictures),
    }


def _budget(standing: dict[str, Sequence[float]]) -> Iterable[str]:
    """Say what was spent of each limit that is set, by the hour before the call."""
    for name, (spent, limit) in standing.items():
        own = name.startswith("camera_")
        unit = UNITS.get(name.removeprefix("camera_"), name)
        yield f"{spent:g} of {limit:g} {unit} an hour{' of this camera' if own else ''}"


def _took(told: dict[str, Any]) -> str:
    money = told.get("money")
    parts = [
        _seconds("first word after {}", told.get("first_s")),
        _seconds("whole after {}", told.get("latency_s")),
        f"{told['tokens']} tokens" if told.get("tokens") is not None else "",
        f"{told['bytes']} bytes sent" if told.get("bytes") else "",
        f"cost {money:g}" if money else "",
    ]
    return ", ".join(part for part in parts if part)


def _seconds(words: str, seconds: float | None) -> str:
    return "" if seconds is None else words.format(f"{seconds:.2f} s")


def _lines(console: Console, name: str, words: str) -> None:
    """Print what was written, line by line, with a margin."""
    console.print(Text(f"{name}:", style="dim"))
    for line in words.splitlines():
        console.print(setting.printable(f"    {line}"))


def _table(console: Console, heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    if not rows:
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in heads:
        table.add_column(head, overflow="fold")
    for row in rows:
        table.add_row(*map(setting.printable, row))
    console.print(table)


def _value(value: object) -> str:
    return "" if value is None else str(value)
