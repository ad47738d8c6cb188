"""Fills the disk it writes to, as far as it goes, and goes on; then frees it.

Run as a program, in a folder that is a small file system of its own: `full_disk.py FOLDER`. The
last line it writes is what came of it, as JSON.
"""

import asyncio
import json
import sys
from contextlib import suppress
from pathlib import Path

from rig.disk_writer import JPEG
from rig.revisions import revision

from daemon.recorder import Recorder
from reasoners import Media
from sinks.journal import Journal
from sinks.media import MediaStore

MEGABYTE = 1024 * 1024


async def write(folder: Path) -> None:
    """Commit events with pictures before, while and after the disk is full."""
    told: list[str] = []
    media = MediaStore(folder / "media", quota=8 * MEGABYTE, spare=10 * MEGABYTE)
    journal = Journal(folder / "journal.sqlite", reserve=8 * MEGABYTE)
    filler = folder / "filler"
    stored = {"before": 0, "full": 0, "after": 0}
    number = 0
    async with Recorder(journal, media, lambda kind, text: told.append(f"{kind}: {text}")) as kept:
        await kept.prepare(["mqtt"])
        for phase, count in (("before", 30), ("full", 400), ("after", 30)):
            if phase == "full":
                with filler.open("wb", buffering=0) as file, suppress(OSError):
                    while file.write(bytes(4096)):
                        pass
            if phase == "after":
                filler.unlink()
                await kept.watch_disk()
            for _ in range(count):
                number += 1
                reference = await kept.store(f"e{number}", 1, JPEG)
                stored[phase] += reference is not None
                found = Media(snapshot=reference)
                await kept.commit(revision(number, size=2000, media=found))
                if number % 20 == 0:
                    await kept.watch_disk()
        committed = [entry.event.id for entry in await kept.after(0, 10_000)]
    reserve = (folder / "journal.reserve").exists()
    print(json.dumps({"committed": committed, "stored": stored, "told": told, "reserve": reserve}))  # noqa: T201


if __name__ == "__main__":
    asyncio.run(write(Path(sys.argv[1])))
