"""A folder of still images, looked through again and again for new ones.

Scanned, not watched through the kernel: network shares and uploads by FTP tell the kernel nothing.
A file is taken when two looks find it the same, so one that is still being written is waited for.
"""

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path, PurePath

from sources.child import dicom
from sources.child.array import ArrayPicture
from sources.child.decoded import LibavPicture, Scalers
from sources.child.libav import UNKNOWN_SIDE
from sources.child.still import StillDecoder, StillPacket
from sources.child.turned import TurnedPicture, turn
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

UNNAMED = re.compile(r"\.?\d*")
"""Endings of files that may be DICOM all the same: scanners name them by number, or not at all."""

TOLD = 1.0
"""Seconds between two words about files that are no pictures; the others are counted alone."""

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
        self._seen: dict[str, Stamp] = {}
        self._growing: dict[str, Stamp] = {}
        self._others: dict[str, Stamp] = {}
        """Files whose names tell nothing, and which are none of ours."""

        if skip:
            self._seen = self._list()

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
        others: dict[str, Stamp] = {}
        try:
            with os.scandir(self._path) as entries:
                for entry in entries:
                    ending = PurePath(entry.name).suffix.lower()
                    named = ending in ENDINGS
                    if not (named or UNNAMED.fullmatch(ending)) or entry.name.startswith("."):
                        continue
                    if not entry.is_file(follow_symlinks=False):
                        continue
                    status = entry.stat(follow_symlinks=False)
                    stamp = status.st_mtime_ns, status.st_size
                    if named or self._nameless(entry.name, stamp):
                        found[entry.name] = stamp
                    else:
                        others[entry.name] = stamp
                    if len(found) + len(others) > MOST_FILES:
                        raise SourceRejected(
                            f"more than {MOST_FILES} pictures in {self._path}: clear it at times"
                        )
        except NotADirectoryError:
            raise SourceRejected(f"not a folder: {self._path}; correct `path`") from None
        except OSError as error:
            raise SourceUnavailable(f"{self._path}: {error.strerror}") from None
        self._others = others
        return found

    def _nameless(self, name: str, stamp: Stamp) -> bool:
        """Tell whether a file is DICOM though its name does not say so; each is looked at once."""
        if self._others.get(name) == stamp:
            return False
        known = stamp in {self._seen.get(name), self._growing.get(name)}
        return known or dicom.is_dicom(_content(self._path / name, dicom.HEAD))


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
        self._told_at = float("-inf")
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
                    yield StillPacket(
                        data, None, time.monotonic(), beside=text_beside(path), name=path.name
                    )
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
                around = turn(frame.rotation)
                for still, when in self._times():
                    seen = LibavPicture(
                        frame, when, self._scalers, corrupt=False, still=still, beside=beside
                    )
                    yield TurnedPicture(seen, around) if around else seen
        except DecodeFault as fault:
            self._pass_over(packet.name if isinstance(packet, StillPacket) else "", str(fault))

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
        large = f"of more than {LARGEST_FILE >> 20} MB"
        self._pass_over(path.name, large if data else "empty, or may not be read")
        return None

    def _pass_over(self, name: str, reason: str) -> None:
        """Count a file that gives no picture, and say which and why, though not of each of many."""
        self.mishaps.damaged += 1
        now = time.monotonic()
        if now - self._told_at >= TOLD:
            self._told_at = now
            known = self.info.details
            self.info = self.info.model_copy(
                update={"details": {**known, "passed_over": f"{name[:100]}: {reason}"[:300]}}
            )


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
