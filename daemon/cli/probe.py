"""`lookout probe`: what one source sends, measured in a decoder child."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, cast, get_args

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from daemon.backends import resolve
from daemon.camera.words import plain
from daemon.cli import setting
from daemon.cli.finding import Finding, Seen, Substream, finding
from daemon.cli.shown import show
from daemon.cli.substream import likely
from daemon.cli.trial import OpenCamera, open_camera
from daemon.clock import Clock
from daemon.config import Use
from daemon.errors import ConfigRejected
from daemon.exits import Exit
from daemon.secrets import Secret, variants
from daemon.timing import Timing
from sources import SourceError
from sources.credential import no_user, unspoken
from sources.message import Given, Hwaccel, Open, StreamInfo

PULSE = 1.5
"""Seconds within which a child says what it measured."""


def probe(
    source: Annotated[
        str,
        typer.Argument(
            help="rtsp(s)://…, onvif://HOST, http(s)://…, a file, a folder, /dev/video0, synthetic:"
        ),
    ],
    user: Annotated[str | None, typer.Option(help="User of the camera.")] = None,
    password_file: Annotated[
        Path | None, typer.Option(help="File holding the password; else it is asked for.")
    ] = None,
    seconds: Annotated[float, typer.Option(min=0.5, max=3600, help="How long to watch.")] = 5.0,
    hwaccel: Annotated[
        str, typer.Option(help="Decode on a device: cuda, vaapi, qsv, v4l2m2m, auto, or off.")
    ] = "off",
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
    opening, live = _opening(source, typed, _device(hwaccel))
    try:
        found = asyncio.run(_watch(source, opening, seconds, live=live))
    except SourceError as exc:
        typer.echo(f"lookout: {source}: {filtered.clean(str(exc))}", err=True)
        raise typer.Exit(Exit.UNREACHABLE) from None
    if as_json:
        typer.echo(json.dumps(asdict(found), ensure_ascii=False, indent=2))
    else:
        show(found)


def _refuse_password(source: str) -> None:
    if "://" not in source:
        return
    try:
        no_user(source)
    except ValueError:
        raise ConfigRejected(
            "source: its URL holds a user or password, which everybody on this machine can read; "
            "leave them out and use --user with --password-file"
        ) from None
    try:
        unspoken(source)
    except ValueError as exc:
        raise ConfigRejected(f"source: its URL {exc} (here: --user)") from None


def _device(name: str) -> Hwaccel:
    for known in get_args(Hwaccel):
        if name == known:
            return cast("Hwaccel", known)
    known = ", ".join(get_args(Hwaccel))
    raise ConfigRejected(f"--hwaccel: {name!r} is none of {known}")


def _opening(source: str, typed: Secret | None, hwaccel: Hwaccel) -> tuple[Open, bool]:
    section = setting.source_of(source, pace="fast")
    backend = resolve("sources", "source", Use.model_validate(section), "probe")
    opening = Open(
        camera="probe",
        backend=backend.reference,
        config=backend.options,
        user=typed.user if typed else None,
        secret=typed.password if typed else None,
        slots=1,
        wall=Clock().at(0.0),
        hwaccel=hwaccel,
    )
    return opening, bool(backend.factory("probe", backend.config).live)


async def _watch(source: str, opening: Open, seconds: float, *, live: bool) -> Finding:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    console = Console(stderr=True)
    hidden = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=hidden) as bar:
        task = bar.add_task("opening")
        seen = await _seen(
            source,
            opening,
            seconds,
            live=live,
            opened=lambda: bar.update(task, description=f"watching for {seconds:g} s"),
        )
        if seen.large and live and (there := likely(source)) is not None:
            bar.update(task, description="looking for a smaller stream")
            seen = replace(seen, substream=await _smaller(there, opening, seen))
    return finding(seen)


async def _seen(
    source: str, opening: Open, seconds: float, *, live: bool, opened: Callable[[], None]
) -> Seen:
    loop = asyncio.get_running_loop()
    started = loop.time()
    async with open_camera(opening, live=live, timing=Timing()) as camera:
        first = await camera.next()
        if first is None:
            raise SourceError(_nothing(camera.host.stream))
        opened_at = loop.time()
        opened()
        last = await _last(camera, first, opened_at + seconds, loop.time)
        watched = loop.time() - opened_at
        await _measured(camera, live=live)
        stream = camera.host.stream
    return Seen(
        source=source,
        live=live,
        stream=stream,
        first=first,
        last=last,
        tally=camera.figures.child,
        flow=camera.figures.flow,
        opening_s=opened_at - started,
        watched_s=watched,
        user=opening.user,
    )


def _nothing(stream: StreamInfo | None) -> str:
    """Say why a recording gave no picture."""
    details = stream.details if stream is not None else {}
    words = "it holds no pictures"
    if details.get("format") == "folder":
        words += ": PNG, JPEG, TIFF or DICOM; what lies in folders below it does not count"
    if passed := details.get("passed_over"):
        words += f"; passed over {plain(str(passed))}"
    return words


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


async def _measured(camera: OpenCamera, *, live: bool) -> None:
    """Wait for what the child measured, if it has not said so yet; it does once a second."""
    until = asyncio.get_running_loop().time() + PULSE
    while live and camera.figures.flow is None and asyncio.get_running_loop().time() < until:
        await camera.next()


async def _smaller(url: str, opening: Open, seen: Seen) -> Substream | None:
    """Open what may be the camera's smaller stream; None if it is not there, or not smaller."""
    config = {**opening.config, "url": url}
    try:
        async with open_camera(
            opening.model_copy(update={"config": config}), live=True, timing=Timing()
        ) as camera:
            given = await camera.next()
    except SourceError:
        return None
    smaller = given is not None and given.full_width < seen.last.full_width
    return Substream(url, given.full_width, given.full_height) if given and smaller else None
