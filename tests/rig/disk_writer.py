"""Writes events, pictures and clips as the daemon does, and says what it was told is durable.

Run as a program, under strace: `disk_writer.py FOLDER COUNT [BROKER-URL]`. After each commit it
writes one line, `committed ID REFERENCE`; with a broker, the MQTT sink delivers meanwhile.
"""

import asyncio
import os
import sys
from pathlib import Path

from rig.revisions import revision

from daemon.board import Board
from daemon.clock import Clock
from daemon.delivery import Delivery
from daemon.recorder import Recorder
from reasoners import Media
from sinks import Credential, Site
from sinks.journal import Journal
from sinks.media import MediaStore
from sinks.mqtt import MqttConfig, MqttSink

JPEG = b"\xff\xd8\xff" + b"picture" * 300 + b"\xff\xd9"


def no_credential(name: str) -> Credential:
    """Have none."""
    raise KeyError(name)


async def write(folder: Path, count: int, url: str | None) -> None:
    """Store a picture for every third event, commit, say so."""
    media = MediaStore(folder / "media", quota=60_000)
    async with Recorder(Journal(folder / "journal.sqlite"), media) as recorder:
        await recorder.prepare(["mqtt"])
        async with asyncio.TaskGroup() as group:
            delivering = None
            if url is not None:
                site = Site("box1", "0", folder, no_credential, lambda: 0.0)
                sink = MqttSink("mqtt", MqttConfig(url=url), site)
                delivery = Delivery(
                    "mqtt",
                    "box1",
                    lambda: sink,
                    cursor=0,
                    recorder=recorder,
                    board=Board(),
                    clock=Clock(),
                    beat=lambda: None,
                )
                delivering = group.create_task(delivery.once())
            for number in range(1, count + 1):
                stored = None
                if number % 3 == 0:
                    stored = await recorder.store(f"e{number}", 1, JPEG)
                event = revision(number, camera=f"cam{number % 2}", media=Media(snapshot=stored))
                await recorder.commit(event)
                os.write(1, f"committed {event.id} {stored or '-'}\n".encode())
                if number % 7 == 0:
                    await recorder.advance({"mqtt": number // 2}, {"mqtt": 1})
            if delivering is not None:
                await delivery.drained()
                delivering.cancel()


if __name__ == "__main__":
    asyncio.run(
        write(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else None)
    )
