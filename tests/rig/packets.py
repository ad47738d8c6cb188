"""Packets of a clip as a live camera would have sent them, for tests without a network."""

from dataclasses import replace
from pathlib import Path

import av
import numpy as np
from rig.clip import Clip

from sources.child.fault import Attempt
from sources.child.libav import Address, LibavPacket, LibavStream
from sources.testing import read


def stream(path: Path) -> LibavStream:
    """Open a file as a stream of packets."""
    return LibavStream(Address(str(path), {}, Attempt(str(path), 1.0, authenticated=False)))


def sent(path: Path, clip: Clip, *, at: float = 100.0) -> tuple[LibavStream, list[LibavPacket]]:
    """Write a clip as MPEG-TS and read its packets, each arriving when it was due."""
    opened = stream(clip.write(path.with_suffix(".ts")))
    found: list[LibavPacket] = []
    try:
        for packet in opened.packets():
            assert isinstance(packet, LibavPacket)
            if packet.size:
                found.append(replace(packet, arrival=at + len(found) / clip.fps))
    except Exception as error:  # noqa: BLE001 (a live stream that ends is a failure)
        assert "ended" in str(error)  # noqa: PT017
    return opened, found


def shown(data: bytes, folder: Path) -> list[tuple[float, tuple[int, int] | None]]:
    """Decode a clip; return when each picture is shown, and which one it says it is."""
    path = folder / "shown.mp4"
    path.write_bytes(data)
    with av.open(str(path)) as container:
        return [
            (
                round(frame.time or 0.0, 3),
                read(np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)),
            )
            for frame in container.decode(video=0)
        ]
