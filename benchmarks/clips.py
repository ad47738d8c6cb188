"""What a clip costs: cut out of the ring by copy, encoded anew under a mask, a picture of the past.

A busy 1080p scene lies as packets in a ring, 20 s of it. Times are of this process's processor, one
thread, side by side in one run; what comes out is checked to hold every
picture.
"""

import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import av
from rig.clip import repeat
from rig.packets import stream

from benchmarks.scenery import busy
from sources.child.clip import Anew, Clip, Copy, Maker
from sources.child.convert import Converter
from sources.child.libav import LibavPacket, LibavStream
from sources.child.mask import Mask
from sources.child.ring import PacketRing

RUNS = 2
TIMES = 2
"""The clip of ten seconds, one after the other."""

MASK = ((0.3, 0.3), (0.5, 0.3), (0.5, 0.6), (0.3, 0.6))


def measure() -> dict[str, Any]:
    """Return milliseconds of processor time for a clip of 20 s, and its bytes."""
    scenery = busy()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = _transport(repeat(scenery.clip, TIMES, folder / "twice.mp4"), folder / "camera.ts")
        opened, packets = _packets(path)
        ring = PacketRing(1 << 28)
        for packet in packets:
            ring.add(packet)
        seconds = packets[-1].arrival - packets[0].arrival
        copy = _clip(ring, lambda: Copy("h264", 1920, 1080, 0, b""), folder)
        masked = Converter(Mask((MASK,)))
        anew = _clip(ring, lambda: Anew(opened.decoder(), masked), folder)
        return {
            "scenery": scenery.describe(),
            "seconds": round(seconds, 1),
            "pictures": len(packets),
            "ok": copy["pictures"] == anew["pictures"] == len(packets),
            "camera_mbit_s": sum(packet.size for packet in packets) * 8 / seconds / 1e6,
            "copy": copy,
            "masked": anew,
            "masked_core_share": anew["cpu_ms"] / seconds / 1000,
            "masked_over_copy": anew["cpu_ms"] / copy["cpu_ms"],
            "decode_alone_cpu_ms": _decoded(opened, packets),
            "past_picture_cpu_ms": _past(opened, packets),
        }


def _transport(path: Path, target: Path) -> Path:
    """Put the packets into a transport stream, whose units follow start codes as a camera's do."""
    with av.open(str(path)) as source, av.open(str(target), "w") as output:
        video = source.streams.video[0]
        copied = output.add_stream_from_template(video)
        for packet in source.demux(video):
            if packet.dts is not None:
                packet.stream = copied
                output.mux(packet)
    return target


def _packets(path: Path) -> tuple[LibavStream, list[LibavPacket]]:
    opened = stream(path)
    rate = opened.info.fps or 25.0
    found: list[LibavPacket] = []
    with av.open(str(path)) as counted:
        count = sum(packet.size > 0 for packet in counted.demux(video=0))
    for packet in islice(opened.packets(), count):
        if isinstance(packet, LibavPacket):
            found.append(replace(packet, arrival=len(found) / rate))
    return opened, found


def _clip(ring: PacketRing, make: Callable[[], Maker], folder: Path) -> dict[str, float]:
    cpu, data = [], b""
    for _ in range(RUNS):
        maker = make()
        clip = Clip(ring, maker, 0, 0.0, 1e9)
        started = time.process_time()
        pieces = []
        while clip.advance():
            pieces.append(maker.take())
        pieces.append(maker.close())
        cpu.append((time.process_time() - started) * 1000)
        data = b"".join(pieces)
    path = folder / "clip.mp4"
    path.write_bytes(data)
    with av.open(str(path)) as shown:
        pictures = sum(1 for _ in shown.decode(video=0))
    return {"cpu_ms": min(cpu), "megabytes": len(data) / 1e6, "pictures": pictures}


def _decoded(opened: LibavStream, packets: list[LibavPacket]) -> float:
    decoder, started = opened.decoder(), time.process_time()
    for packet in packets:
        decoder.decode(packet)
    return (time.process_time() - started) * 1000


def _past(opened: LibavStream, packets: list[LibavPacket]) -> float:
    """Decode the last picture before the second IDR, from the first one on."""
    second = [number for number, packet in enumerate(packets) if packet.idr][1]
    decoder, started = opened.decoder(), time.process_time()
    pictures = [one for packet in (*packets[:second], None) for one in decoder.decode(packet)]
    pictures[-1].rgb(1920, 1080)
    return (time.process_time() - started) * 1000
