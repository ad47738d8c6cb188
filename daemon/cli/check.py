"""`lookout check`: is the file right, and is everything there that it names?"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Annotated

import httpx2
import typer
from pydantic import BaseModel
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from daemon import labels
from daemon.cli import setting
from daemon.cli.cameras import as_main, try_camera
from daemon.cli.trial import load_detector
from daemon.clock import Clock
from daemon.config import ADVISORY
from daemon.exits import Exit
from daemon.plan import SIMPLE, Plan
from daemon.thinking import idle_cassette, parsing
from daemon.version import VERSION
from detectors import DetectorRejected, DetectorUnavailable
from detectors.message import Loaded
from reasoners import ReasonerRejected, ReasonerUnavailable
from reasoners.providers.http import authorities, unreached
from reasoners.providers.parser import ParserConfig
from sinks import SinkRejected, SinkUnavailable, Site
from sources import SourceRejected, SourceUnavailable

UNAVAILABLE = (SourceUnavailable, DetectorUnavailable, ReasonerUnavailable, SinkUnavailable)
REJECTED = (SourceRejected, DetectorRejected, ReasonerRejected, SinkRejected)

AT_ONCE = 8
"""Things opened at the same time; each camera is a process that needs a core to start."""

REASONER_PATIENCE = 5.0
"""Seconds without a sign of the model's server."""

LISTING = 1024 * 1024
"""Bytes of a list of models that are read; of a longer one nothing is believed."""

SINK_PATIENCE = 30.0
"""Seconds a sink may take to connect; each has a shorter deadline of its own."""


@dataclass(frozen=True, slots=True)
class Look:
    """What is looked at, and where to correct it."""

    what: str
    key: str
    open: Callable[[], Awaitable[str]]
    """Opens and closes it; returns what was found in a few words."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a look found."""

    what: str
    ok: bool
    result: str
    seconds: float
    remedy: str = ""


def check(
    config: Annotated[
        Path | None,
        typer.Option("--config", "-c", help="Configuration file; default ./lookout.yaml."),
    ] = None,
    secrets: Annotated[
        Path | None, typer.Option(help="TOML file with credentials, readable by you alone.")
    ] = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="Only read the file; open nothing.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the results as JSON.")] = False,
    log_level: Annotated[str, typer.Option(help="debug, info, warning or error.")] = "error",
) -> None:
    """Check the configuration, then open every camera, detector, model and sink it names.

    Ends with 78 if the file is wrong, 69 if something is unreachable or refuses us, else 0.

    Examples: `lookout check --config lookout.yaml` · `lookout check --offline`
    """
    filtered = setting.start_logging("text", log_level)
    data, origin = setting.read(config)
    plan = setting.make_plan(data, origin, secrets_file=secrets, filtered=filtered)
    loaded: dict[str, Loaded] = {}
    looks = [] if offline else _looks(plan, loaded)
    results = asyncio.run(_look_at_all(looks)) if looks else []
    results += _compare(plan, loaded)
    results += [
        Result(f"driver assist of {name}", True, ADVISORY, 0.0)
        for name, camera in plan.cameras.items()
        if camera.config.enabled and camera.config.profile == "driver_assist"
    ]
    if idle := idle_cassette(plan):
        results.append(Result("cassette", True, idle, 0.0))
    results = [_cleaned(result, filtered.clean) for result in results]
    if as_json:
        good = all(result.ok for result in results)
        found = {"config": origin, "ok": good, "results": [asdict(result) for result in results]}
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        _print(results, f"{origin}: valid")
    raise typer.Exit(Exit.CLEAN if all(result.ok for result in results) else Exit.UNREACHABLE)


def _looks(plan: Plan, loaded: dict[str, Loaded]) -> list[Look]:
    looks = [
        Look(
            name if name == SIMPLE else f"detector {name}",
            name if name == SIMPLE else f"detectors.{name}",
            partial(_try_detector, plan, name, loaded),
        )
        for name in plan.detectors
    ]
    looks += [
        Look(
            f"camera {name}",
            f"cameras.{name}.source",
            partial(try_camera, name, camera, plan.config.timing),
        )
        for name, camera in plan.cameras.items()
        if camera.config.enabled
    ]
    looks += [
        Look(
            f"camera {name}, main",
            f"cameras.{name}.main",
            partial(try_camera, name, as_main(camera), plan.config.timing),
        )
        for name, camera in plan.cameras.items()
        if camera.config.enabled and camera.main is not None
    ]
    looks += [
        Look(f"sink {name}", f"sinks.{name}", partial(_try_sink, plan, name)) for name in plan.sinks
    ]
    looks += [
        Look(
            "reasoner" if one.name == "reasoner" else f"reasoner {one.name}",
            "reasoner" if one.name == "reasoner" else f"reasoners.{one.name}",
            partial(_try_reasoner, one.backend.config, one.key),
        )
        for one in plan.reasoners
    ]
    looks += [
        Look(
            f"parser of {one.name}",
            "reasoner.parser" if one.name == "reasoner" else f"reasoners.{one.name}.parser",
            partial(_try_parser, one.name, one.parser),
        )
        for one in plan.reasoners
        if one.parser is not None
    ]
    return looks


async def _look_at_all(looks: list[Look]) -> list[Result]:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    console = Console(stderr=True)
    hidden = not console.is_terminal
    turn = asyncio.Semaphore(AT_ONCE)
    with Progress(*columns, console=console, transient=True, disable=hidden) as bar:
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(_look_at(look, turn, bar), name=f"check-{look.what}")
                for look in looks
            ]
    return [task.result() for task in tasks]


async def _look_at(look: Look, turn: asyncio.Semaphore, bar: Progress) -> Result:
    async with turn:
        return await _opened(look, bar)


async def _opened(look: Look, bar: Progress) -> Result:
    clock = asyncio.get_running_loop().time
    started = clock()
    shown = bar.add_task(look.what, total=1)
    try:
        found, ok, remedy = await look.open(), True, ""
    except REJECTED as exc:
        found, ok, remedy = f"refused: {exc}", False, f"correct `{look.key}`"
    except UNAVAILABLE as exc:
        found, ok = f"unreachable: {exc}", False
        remedy = f"see that it runs and is connected, and that `{look.key}` is right"
    bar.remove_task(shown)
    return Result(look.what, ok, found, round(clock() - started, 2), remedy)


async def _try_detector(plan: Plan, name: str, loaded: dict[str, Loaded]) -> str:
    found = await load_detector(name, plan.detectors[name], plan.config.timing)
    loaded[name] = found
    return f"input {found.width}x{found.height}; {found.description}"


def _compare(plan: Plan, loaded: Mapping[str, Loaded]) -> list[Result]:
    """Say which labels are watched for that no detector of their camera can say."""
    results = []
    for name, camera in plan.cameras.items():
        if camera.config.enabled and all(one in loaded for one in camera.detectors):
            known = {label for one in camera.detectors for label in loaded[one].labels}
            told = labels.unknown(camera.config, known)
            if told:
                remedy = f"correct the labels of `cameras.{name}`"
                results.append(Result(f"labels of {name}", False, told, 0.0, remedy))
    return results


async def _try_sink(plan: Plan, name: str) -> str:
    sink = plan.sinks[name]
    site = Site(
        node=plan.config.node,
        version=VERSION,
        media=plan.config.state / "media",
        credential=plan.secrets.get,
        now=Clock().now,
        trial=True,
    )
    try:
        async with asyncio.timeout(SINK_PATIENCE):
            async with sink.factory(name, sink.config, site):
                return "connected"
    except TimeoutError:
        raise SinkUnavailable(f"no answer within {SINK_PATIENCE:g} s") from None


async def _try_reasoner(config: BaseModel, key: str | None) -> str:
    """Ask the server which models it has; every HTTP answer says that somebody is there."""
    url, model = getattr(config, "url", None), str(getattr(config, "model", ""))
    if url is None:
        return "has no address to look at"
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    try:
        trusted = await asyncio.to_thread(authorities, getattr(config, "ca", None))
        async with (
            httpx2.AsyncClient(
                headers=headers, verify=trusted, timeout=REASONER_PATIENCE, trust_env=False
            ) as http,
            http.stream("GET", f"{url}/models") as answer,
        ):
            listed = await _names(answer) if answer.status_code == HTTPStatus.OK else ()
    except httpx2.HTTPError as exc:
        told = unreached(exc)
        raise type(told)(f"{url}: {told}") from None
    if answer.status_code in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        raise ReasonerRejected(f"{url}: refuses the key (HTTP {answer.status_code})")
    if listed and model not in listed:
        raise ReasonerRejected(f"{url}: has no model {model!r}; it has {', '.join(listed[:10])}")
    return f"{url} answers (HTTP {answer.status_code})" + (f", has {model}" if listed else "")


async def _try_parser(name: str, config: ParserConfig) -> str:
    """Load the pipeline in a process of its own, as the daemon would."""
    async with parsing(name, config) as made:
        return await made.settled()


async def _names(answer: httpx2.Response) -> tuple[str, ...]:
    """Read the list of models, https://platform.openai.com/docs/api-reference/models/list."""
    body = bytearray()
    async for data in answer.aiter_bytes():
        body += data
        if len(body) > LISTING:
            return ()
    try:
        return tuple(str(entry["id"])[:200] for entry in json.loads(body)["data"])
    except (ValueError, KeyError, TypeError):
        return ()


def _cleaned(result: Result, clean: Callable[[str], str]) -> Result:
    return Result(
        result.what, result.ok, clean(result.result), result.seconds, clean(result.remedy)
    )


def _print(results: list[Result], valid: str) -> None:
    console = Console(highlight=False)
    if not results:
        console.print(Text(valid), soft_wrap=True)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("what", "result", "time", "remedy"):
        table.add_column(heading, overflow="fold", justify="right" if heading == "time" else "left")
    for result in results:
        style = "green" if result.ok else "red"
        found = Text(result.result, style=style)
        table.add_row(result.what, found, f"{result.seconds:.1f} s", Text(result.remedy))
    console.print(table)
