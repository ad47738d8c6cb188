"""`lookout replay`: a recording through the whole pipeline, deterministically."""

import asyncio
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from daemon.app import App
from daemon.assembly import Replay
from daemon.cli import setting, taped
from daemon.cli.running import stop_on_signal
from daemon.config import DaemonConfig, parse
from daemon.counters import CameraFigures
from daemon.errors import ConfigRejected
from daemon.exits import Exit
from daemon.plan import Plan
from daemon.supervisor import reasons
from detectors import DetectorError
from sinks import SinkError
from sources import SourceError


def replay(
    video: Annotated[Path, typer.Argument(help="The recording.")],
    config: Annotated[
        Path | None, typer.Option("--config", "-c", help="Take camera settings from this file.")
    ] = None,
    camera: Annotated[
        str | None, typer.Option(help="Which of the file's cameras; needed if there are several.")
    ] = None,
    jsonl: Annotated[
        Path | None, typer.Option(help="Write every revision to this file; it is replaced.")
    ] = None,
    media: Annotated[Path | None, typer.Option(help="Write snapshots below this folder.")] = None,
    film: Annotated[
        Path | None,
        typer.Option("--video", help="Draw boxes, ids, zones and ways into this .mp4 file."),
    ] = None,
    predictions: Annotated[
        Path | None,
        typer.Option(help="Write how every prediction turned out to this file; it is replaced."),
    ] = None,
    forecast: Annotated[
        float | None,
        typer.Option(min=0.5, max=10, help="With --media: also draw where all are in so many s."),
    ] = None,
    model: Annotated[Path | None, typer.Option(help="Model file (.onnx, .xml or .pt).")] = None,
    fps: Annotated[
        float | None, typer.Option(min=0.1, help="Frames looked at per second of the recording.")
    ] = None,
    every: Annotated[bool, typer.Option("--every", help="Look at every frame.")] = False,
    gate: Annotated[
        Literal["off", "auto", "on"],
        typer.Option(help="Rest where nothing happens, as before a live camera; see `gate`."),
    ] = "off",
    cassette: Annotated[
        Path | None, typer.Option(help="Take the answers of models from this file.")
    ] = None,
    record: Annotated[
        bool,
        typer.Option("--record", help="Ask the configured models, and write --cassette anew."),
    ] = False,
    secrets: Annotated[
        Path | None, typer.Option(help="TOML file with credentials, for --record.")
    ] = None,
    start: Annotated[float, typer.Option(help="Unix time of the recording's first frame.")] = 0.0,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar.")] = False,
    log_level: Annotated[str, typer.Option(help="debug, info, warning or error.")] = "warning",
) -> None:
    """Run a recording through detector, tracker, scene and rules; same input, same bytes out.

    No configured sink is contacted, no model but with --record, and the journal is temporary.

    Examples: `lookout replay clip.mp4 --model yolox_nano.onnx --jsonl events.jsonl` ·
    `lookout replay clip.mp4 -c lookout.yaml --cassette clip.answers --record`
    """
    filtered = setting.start_logging("text", log_level)
    if not video.is_file():
        raise ConfigRejected(f"{video}: no such file; check the path")
    if film is not None and not film.absolute().parent.is_dir():
        raise ConfigRejected(f"{film}: no such folder; create it or correct the path")
    if forecast is not None and media is None:
        raise ConfigRejected("--forecast: pictures need a folder; name one with --media")
    base = _base(config, camera, video)
    if forecast is not None:
        for one in base["cameras"].values():
            one["forecast"] = forecast
    base |= taped.models(config, cassette, record=record)
    data = _adapt(base, video, model, jsonl, "every" if every else fps)
    plan = setting.make_plan(data, str(config or video), secrets_file=secrets, filtered=filtered)
    if jsonl is not None:
        jsonl.unlink(missing_ok=True)
    shown = Console(stderr=True)
    how = Replay(start, media, film, gate, cassette if record else None, predictions)
    try:
        code = asyncio.run(_replay(plan, how, shown, quiet=quiet))
    except* (SourceError, DetectorError, SinkError) as group:
        broken = group.subgroup(SourceError) is not None
        typer.echo(f"lookout: {f'{video}: ' if broken else ''}{reasons(group)}", err=True)
        code = Exit.UNREACHABLE
    raise typer.Exit(code)


async def _replay(plan: Plan, how: Replay, console: Console, *, quiet: bool) -> Exit:
    app = App(plan, replay=how)
    stop_on_signal(app)
    async with asyncio.TaskGroup() as group:
        bar = group.create_task(_show(app, console, quiet=quiet), name="progress")
        code = await app.run()
        bar.cancel()
    if how.gate != "off":
        for line in app.lines.values():
            console.print(_rested(line.figures), highlight=False, soft_wrap=True)
    return code


def _rested(figures: CameraFigures) -> str:
    """Say what the gate saved."""
    packets, held = figures.child["packets"], figures.child["held"]
    report = figures.gate
    rest = f"gate: {held} of {packets} packets were held back"
    if report is None or report.auc is None:
        return f"{rest}; too little was seen to tell whether packet sizes show motion"
    trust = "can" if report.reliable else "can not"
    return f"{rest}; packet sizes {trust} be trusted here (AUC {report.auc:.2f})"


async def _show(app: App, console: Console, *, quiet: bool) -> None:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[events]} revisions"),
    )
    with Progress(*columns, console=console, disable=quiet or not console.is_terminal) as bar:
        task = bar.add_task("loading the model", total=None, events=0)
        while True:
            for name, line in app.lines.items():
                bar.update(
                    task,
                    description=name if line.figures.detected else "loading the model",
                    total=line.duration,
                    completed=line.progress,
                    events=app.recorder.committed,
                )
            await asyncio.sleep(0.2)


def _base(config: Path | None, camera: str | None, video: Path) -> dict[str, Any]:
    """Return the settings of the one camera that is replayed, as plain data."""
    if config is None:
        return {"cameras": {camera or setting.name_of(str(video)): {"source": {"type": "file"}}}}
    data, origin = setting.read(config)
    names = list(data.cameras)
    if camera is None and len(names) > 1:
        raise ConfigRejected(f"{origin}: has several cameras; choose with --camera {names[0]}")
    name = camera or names[0]
    if name not in data.cameras:
        raise ConfigRejected(f"{origin}: no camera {name!r}; it has {', '.join(names)}")
    plain = _plain(data)
    return {
        "node": plain["node"],
        **{key: plain[key] for key in ("detector", "detectors", "tracker") if key in plain},
        "timing": plain["timing"],
        "language": plain["language"],
        "cameras": {name: plain["cameras"][name]},
    }


def _plain(config: DaemonConfig) -> dict[str, Any]:
    return config.model_dump(mode="json", exclude_unset=True) | {
        "node": config.node,
        **_uses(config),
        "timing": config.timing.model_dump(mode="json"),
        "language": config.language,
    }


def _uses(config: DaemonConfig) -> dict[str, Any]:
    """Return the sections that choose detectors and tracker, as far as the file has them."""
    parts = config.model_dump(mode="json", include={"detector", "detectors", "tracker"})
    return {key: part for key, part in parts.items() if key in config.model_fields_set}


def _adapt(
    base: dict[str, Any],
    video: Path,
    model: Path | None,
    jsonl: Path | None,
    fps: float | str | None,
) -> DaemonConfig:
    for camera in base["cameras"].values():
        camera["source"] = {"type": "file", "path": str(video), "pace": "fast", "loop": False}
        camera["enabled"] = True
        if fps is not None:
            camera["detect"] = {**camera.get("detect", {}), "fps": fps}
    detector = setting.detector_of(model)
    if detector is not None:
        base["detector"] = detector
        base.pop("detectors", None)
        for camera in base["cameras"].values():
            camera.pop("detector", None)
    sink = {"type": "jsonl", "path": str(jsonl)} if jsonl else {"type": "console"}
    base["sinks"] = {"replay": sink}
    return parse(base, str(video))
