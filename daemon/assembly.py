"""Builds the parts of a daemon out of a plan; starts none of them."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from daemon.clock import Clock
from daemon.config import ADVISORY, CameraConfig, ClipsConfig
from daemon.counters import CameraFigures
from daemon.errors import ConfigRejected
from daemon.foretold import Foretold
from daemon.identity import NewId, live_id, replay_id
from daemon.labels import watched
from daemon.line import Line, Wiring
from daemon.mainstream import MainStream
from daemon.plan import CameraPlan, Plan
from daemon.ruling import rule_names, title
from daemon.version import VERSION
from reasoners import (
    Asking,
    Chronicle,
    Driving,
    Experience,
    Foresight,
    Notebook,
    Overlay,
    Presence,
    Rules,
    SceneConfig,
)
from reasoners.predictions.wish import Wish
from reasoners.rules.compiling import wishes
from sinks import Arrangement, Place, Site
from sinks.journal import Journal, Limits
from sinks.media import MediaFailed, MediaStore
from sources.message import GateMode, Open, RoadView

logger = logging.getLogger(__name__)

MEGABYTE = 1024 * 1024
SLOTS = 3
"""Of each camera: one being written, one waiting, one being inferred."""

HEARTBEAT = 8.0
"""Seconds within which a camera at rest shows a picture: it stays `online`."""

RING = 8 * MEGABYTE
"""Bytes of packets kept for catching up after a rest: at least since the last IDR, so a high bit
rate or long groups end above it, and such a camera stays awake."""

LOOK_BACK = 6.0
"""Seconds of packets kept where a model is asked, for pictures of what was before an event."""

CLIP_RING = 24 * MEGABYTE
"""Bytes of packets kept for clips; a camera of 8 Mbit/s needs 15 MB for 15 s."""

BEHIND = 10.0
"""Seconds that detection, and the questions for the pieces of a clip, may be behind."""

BEHIND_ENCODING = 25.0
"""The same where pictures are encoded anew, in turns with other cameras."""

DRIVING_FPS = 10.0
"""Looks per second out of a vehicle where the configuration says nothing."""

DAY = 86400

SPARE = 16 * MEGABYTE
"""Bytes of disk that pictures and clips leave free beside the reserve, which is for events alone:
they stop before it is needed, and do not fill what it leaves."""


@dataclass(frozen=True, slots=True)
class Replay:
    """A run over a recording: its own time, a temporary journal, one file of output."""

    start: float = 0.0
    """Unix time of media time 0."""

    media: Path | None = None
    """Where snapshots go; None writes none."""

    film: Path | None = None
    """The film of everything that was seen; None makes none."""

    gate: GateMode = "off"
    """Whether the recording is treated as a live camera that may rest."""

    cassette: Path | None = None
    """Where answers of models are recorded; None records none."""

    predictions: Path | None = None
    """Where it is written how every prediction turned out; None writes nothing."""


@dataclass(frozen=True, slots=True)
class Before:
    """What is known of a camera from before its line was built."""

    track: int = 1
    """First free track id."""

    index: int = 0
    """First free frame index."""

    learned: str | None = None
    """What it had learned about its predictions, as the journal keeps it."""


def journal(plan: Plan, replay: Replay | None) -> Journal:
    """Build the journal; a replay's is temporary."""
    config = plan.config.journal
    limits = Limits(
        age=config.days * DAY,
        count=config.events,
        size=int(config.megabytes * MEGABYTE),
        ledger=config.ledger_days * DAY,
    )
    if replay:
        return Journal(None, limits)
    path = plan.config.state / "journal.sqlite"
    return Journal(path, limits, reserve=int(config.reserve * MEGABYTE))


def media(plan: Plan, replay: Replay | None) -> MediaStore | None:
    """Build the store of pictures; None where a replay writes none.

    Raises:
        ConfigRejected: Its folder cannot be made.
    """
    folder = replay.media if replay else plan.config.state / "media"
    if folder is None:
        return None
    try:
        quota = int(plan.config.media.megabytes * MEGABYTE)
        reserve = int(plan.config.journal.reserve * MEGABYTE)
        spare = reserve + SPARE if reserve and replay is None else 0
        locked = plan.config.media.locked
        return MediaStore(folder, quota=quota, spare=spare, locked=locked)
    except MediaFailed as exc:
        raise ConfigRejected(f"{plan.origin}: {exc}") from None


def site(plan: Plan, replay: Replay | None, clock: Clock, arranged: Arrangement) -> Site:
    """Say what sinks may know of the daemon they serve; nobody heeds or records yet."""
    usual = plan.config.state / "media"
    return Site(
        node=plan.config.node,
        version=VERSION,
        media=(replay.media if replay else usual) or usual,
        credential=plan.secrets.get,
        now=clock.now,
        cameras=arranged.cameras,
        profiles=arranged.profiles,
        gone=arranged.gone,
    )


def arrangement(plan: Plan, gone: Iterable[str] = ()) -> Arrangement:
    """Say what sinks may know of a plan.

    Args:
        plan: What is at work.
        gone: Cameras that were configured at any time.
    """
    return Arrangement(
        tuple(_place(name, camera.config) for name, camera in plan.cameras.items()),
        plan.config.profiles,
        tuple(sorted(set(gone) - plan.cameras.keys())),
    )


def _place(name: str, config: CameraConfig) -> Place:
    return Place(
        name,
        config.title or name,
        {zone: config.zones[zone].title or zone for zone in config.zones},
        rules={rule: title(config, rule) for rule in rule_names(config)},
        labels=tuple(sorted(watched(config))),
        forecast=bool(config.forecast or any(rule.forecast for rule in config.rules.values())),
    )


def asking(plan: Plan, camera: str) -> Asking | None:
    """Say how new events of a camera are asked about, if a model may be."""
    allowed = plan.cameras[camera].config.cloud
    able = [one for one in plan.reasoners if allowed or not one.cloud]
    if not able:
        return None
    config = plan.reasoners[0].backend.config
    return Asking(
        model=str(getattr(config, "model", "")),
        deadline=float(getattr(config, "deadline", 10.0)),
    )


def line(
    name: str,
    plan: Plan,
    wiring: Wiring,
    before: Before,
    replay: Replay | None,
    figures: CameraFigures | None = None,
) -> Line:
    """Build the line of one camera.

    Args:
        name: Of the camera.
        plan: What is asked for.
        wiring: What the line is connected to.
        before: What is known from before.
        replay: The replay it belongs to: ids derive from the input, times are the recording's own.
        figures: Where to count on.
    """
    camera = plan.cameras[name]
    film = replay.film if replay else None
    track, index = before.track, before.index
    new_id: NewId = replay_id(plan.config.node) if replay else live_id
    scene = SceneConfig(
        zones=camera.config.zones,
        lines=camera.config.lines,
        presence=camera.config.presence,
        forecast=camera.config.forecast,
    )
    ask = asking(plan, name)
    driving = None
    if camera.config.profile == "driver_assist":
        driving = Driving(camera.config.driving, plan.language(name))
        logger.info("%s: driver assist is %s", name, ADVISORY)
    presence = Presence(camera.config.presence) if camera.config.presence.enabled else None
    rules = Rules(camera.config.rules, scene) if camera.config.rules else None
    chronicle = Chronicle(
        node=plan.config.node,
        camera=name,
        config=scene,
        new_id=new_id,
        clock="media" if replay else wiring.clock.trust,
        ask=ask,
        language=plan.language(name),
        engines=[engine for engine in (presence, rules, driving) if engine is not None],
        foresight=Foresight(
            camera.config.predictions, experience(name, before), _wishes(camera.config, scene)
        ),
    )
    if replay and replay.predictions:
        chronicle.forecaster.docket.finished = Foretold(replay.predictions, name).note
    gate = camera.config.gate if camera.live else "off"
    gate = replay.gate if replay else gate
    resting = gate != "off"
    clips = camera.config.clips if camera.live and not replay else ClipsConfig()
    opening = Open(
        camera=name,
        backend=camera.source.reference,
        config=camera.source.options,
        user=camera.secret.user if camera.secret else None,
        secret=camera.secret.password if camera.secret else None,
        slots=SLOTS,
        first_index=index,
        rotate=camera.config.rotate,
        crop=camera.config.crop,
        privacy=camera.config.privacy,
        kept=camera.config.kept,
        hwaccel=camera.config.hwaccel,
        gate=gate,
        gate_heartbeat=min(HEARTBEAT, 0.8 * wiring.timing.silence, 0.6 * wiring.timing.camera_lost),
        ring_bytes=_ring(resting=resting, clips=clips, asking=ask is not None),
        ring_seconds=max(_remembered(camera.config, clips), LOOK_BACK if ask else 0.0),
        turns=wiring.places,
        memory=round(camera.config.memory * 1_000_000),
        frozen_after=plan.config.timing.frozen,
        road=_road(camera.config),
    )
    return Line(
        opening,
        live=camera.live,
        finite=camera.finite,
        quiet=camera.quiet,
        fps=camera.config.detect.fps or (None if driving is None else DRIVING_FPS),
        regions=camera.config.detect.regions,
        rate=camera.config.detect.rate,
        carry=camera.config.detect.carry,
        tracker=plan.tracker.factory(name, plan.tracker.config, track),
        chronicle=chronicle,
        scene=scene,
        wiring=wiring,
        clips=clips,
        main=None if replay else _main(opening, camera, wiring, clips),
        film=film,
        overlay=Overlay(
            camera.config.zones,
            camera.config.lines,
            assist=None if driving is None else driving.assist,
            language=plan.language(name),
        )
        if film
        else None,
        presence=presence,
        rules=rules,
        figures=figures,
    )


def _road(config: CameraConfig) -> RoadView | None:
    """Say where a child looks for the road, if anything needs to know."""
    if config.profile is None or not config.driving.sees_road:
        return None
    strip = config.driving.strip
    return RoadView(horizon=strip.horizon, heading=strip.heading, bonnet=config.driving.bonnet)


def experience(name: str, before: Before) -> Experience | None:
    """Read what a camera had learned; what cannot be read is learned anew."""
    if before.learned is None:
        return None
    try:
        return Experience(Notebook.model_validate_json(before.learned))
    except ValidationError as exc:
        logger.warning("%s: what was learned about predictions is not readable: %s", name, exc)
        return None


def _wishes(camera: CameraConfig, scene: SceneConfig) -> tuple[Wish, ...]:
    """Collect what a camera's rules want to be told about the near future."""
    found = {wish for rule in camera.rules.values() for wish in wishes(rule.when, scene)}
    return tuple(sorted(found, key=lambda wish: (wish.what, wish.horizon, sorted(wish.places))))


def _main(
    opening: Open, camera: CameraPlan, wiring: Wiring, clips: ClipsConfig
) -> MainStream | None:
    """Build the main stream of a camera, if it has one."""
    if camera.main is None:
        return None
    secret = camera.main.secret
    passive = {
        "backend": camera.main.source.reference,
        "config": camera.main.source.options,
        "user": secret.user if secret else None,
        "secret": secret.password if secret else None,
        "slots": 1,
        "passive": True,
        "gate": "off",
        "road": None,
        "ring_bytes": CLIP_RING,
        "ring_seconds": max(_remembered(camera.config, clips), BEHIND),
    }
    return MainStream(
        opening.model_copy(update=passive),
        timing=wiring.timing,
        standing=clips.enabled,
        turns=wiring.turns,
        starts=wiring.starts,
        wall=lambda: wiring.clock.at(0.0),
    )


def _ring(*, resting: bool, clips: ClipsConfig, asking: bool) -> int:
    """Return the bytes of packets that a camera's child keeps."""
    if clips.enabled:
        return CLIP_RING
    return RING if resting or asking else 0


def _remembered(camera: CameraConfig, clips: ClipsConfig) -> float:
    """Return the seconds of packets that a camera's child keeps, at least those since an IDR."""
    if not clips.enabled:
        return 0.0
    anew = camera.privacy or camera.rotate or camera.crop
    return clips.before + (BEHIND_ENCODING if anew else BEHIND)
