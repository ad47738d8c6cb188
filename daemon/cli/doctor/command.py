"""`lookout doctor`: is this machine fit, and is what Lookout keeps on it in order?"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from daemon.cli import setting
from daemon.cli.doctor.budget import budget
from daemon.cli.doctor.configured import camera, detector, found_models, parser, reasoner
from daemon.cli.doctor.feedback import feedback
from daemon.cli.doctor.library import ASKS, hardware, library, mosquitto, nvidia
from daemon.cli.doctor.line import Line, show
from daemon.cli.doctor.machine import machine
from daemon.cli.doctor.state import journal, last_reload, state_folder
from daemon.config import DaemonConfig, default_state
from daemon.errors import ConfigRejected
from daemon.exits import Exit
from daemon.logs import SecretFilter
from daemon.plan import Plan, detector_uses

AT_ONCE = 8
"""Things asked at the same time."""


def doctor(
    config: Annotated[
        Path | None,
        typer.Option("--config", "-c", help="Look at this configuration's state folder too."),
    ] = None,
    secrets: Annotated[
        Path | None, typer.Option(help="TOML file with credentials, readable by you alone.")
    ] = None,
    costs: Annotated[
        bool, typer.Option("--budget", help="Only say what questions to models cost a day.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Look at versions, state, journal, devices, detectors, models and cameras; say what to mend.

    Ends with 69 if something is bad, else 0; warnings do not count. Shows no secret.

    Examples: `lookout doctor` · `lookout doctor --config /etc/lookout/lookout.yaml --json` ·
    `lookout doctor --budget`
    """
    filtered = setting.start_logging("text", "error")
    given, planned, lines = _given(config, secrets, filtered)
    state = given.state if given else default_state()
    if costs:
        _tell([*lines, *budget(planned, state / "journal.sqlite")], filtered, as_json=as_json)
    looks: list[Callable[[], Awaitable[Line]]] = [
        *(partial(library, name) for name in ASKS),
        mosquitto,
        hardware,
        nvidia,
        *([partial(reasoner, one, planned.origin) for one in planned.reasoners] if planned else ()),
        *_parsers(planned),
        *(partial(detector, given, name, use) for name, (_, use) in detector_uses(given).items()),
    ]
    # Cameras come when the rest is done: each is a process that a busy machine starts slowly.
    cameras: list[Callable[[], Awaitable[Line]]] = [
        partial(camera, name, one, planned.config.timing)
        for name, one in (planned.cameras if planned else {}).items()
        if planned and one.config.enabled
    ]
    lines += [*machine(), *state_folder(state), *last_reload(state)]
    lines += journal(state / "journal.sqlite")
    lines += [*feedback(planned, state / "journal.sqlite"), found_models(state)]
    lines += asyncio.run(_look(looks))
    lines += asyncio.run(_look(cameras))
    _tell(lines, filtered, as_json=as_json)


def _parsers(planned: Plan | None) -> list[Callable[[], Awaitable[Line]]]:
    reasoners = planned.reasoners if planned else ()
    return [partial(parser, one, one.parser) for one in reasoners if one.parser is not None]


def _tell(lines: list[Line], filtered: SecretFilter, *, as_json: bool) -> NoReturn:
    """Print what was found, without any secret, and end."""
    lines = [
        Line(line.what, line.health, filtered.clean(line.found), line.remedy) for line in lines
    ]
    if as_json:
        typer.echo(json.dumps([asdict(line) for line in lines], ensure_ascii=False, indent=2))
    else:
        show(lines)
    bad = any(line.health == "bad" for line in lines)
    raise typer.Exit(Exit.UNREACHABLE if bad else Exit.CLEAN)


def _given(
    config: Path | None, secrets: Path | None, filtered: SecretFilter
) -> tuple[DaemonConfig | None, Plan | None, list[Line]]:
    """Read the configuration, if there is one; what is wrong with it is a finding like others."""
    if config is None and not any(place.exists() for place in setting.PLACES):
        return None, None, [Line("configuration", "ok", "none: the defaults")]
    given: DaemonConfig | None = None
    try:
        given, origin = setting.read(config)
        planned = setting.make_plan(given, origin, secrets_file=secrets, filtered=filtered)
    except ConfigRejected as exc:
        lines = [Line("configuration", "bad", text, "correct it") for text in exc.problems]
        return given, None, lines
    return given, planned, [Line("configuration", "ok", origin)]


async def _look(looks: list[Callable[[], Awaitable[Line]]]) -> list[Line]:
    """Ask whatever takes time, all at once."""
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    hidden = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=hidden) as bar:
        bar.add_task("asking libraries and devices", total=None)
        turn = asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(_awaited(look, turn), name="doctor") for look in looks]
    return [task.result() for task in tasks]


async def _awaited(look: Callable[[], Awaitable[Line]], turn: asyncio.Semaphore) -> Line:
    async with turn:
        return await look()
