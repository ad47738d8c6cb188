"""One still image through decoder child, detector worker and scene, once, as the daemon would."""

import asyncio
import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from daemon.camera import CameraHost
from daemon.cli.trial import ignore, on_state, only
from daemon.clock import Clock
from daemon.counters import CameraFigures
from daemon.detection import Detecting, DetectorHost, Held, Panel
from daemon.edges import Edge
from daemon.plan import Plan
from daemon.slots import SlotPool
from detectors import DetectorError, DetectorUnavailable, Track
from detectors.detection import Detections
from reasoners import (
    EventObject,
    Keyframe,
    Limits,
    Pick,
    PictureTaken,
    SceneConfig,
    View,
    keyframes,
    requests,
)
from reasoners.event import EventRelation
from reasoners.scene.scene import Scene
from reasoners.telling.pictured import pictured
from reasoners.telling.relating import carried
from reasoners.telling.saying import Saying
from reasoners.telling.wire import event_object, moment
from reasoners.vlm.gallery import Look
from sources import Frame, Pixels, SourceError, SourceRejected
from sources.message import Open

SLOTS: Final = 1

USUAL: Final = 0.5
"""Score from which an object counts, where the tracker says none from which it starts a track."""

MOST: Final = 256
"""Objects of one picture that are told; the surest ones."""

ENDINGS: Final = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".dcm", ".dicom")
"""What the folder source takes."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What detector and scene make of one picture. Boxes relative, origin top left."""

    width: int
    """Pixels, after rotation and crop."""

    height: int
    captured_at: float
    """Unix seconds at which it was looked at."""

    objects: tuple[EventObject, ...]
    relations: tuple[EventRelation, ...]
    left_out: int
    """Relations that found no room."""

    explanation: str
    zones: tuple[str, ...]
    keyframe: Keyframe | None
    """The picture with its marks, for a model; None where none was wanted."""


def folder_section(picture: Path, folder: Path) -> dict[str, object]:
    """Make the section of a source that shows this one picture once.

    It is copied: the folder source follows no links, and takes a whole folder.

    Raises:
        SourceRejected: It cannot be read, or is of no kind that the folder source takes.
    """
    ending = picture.suffix.lower()
    if ending not in ENDINGS:
        raise SourceRejected(f"no picture by its name; it must end in {', '.join(ENDINGS)}")
    try:
        shutil.copyfile(picture, folder / f"picture{ending}")
    except OSError as exc:
        raise SourceRejected(f"cannot be read: {exc.strerror}") from None
    return {
        "type": "folder",
        "path": str(folder),
        "begin": "all",
        "watch": False,
        "interval": 0.05,
        "looks": 1,
    }


def temporary() -> tempfile.TemporaryDirectory[str]:
    """Make the folder that the picture is shown from; it is removed afterwards."""
    return tempfile.TemporaryDirectory(prefix="lookout-picture-")


async def look(plan: Plan, camera: str, clock: Clock, room: Limits | None) -> Seen:
    """Have the picture of a camera looked at once.

    Args:
        plan: With the picture as the camera's source.
        camera: Its name.
        clock: Dates it.
        room: How large a picture a model will be shown; None: none will.

    Raises:
        SourceError: It is no picture, or broken.
        DetectorError: The detector does not work.
    """
    timing = plan.config.timing
    hosts = [
        DetectorHost(
            name, backend.reference, backend.options, timing=timing, told=ignore, beat=ignore
        )
        for name in plan.cameras[camera].detectors
        for backend in [plan.detectors[name]]
    ]
    detecting: Detecting = hosts[0] if len(hosts) == 1 else Panel(hosts)
    try:
        async with asyncio.TaskGroup() as group:
            workers = [
                group.create_task(host.once(), name=f"detector-{host.name}") for host in hosts
            ]
            await detecting.profile()
            seen = await _shown(plan, camera, detecting, clock, room)
            for worker in workers:
                worker.cancel()
    except BaseExceptionGroup as failed:
        raise only(failed, (SourceError, DetectorError)) from None
    return seen


async def _shown(
    plan: Plan, name: str, detecting: Detecting, clock: Clock, room: Limits | None
) -> Seen:
    camera, now = plan.cameras[name], clock.now()
    opening = Open(
        camera=name,
        backend=camera.source.reference,
        config=camera.source.options,
        slots=SLOTS,
        wall=clock.at(0.0),
        rotate=camera.config.rotate,
        crop=camera.config.crop,
        privacy=camera.config.privacy,
        memory=round(camera.config.memory * 1_000_000),
    )
    with SlotPool(SLOTS) as pool:
        host = CameraHost(
            opening,
            live=False,
            pool=pool,
            figures=CameraFigures(),
            timing=plan.config.timing,
            told=on_state,
        )
        async with host:
            lease = await pool.lease()
            given = await host.next(lease.number, *detecting.size)
            if given is None:
                raise SourceRejected("no picture, broken, or too large; try to open and save it")
            pixels = Pixels(given.slot, given.generation, given.width, given.height)
            size = given.full_width, given.full_height
            frame = Frame(name, given.index, now, now, given.arrival, *size, pixels)
            detecting.join(name, pool)
            edge: Edge[Held] = Edge("frames-picture", 1)
            await edge.put(Held(frame, lease))
            found = await detecting.detect(name, edge, None, ignore)
            if found is None or found.detections is None:
                why = "no answer" if found is None else found.reason
                raise DetectorUnavailable(f"the detector did not look at it: {why}")
            least = float(getattr(plan.tracker.config, "start_score", USUAL))
            seen, pick = _understood(plan, name, frame, _tracks(found.detections, least, now))
            return seen if room is None else await _taken(plan, name, host, seen, pick, room)


def _tracks(detections: Detections, least: float, now: float) -> list[Track]:
    """Number what was found; of a single picture nothing is followed, and nothing moves."""
    rows = [one for one in detections if one.score >= least][:MOST]
    return [
        Track(number, one.label, one.score, one.xyxy, (0.0, 0.0), now, now, 1, moving=False)
        for number, one in enumerate(rows, 1)
    ]


def scene_config(plan: Plan, camera: str) -> SceneConfig:
    """Return what is watched for in the scene of a camera."""
    config = plan.cameras[camera].config
    return SceneConfig(zones=config.zones, lines=config.lines, presence=config.presence)


def _understood(plan: Plan, name: str, frame: Frame, tracks: list[Track]) -> tuple[Seen, Pick]:
    scene = Scene(scene_config(plan, name))
    at = frame.captured_at
    scene.observe(View(frame.index, at, at, frame.width, frame.height, tracks))
    things = sorted(scene.things.values(), key=lambda thing: thing.track)
    objects = tuple(event_object(thing) for thing in things)
    held = scene.relations()
    relations, left_out = carried(held, scene.track)
    saying = Saying(scene.naming, scene.titles())
    text = pictured(things, held, saying, plan.language(name))
    seen = Seen(
        frame.width,
        frame.height,
        moment(at),
        objects,
        relations,
        left_out,
        text,
        tuple(scene_config(plan, name).zones),
        None,
    )
    return seen, Pick(Look(frame.index, at, objects), "still", None)


async def _taken(
    plan: Plan, name: str, host: CameraHost, seen: Seen, pick: Pick, room: Limits
) -> Seen:
    """Add the picture as a model is shown it: fitted, with tracks, zones and lines marked."""
    config = plan.cameras[name].config
    tracks = tuple(thing.track for thing in seen.objects)
    size = seen.width, seen.height
    shots = []
    for part, request in requests(pick, tracks, config.zones, config.lines, size, room):
        answer = await host.taken(request)
        if answer is not None:
            said, jpeg = answer
            taken = PictureTaken(jpeg, said.width, said.height, said.fingerprint, said.sharpness)
            shots.append((part, taken))
    if not shots:
        raise SourceRejected("its picture cannot be written for the model")
    (keyframe,) = keyframes([(pick, shots)])
    return replace(seen, keyframe=keyframe)
