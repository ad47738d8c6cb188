"""A folder of still images, looked through again and again for new ones.

Scanned, not watched through the kernel: network shares and uploads by FTP tell the kernel nothing.
A file is taken when two looks find it the same, so one that is still being written is waited for.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path, PurePath

from sources.child import dicom
from sources.child.array import ArrayPicture
from sources.child.libav import UNKNOWN_SIDE, LibavPicture, Scalers
from sources.child.still import StillDecoder, StillPacket
from sources.errors import SourceRejected, SourceUnavailable
from sources.message import StreamInfo
from sources.source import DecodeFault, Mishaps, Packet, Picture

ENDINGS = frozenset({".jpg", ".jpeg", ".png", ".tif", ".tiff", ".dcm", ".dicom"})

LARGEST_FILE = 64 * 1024 * 1024
"""Bytes of a file that is read."""

MOST_FILES = 50_000
"""Files whose names are remembered, which is all that lie there."""

APART = 10.0
"""Seconds of media time between two stills: what is in one is not followed into the next."""

LOOK = 1.0
"""Seconds of media time between two looks at the same still."""

LONGEST_TEXT = 1000
"""Characters of a text beside a still that are read."""

Stamp = tuple[int, int]
"""Time of the last change in nanoseconds, and size in bytes."""


class Folder:
    """Finds what is new in a folder.

    Args:
        path: Of the folder.
        skip: Whether what lies there at first is not new.
    """

    def __init__(self, path: Path, *, skip: bool) -> None:
        self._path = path
        self._seen: dict[str, Stamp] = self._list() if skip else {}
        self._growing: dict[str, Stamp] = {}

    @property
    def settled(self) -> bool:
        """Whether nothing is waited for."""
        return not self._growing

    def look(self) -> list[Path]:
        """Return the files that are new and complete, oldest first.

        Raises:
            SourceUnavailable: The folder is away.
            SourceRejected: It holds too many files.
        """
        found = self._list()
        fresh = {name: stamp for name, stamp in found.items() if self._seen.get(name) != stamp}
        ready = [name for name, stamp in fresh.items() if self._growing.get(name) == stamp]
        self._growing = {name: stamp for name, stamp in fresh.items() if name not in ready}
        # What was removed is forgotten, so that the memory is as large as the folder.
        self._seen = {n: s for n, s in found.items() if n in ready or self._seen.get(n) == s}
        return [self._path / name for name in sorted(ready, key=lambda name: (found[name], name))]

    def _list(self) -> dict[str, Stamp]:
        found: dict[str, Stamp] = {}
        try:
            with os.scandir(self._path) as entries:
                for entry in entries:
                    ending = PurePath(entry.name).suffix.lower()
                    if ending not in ENDINGS or entry.name.startswith("."):
                        continue
                    if not entry.is_file(follow_symlinks=False):
                        continue
                    status = entry.stat(follow_symlinks=False)
                    found[entry.name] = (status.st_mtime_ns, status.st_size)
                    if len(found) > MOST_FILES:
                        raise SourceRejected(
                            f"more than {MOST_FILES} pictures in {self._path}: clear it at times"
                        )
        except NotADirectoryError:
            raise SourceRejected(f"not a folder: {self._path}; correct `path`") from None
        except OSError as error:
            raise SourceUnavailable(f"{self._path}: {error.strerror}") from None
        return found


class StillStream:
    """The open folder; every still gives a few frames, for trackers want to see a thing twice.

    Args:
        folder: Finds what is new.
        interval: Seconds between two looks into the folder.
        looks: Frames that each still gives.
        watch: Whether to go on when all were shown.
    """

    def __init__(self, folder: Folder, *, interval: float, looks: int, watch: bool) -> None:
        self._folder = folder
        self._interval = interval
        self._looks = looks
        self._watch = watch
        self._decoder = StillDecoder()
        self._scalers = Scalers()
        self._shown = 0
        self.mishaps = Mishaps()
        """`damaged` counts files that are no pictures, or broken, or too large."""

        self.info = StreamInfo(
            codec="still", width=UNKNOWN_SIDE, height=UNKNOWN_SIDE, details={"format": "folder"}
        )

    def align(self, wall: float) -> None:
        """Pictures in a folder have no clock of their own."""

    def packets(self) -> Iterator[Packet]:
        """Yield one packet for each new file."""
        while True:
            for path in self._folder.look():
                data = self._read(path)
                if data is not None:
                    yield StillPacket(data, None, time.monotonic(), beside=text_beside(path))
            if not self._watch and self._folder.settled:
                return
            time.sleep(self._interval)

    def decode(self, packet: Packet | None) -> Iterator[Picture]:
        """Decode one file; a broken one is counted and gives nothing."""
        if packet is None:
            return
        beside = packet.beside if isinstance(packet, StillPacket) else ""
        try:
            if dicom.is_dicom(packet.payload):
                for pixels in dicom.pictures(packet.payload):
                    for still, when in self._times():
                        yield ArrayPicture(pixels, when, still, beside)
            else:
                frame = self._decoder.decode(packet.payload)
                for still, when in self._times():
                    yield LibavPicture(
                        frame, when, self._scalers, corrupt=False, still=still, beside=beside
                    )
        except DecodeFault:
            self.mishaps.damaged += 1

    def close(self) -> None:
        """Nothing is open between two files."""

    def _times(self) -> Iterator[tuple[int, float]]:
        """Number the next still, and yield its number and the time of each look at it."""
        still, begin = self._shown, self._shown * (APART + self._looks * LOOK)
        self._shown += 1
        yield from ((still, begin + look * LOOK) for look in range(self._looks))

    def _read(self, path: Path) -> bytes | None:
        """Read a file that is a file and not too large; None, counted, if it is not."""
        data = _content(path, LARGEST_FILE + 1)
        if data and len(data) <= LARGEST_FILE:
            return data
        self.mishaps.damaged += 1
        return None


def text_beside(path: Path) -> str:
    """Return the text that lies beside a still, on one line: of `dock.jpg`, that of `dock.txt`.

    Empty where there is none; of a long one its beginning.
    """
    data = _content(path.with_suffix(".txt"), 4 * LONGEST_TEXT)
    return " ".join(data.decode("utf-8", "replace").split())[:LONGEST_TEXT]


def _content(path: Path, most: int) -> bytes:
    """Read so many bytes of a file that is a file; none if it is not, or cannot be read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:  # noqa: PTH123 (a descriptor)
            return file.read(most)
    except OSError:
        return b""
