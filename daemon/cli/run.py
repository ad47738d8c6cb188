"""`lookout run`: the daemon."""

import asyncio
import logging
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from daemon import last_good as kept_configuration
from daemon.app import App
from daemon.cli import setting
from daemon.cli.running import leave_soon, stop_on_signal
from daemon.errors import ConfigRejected
from daemon.exits import Exit
from daemon.logs import SecretFilter
from daemon.plan import Plan
from daemon.version import VERSION
from sources.process import return_freed

logger = logging.getLogger(__name__)

_MAPPED = _KEPT = 131_072
"""Bytes of a snapshot or a burst of events that are given back at once; `MALLOC_…` in the
environment, as our service files have it, goes before."""


def run(
    config: Annotated[
        Path | None,
        typer.Option("--config", "-c", help="Configuration file; default ./lookout.yaml."),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(
            help="Watch this camera, or this file over and over, without a configuration."
        ),
    ] = None,
    model: Annotated[
        Path | None, typer.Option(help="With --source: model file (.onnx, .xml or .pt).")
    ] = None,
    mqtt: Annotated[
        str | None, typer.Option(help="With --source: broker to publish to, mqtt://HOST[:PORT].")
    ] = None,
    fps: Annotated[
        float | None, typer.Option(min=0.1, help="With --source: frames looked at per second.")
    ] = None,
    user: Annotated[str | None, typer.Option(help="With --source: user of the camera.")] = None,
    password_file: Annotated[
        Path | None,
        typer.Option(help="With --user: file holding the password; else it is asked for."),
    ] = None,
    secrets: Annotated[
        Path | None, typer.Option(help="TOML file with credentials, readable by you alone.")
    ] = None,
    state_dir: Annotated[
        Path | None, typer.Option(help="With --source: folder for journal and snapshots.")
    ] = None,
    last_good: Annotated[
        bool,
        typer.Option(
            "--last-good", help="If the file is wrong, say so and start with what ran last."
        ),
    ] = False,
    log_format: Annotated[str, typer.Option(help="auto, text, json or journald.")] = "auto",
    log_level: Annotated[str, typer.Option(help="debug, info, warning or error.")] = "info",
) -> None:
    """Run the daemon until SIGTERM; `lookout reload` lets it read its configuration anew.

    Examples: `lookout run --config lookout.yaml` · `lookout run --source rtsp://10.0.0.7/stream1
    --user viewer --mqtt mqtt://localhost`
    """
    filtered = setting.start_logging(setting.log_form(log_format), log_level)
    read: Callable[[], Plan] | None = None
    problems: tuple[str, ...] = ()
    if source is None:
        read = reader(config, secrets, filtered)
        try:
            plan, problems = read(), ()
        except ConfigRejected as exc:
            if not last_good:
                raise
            plan = _fallen_back(exc, setting.find(config), secrets, filtered)
            problems = tuple(exc.problems)
    else:
        typed = setting.typed_secret(user, password_file)
        quick = _quick(source, model, mqtt, fps, state_dir, named=typed is not None)
        plan = setting.make_plan(
            quick, "--source", secrets_file=secrets, typed=typed, filtered=filtered
        )
    if not any(name.startswith("MALLOC_") for name in os.environ):
        return_freed(_MAPPED, _KEPT)
    code = asyncio.run(_run(plan, read, problems))
    leave_soon(code)
    raise typer.Exit(code)


def reader(config: Path | None, secrets: Path | None, filtered: SecretFilter) -> Callable[[], Plan]:
    """Return what makes a plan of the configuration as it is by then.

    It reads the same file each time: while that is being replaced, another that lies in one of the
    usual places too is not what anybody means.

    Raises:
        ConfigRejected: There is no file.
    """
    return partial(_read, setting.find(config), secrets, filtered)


def _read(config: Path, secrets: Path | None, filtered: SecretFilter) -> Plan:
    data, origin = setting.read(config)
    return setting.make_plan(data, origin, secrets_file=secrets, filtered=filtered)


def _fallen_back(
    refused: ConfigRejected, path: Path, secrets: Path | None, filtered: SecretFilter
) -> Plan:
    """Make a plan of what held last.

    Raises:
        ConfigRejected: There is none that holds; why the file was refused, then.
    """
    try:
        data, kept = kept_configuration.find(path)
        plan = setting.make_plan(data, str(kept), secrets_file=secrets, filtered=filtered)
    except ConfigRejected as exc:
        logger.info("nothing to fall back to: %s", exc.problems[0])
        raise refused from None
    return plan


async def _run(plan: Plan, read: Callable[[], Plan] | None, problems: tuple[str, ...]) -> Exit:
    config = plan.config
    cameras, sinks = (", ".join(names) or "none" for names in (plan.cameras, plan.sinks))
    logger.info(
        "Lookout %s, node %s, from %s; state in %s; cameras: %s; sinks: %s",
        *(VERSION, config.node, plan.origin, config.state, cameras, sinks),
    )
    app = App(plan, read=read, problems=problems)
    stop_on_signal(app)
    return await app.run()


def _quick(
    source: str,
    model: Path | None,
    mqtt: str | None,
    fps: float | None,
    state_dir: Path | None,
    *,
    named: bool,
) -> dict[str, Any]:
    sinks: dict[str, Any] = {"console": {"type": "console"}}
    if mqtt is not None:
        sinks["mqtt"] = {"type": "mqtt", "url": mqtt}
    more: dict[str, Any] = {}
    detector = setting.detector_of(model)
    if detector is not None:
        more["detector"] = detector
    if state_dir is not None:
        more["state_dir"] = str(state_dir)
    quick = setting.quick_config(source, sinks=sinks, more=more)
    for camera in quick["cameras"].values():
        if camera["source"]["type"] == "file":
            camera["source"]["loop"] = True
        if fps is not None:
            camera["detect"] = {"fps": fps}
        if named:
            camera["source"]["credential"] = setting.TYPED
    return quick
