"""`lookout discover`: which cameras are on the local network, and where their streams are."""

import asyncio
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from daemon.cli import setting
from daemon.cli.onvif import PATIENCE, ask
from daemon.exits import Exit
from daemon.secrets import Secret, variants
from sources import SourceError
from sources.device import DeviceConfig, Match, Order

AT_ONCE = 4
"""Cameras asked at the same time."""

_STARTING = 20.0
"""Seconds beyond listening: a busy machine needs a while to start a process."""


@dataclass(frozen=True, slots=True)
class Row:
    """One camera that answered."""

    host: str
    port: int | None
    encrypted: bool
    name: str
    model: str
    profiles: tuple[dict[str, str | int | float | None], ...] = ()
    clock_ahead_s: float | None = None
    problem: str = ""
    """Why its streams are not known."""


def discover(
    seconds: Annotated[float, typer.Option(min=0.2, max=60, help="How long to listen.")] = 3.0,
    user: Annotated[
        str | None, typer.Option(help="User of the cameras: asks each for its streams.")
    ] = None,
    password_file: Annotated[
        Path | None, typer.Option(help="File holding the password; else it is asked for.")
    ] = None,
    interface: Annotated[
        str | None, typer.Option(help="Address of this machine on the network to look at.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was found as JSON.")] = False,
) -> None:
    """Look for ONVIF cameras on the local network, and with --user ask each for its streams.

    The password is only proven to a camera, never said. Ends with 69 if there is no network.

    Example: `lookout discover --user viewer --password-file camera.key`
    """
    filtered = setting.start_logging("text", "error")
    typed = setting.typed_secret(user, password_file)
    if typed is not None and typed.password:
        filtered.learn(variants(typed.password))
    try:
        rows = asyncio.run(_found(seconds, interface, typed))
    except SourceError as exc:
        typer.echo(f"lookout: discover: {filtered.clean(str(exc))}", err=True)
        raise typer.Exit(Exit.UNREACHABLE) from None
    if as_json:
        typer.echo(json.dumps([asdict(row) for row in rows], ensure_ascii=False, indent=2))
    else:
        _print(rows, seconds, asked=typed is not None)


async def _found(seconds: float, interface: str | None, typed: Secret | None) -> list[Row]:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    console = Console(stderr=True)
    hidden = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=hidden) as bar:
        task = bar.add_task(f"listening for {seconds:g} s")
        order = Order(seconds=seconds, interface=interface)
        answer = await ask(order, seconds + _STARTING)
        if typed is None:
            return [_row(match) for match in answer.matches]
        bar.update(task, description=f"asking {len(answer.matches)} cameras for their streams")
        turn = asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(_asked(match, typed, turn), name=f"ask-{match.host}")
                for match in answer.matches
            ]
        return [task.result() for task in tasks]


async def _asked(match: Match, typed: Secret, turn: asyncio.Semaphore) -> Row:
    row = _row(match)
    if match.refused:
        return row
    camera = DeviceConfig(host=match.host, port=match.port, encrypted=match.encrypted)
    order = Order(camera=camera, user=typed.user, secret=typed.password, cautious=True)
    async with turn:
        try:
            device = (await ask(order, PATIENCE)).device
        except SourceError as exc:
            return _row(match, str(exc))
    if device is None:
        return row
    return Row(
        host=match.host,
        port=match.port,
        encrypted=match.encrypted,
        name=match.name,
        model=f"{device.manufacturer} {device.model}".strip() or match.model,
        profiles=tuple(profile.model_dump() for profile in device.profiles),
        clock_ahead_s=device.clock_ahead,
    )


def _row(match: Match, problem: str = "") -> Row:
    return Row(
        host=match.host,
        port=match.port,
        encrypted=match.encrypted,
        name=match.name,
        model=match.model,
        problem=problem or match.refused,
    )


def _print(rows: list[Row], seconds: float, *, asked: bool) -> None:
    console = Console(highlight=False)
    if not rows:
        console.print(
            f"no camera answered within {seconds:g} s: see that ONVIF and its discovery are turned "
            "on in the camera, and that it is on this network (multicast passes no router)"
        )
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("host", "name", "model", "streams"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        place = f"{row.host}:{row.port}" if row.port else row.host
        streams = "\n".join(map(_stream, row.profiles)) or row.problem or ("" if asked else "?")
        table.add_row(*(Text(cell) for cell in (place, row.name, row.model, streams)))
    console.print(table)
    if not asked:
        console.print(Text("streams are told to --user; see also `lookout probe onvif://HOST`"))


def _stream(profile: dict[str, str | int | float | None]) -> str:
    size = f"{profile['width']}x{profile['height']}"
    place = profile["url"] or profile["refused"]
    return f"{profile['name'] or profile['token']} {profile['codec']} {size} {place}"
