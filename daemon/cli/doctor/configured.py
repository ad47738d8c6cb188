"""What the configuration names: models, detectors, cameras. Each is tried as the daemon would."""

import asyncio
from pathlib import Path

from daemon.backends import resolve
from daemon.cli import models
from daemon.cli.cameras import try_camera
from daemon.cli.doctor.line import Health, Line
from daemon.cli.trial import time_detector
from daemon.config import DaemonConfig, Use, default_state
from daemon.errors import ConfigRejected
from daemon.plan import SIMPLE, CameraPlan, ReasonerPlan, detector_use
from daemon.thinking import member, parsing
from daemon.timing import Timing
from detectors import DetectorError
from reasoners import ReasonerError
from reasoners.providers.parser import ParserConfig
from reasoners.providers.probe import probe
from sources import SourceError

PATIENCE = 120.0
"""Seconds a model may take; a local one is loaded meanwhile."""


def found_models(state: Path) -> Line:
    """Look for models where the daemon would."""
    folders = list(dict.fromkeys([state / "models", *models.places()]))
    found = models.find(folder for folder in folders if folder.is_dir())
    if found:
        return Line("models", "ok", ", ".join(map(str, found[:5])))
    looked = " or ".join(map(str, folders))
    remedy = "for a better detector put an .onnx there, and its folder under `detector.models`"
    return Line("models", "ok", f"none in {looked}", remedy)


async def detector(given: DaemonConfig | None, name: str, use: Use) -> Line:
    """Load a detector that the daemon would use, and time it."""
    what = name if name == SIMPLE else f"detector {name}"
    timing = given.timing if given else Timing()
    use = detector_use(use, given.state if given else default_state())
    try:
        backend = resolve("detectors", what, use, use.type)
        loaded, figures = await time_detector(name, backend, timing)
    except (ConfigRejected, DetectorError) as exc:
        return Line(what, "bad", str(exc), f"correct `{what}`, or install what it needs")
    middle, most = (figures.running.quantile(share) for share in (0.5, 0.99))
    took = f"{1000 * (middle or 0):.0f} ms a look, at most {1000 * (most or 0):.0f}"
    return Line(what, "ok", f"input {loaded.width}x{loaded.height}; {took}; {loaded.description}")


async def reasoner(one: ReasonerPlan, origin: str) -> Line:
    """Try a model out: is it there, does it obey, how many pictures, how long?"""
    what = "reasoner" if one.name == "reasoner" else f"reasoner {one.name}"
    try:
        built = member(one, origin)
        if not built.probe:
            return Line(what, "ok", f"{built.model}: not tried out, for `probe` is off")
        async with asyncio.timeout(PATIENCE), built.reasoner:
            limits = built.limits
            found = await probe(built.reasoner, limits.images, prose=limits.prose)
    except (ConfigRejected, ReasonerError) as exc:
        return Line(what, "bad", str(exc), f"correct `{one.name}`")
    except TimeoutError:
        return Line(what, "bad", f"no answer within {PATIENCE:g} s", "see to its server")
    if found.problem:
        return Line(what, "bad", found.problem, "see to its server; events go on without it")
    # Of a model that writes captions no form is asked: it obeys none, and need not.
    good = found.obeys is not False
    health: Health = "ok" if good else "warn"
    remedy = "" if good else "answers may be `invalid`; take a server that enforces forms"
    return Line(what, health, f"{built.model}: {found.text}", remedy)


async def parser(one: ReasonerPlan, config: ParserConfig) -> Line:
    """Load a pipeline that reads captions, as the daemon would."""
    what = f"parser of {one.name}"
    try:
        async with parsing(one.name, config) as made:
            return Line(what, "ok", await made.settled())
    except ReasonerError as exc:
        return Line(what, "warn", str(exc), "until then the dictionary reads its captions")


async def camera(name: str, plan: CameraPlan, timing: Timing) -> Line:
    """Open a camera: what it shows, and who reads it. One that is away says nothing of us."""
    what = f"camera {name}"
    try:
        return Line(what, "ok", await try_camera(name, plan, timing))
    except SourceError as exc:
        return Line(what, "warn", str(exc), "see `lookout check`, or `lookout probe` its address")
