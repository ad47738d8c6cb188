"""`lookout probe`: what one source sends, measured in a decoder child."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer
import yaml
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from daemon.backends import resolve
from daemon.cli import setting
from daemon.cli.trial import OpenCamera, open_camera
from daemon.config import Use
from daemon.errors import ConfigRejected
from daemon.exits import Exit
from daemon.secrets import Secret, variants
from daemon.timing import Timing
from sources import SourceError
from sources.message import Given, Open, StreamInfo

DEFAULT_RATE = 5.0
"""Frames per second that a camera without `detect.fps` is looked at."""

LARGE = 2560 * 1440
"""Pixels from which on a substream is the better thing to watch."""

SHARE = 0.8
"""Share of the nominal rate below which a camera counts as slow."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a source was seen to send."""

    source: str
    codec: str
    width: int
    height: int
    nominal_fps: float | None
    """As the stream says."""

    measured_fps: float | None
    """Pictures per second of the stream's own time; None if only one picture came."""

    duration_s: float | None
    """Of a recording, if it says so."""

    first_picture_s: float
    """Seconds from the start of the child to its first picture."""

    watched_s: float
    pictures: int
    """Decoded while watching."""

    decode_errors: int
    corrupt: int
    """Pictures that the decoder itself doubts."""

    details: dict[str, str | int | float | bool | None]
    advice: tuple[str, ...]
    section: str
    """What to put below `cameras:` in the configuration; YAML."""


def probe(
    source: Annotated[
        str,
        typer.Argument(
            help="rtsp(s)://…, http(s)://…, a file, a folder, /dev/video0, or synthetic:"
        ),
    ],
    user: Annotated[str | None, typer.Option(help="User of the camera.")] = None,
    password_file: Annotated[
        Path | None, typer.Option(help="File holding the password; else it is asked for.")
    ] = None,
    seconds: Annotated[float, typer.Option(min=0.5, max=3600, help="How long to watch.")] = 5.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the finding as JSON.")] = False,
    log_level: Annotated[str, typer.Option(help="debug, info, warning or error.")] = "error",
) -> None:
    """Open one source as the daemon would, watch it for a while, and say what it sends.

    Ends with 69 if it cannot be opened.

    Example: `lookout probe rtsp://10.0.0.7/stream1 --user viewer --seconds 10`
    """
    filtered = setting.start_logging("text", log_level)
    _refuse_password(source)
    typed = setting.typed_secret(user, password_file)
    if typed is not None and typed.password:
        filtered.learn(variants(typed.password))
    opening, live = _opening(source, typed)
    try:
        finding = asyncio.run(_watch(source, opening, seconds, live=live))
    except SourceError as exc:
        typer.echo(f"lookout: {source}: {filtered.clean(str(exc))}", err=True)
        raise typer.Exit(Exit.UNREACHABLE) from None
    if as_json:
        typer.echo(json.dumps(asdict(finding), ensure_ascii=False, indent=2))
    else:
        _print(finding)


def _refuse_password(source: str) -> None:
    if "@" in urlsplit(source).netloc:
        raise ConfigRejected(
            "source: its URL holds a user or password, which everybody on this machine can read; "
            "leave them out and use --user with --password-file"
        )


def _opening(source: str, typed: Secret | None) -> tuple[Open, bool]:
    section = setting.source_of(source, pace="fast")
    backend = resolve("sources", "source", Use.model_validate(section), "probe")
    opening = Open(
        camera="probe",
        backend=backend.reference,
        config=backend.options,
        user=typed.user if typed else None,
        secret=typed.password if typed else None,
        slots=1,
    )
    return opening, bool(backend.factory("probe", backend.config).live)


async def _watch(source: str, opening: Open, seconds: float, *, live: bool) -> Finding:
    loop = asyncio.get_running_loop()
    started = loop.time()
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    console = Console(stderr=True)
    hidden = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=hidden) as bar:
        task = bar.add_task("opening")
        async with open_camera(opening, live=live, timing=Timing()) as camera:
            first = await camera.next()
            if first is None:
                raise SourceError("it holds no pictures")
            opened = loop.time()
            bar.update(task, description=f"watching for {seconds:g} s")
            last = await _last(camera, first, opened + seconds, loop.time)
            stream = camera.host.stream
    tally = camera.figures.child
    measured = _rate(first, last)
    return Finding(
        source=source,
        codec=stream.codec if stream else "",
        width=last.full_width,
        height=last.full_height,
        nominal_fps=_round(stream.fps) if stream else None,
        measured_fps=_round(measured),
        duration_s=_round(stream.duration) if stream else None,
        first_picture_s=round(opened - started, 3),
        watched_s=round(loop.time() - opened, 3),
        pictures=tally["decoded"],
        decode_errors=tally["decode_errors"],
        corrupt=tally["corrupt"],
        details=dict(stream.details) if stream else {},
        advice=tuple(_advice(stream, last, measured, tally, live=live)),
        section=_section(source, _rate_advised(stream, measured), user=opening.user),
    )


async def _last(
    camera: OpenCamera, given: Given, until: float, clock: Callable[[], float]
) -> Given:
    """Take pictures until the time is up or the recording is over; return the last one."""
    while clock() < until:
        following = await camera.next()
        if following is None:
            break
        given = following
    return given


def _rate(first: Given, last: Given) -> float | None:
    # Indices count what was decoded, whether it was handed over or not.
    span = last.time - first.time
    return (last.index - first.index) / span if span > 0 else None


def _advice(
    stream: StreamInfo | None,
    picture: Given,
    measured: float | None,
    tally: dict[str, int],
    *,
    live: bool,
) -> list[str]:
    advice = []
    if _rate_advised(stream, measured) == "every":
        advice.append("detect: {fps: every}, since it sends few pictures anyway")
    else:
        advice.append(f"detect: {{fps: {DEFAULT_RATE:g}}} (the default without a GPU)")
    if picture.full_width * picture.full_height >= LARGE:
        advice.append(
            f"{picture.full_width}x{picture.full_height} costs a lot to decode and a detector "
            "looks at a small picture: use the camera's substream"
        )
    nominal = stream.fps if stream else None
    if live and nominal and measured and measured < SHARE * nominal:
        advice.append(
            f"it sends {measured:.1f} of {nominal:g} pictures per second: see to the network, or "
            "to its exposure in the dark"
        )
    if tally["decode_errors"] or tally["corrupt"]:
        advice.append(
            "some pictures cannot be decoded: use `transport: tcp` and see to the network"
        )
    if stream and stream.codec == "mjpeg":
        advice.append("MJPEG takes many times the bandwidth: choose H.264 in the camera")
    return advice


def _rate_advised(stream: StreamInfo | None, measured: float | None) -> float | str:
    rate = measured or (stream.fps if stream else None)
    return "every" if rate is not None and rate <= DEFAULT_RATE else DEFAULT_RATE


def _section(source: str, fps: float | str, *, user: str | None) -> str:
    name = setting.name_of(source)
    use = setting.source_of(source)
    if user is not None:
        use["credential"] = name
    camera = {name: {"source": use, "detect": {"fps": fps}}}
    return yaml.safe_dump({"cameras": camera}, sort_keys=False, allow_unicode=True)


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _print(finding: Finding) -> None:
    rates = [f"{round(finding.nominal_fps, 2):g} nominal"] if finding.nominal_fps else []
    if finding.measured_fps is not None:
        rates.append(f"{finding.measured_fps:.1f} measured")
    faults = f"{finding.decode_errors} decode errors, {finding.corrupt} doubtful"
    rows = {
        "source": finding.source,
        "codec": " ".join(
            str(word) for word in (finding.codec, finding.details.get("profile")) if word
        ),
        "size": f"{finding.width}x{finding.height}",
        "fps": ", ".join(rates) or "unknown",
        "duration": f"{finding.duration_s:.1f} s" if finding.duration_s else "",
        "first picture": f"after {finding.first_picture_s:.2f} s",
        "pictures": f"{finding.pictures} in {finding.watched_s:.1f} s; {faults}",
    }
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, value in rows.items():
        if value:
            table.add_row(Text(name, style="dim"), Text(value))
    for number, line in enumerate(finding.advice):
        table.add_row(Text("" if number else "advice", style="dim"), Text(line))
    console = Console(highlight=False)
    console.print(table)
    console.print(Text("\n" + finding.section.rstrip()))
