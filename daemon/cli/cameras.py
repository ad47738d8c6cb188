"""Opens a camera of a plan for a moment and says in a few words what it shows and who reads it."""

import asyncio
import math
from dataclasses import replace

from daemon.cli.shown import described
from daemon.cli.trial import OpenCamera, open_camera
from daemon.plan import CameraPlan
from daemon.timing import Timing
from sources import SourceRejected, SourceUnavailable
from sources.message import Open, StreamInfo


def as_main(camera: CameraPlan) -> CameraPlan:
    """Return the plan of a camera's main stream, as of a camera of its own."""
    if camera.main is None:
        return camera
    return replace(camera, source=camera.main.source, secret=camera.main.secret)


async def try_camera(name: str, camera: CameraPlan, timing: Timing) -> str:
    """Open it and wait for a picture.

    Raises:
        SourceUnavailable: It may work later.
        SourceRejected: A person must act.
    """
    opening = Open(
        camera=name,
        backend=camera.source.reference,
        config=camera.source.options,
        user=camera.secret.user if camera.secret else None,
        secret=camera.secret.password if camera.secret else None,
        slots=1,
        rotate=camera.config.rotate,
        crop=camera.config.crop,
        privacy=camera.config.privacy,
        hwaccel=camera.config.hwaccel,
    )
    async with open_camera(opening, live=camera.live, timing=timing) as opened:
        if camera.quiet == math.inf:
            return await _watched(opened)
        given = await opened.next()
        stream = opened.host.stream
    if given is None:
        raise SourceRejected("it holds no pictures")
    return _words(stream, f"{given.full_width}x{given.full_height}")


def _words(stream: StreamInfo | None, size: str) -> str:
    if stream is None:
        return size
    rate = f", {round(stream.fps, 2):g} fps" if stream.fps else ""
    reader = described(stream.details.get("reader"), stream.details.get("transport"))
    why = stream.details.get("decoder_reason")
    decoder = f"{stream.details.get('decoder')} decoding"
    if why:
        decoder = f"{decoder} ({why})"
    shown = why or stream.details.get("decoder") not in {None, "software"}
    parts = (f"read by {reader}" if reader else "", decoder if shown else "")
    return ", ".join(filter(None, (f"{stream.codec} {size}{rate}", *parts)))


async def _watched(opened: OpenCamera) -> str:
    """Wait until what shows pictures now and then is open; none need be there."""
    try:
        async with asyncio.timeout(opened.patience):
            while opened.host.stream is None:  # noqa: ASYNC110 (said once, by a child)
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise SourceUnavailable(
            f"it could not be looked into within {opened.patience:g} s"
        ) from None
    return "watched for new pictures"
