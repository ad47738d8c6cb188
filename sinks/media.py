"""Pictures and clips of events, as files below one folder.

Invariants: what `put` has returned a reference for, or `adopt` for a sealed clip, is complete and
on the disk; whatever else lies there after a crash is removed by `sweep`; all files together stay
below the quota, of which locked events take no more than half.
"""

import errno
import math
import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final, Literal, get_args

from sinks.clip import PART, ClipFile, sync
from sinks.lock import Locks
from sinks.room import free

_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_CLIP: Final = "clip.mp4"
Shot = Literal["snapshot", "forecast"]
"""What a picture shows: an event's objects as they are, or where they are expected."""

_SHOT: Final = rf"({'|'.join(get_args(Shot))})(-[1-9][0-9]{{0,8}})?\.jpg"
_NAME: Final = re.compile(rf"{_SHOT}|{re.escape(_CLIP)}")
_REFERENCE: Final = re.compile(rf"/events/({_ID.pattern})/({_NAME.pattern})")
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


class MediaFailed(Exception):  # noqa: N818  named as the journal's failure is
    """A picture could not be stored; its event goes without."""


class MediaFull(MediaFailed):
    """There is no room: the disk is full, or the picture alone is above the quota."""


class MediaStore:
    """Keeps pictures and clips; plain and blocking, for one thread.

    Of a clip, another thread may write its bytes meanwhile: see `sinks.clip`.
    """

    def __init__(
        self, root: Path, quota: int = 2 * 1024**3, spare: int = 0, locked: int = 20
    ) -> None:
        """Look at what is there.

        Args:
            root: Folder that references are relative to; made, mode 0700, if it is not there.
            quota: Bytes. When something new would not fit, what the oldest events have goes.
            spare: Bytes of the disk that are left free for others.
            locked: Events locked at most.

        Raises:
            MediaFailed: The folder cannot be made or read.
        """
        self._root = root
        self._quota = quota
        self._spare = spare
        self._events = root / "events"
        self.locks = Locks(self._events, locked)
        """Events that stay, whatever comes."""

        self._growing: set[str] = set()
        """Events whose clips are being written."""

        self.removed = 0
        """Events whose pictures and clips had to go to make room."""
        try:
            self._events.mkdir(mode=0o700, parents=True, exist_ok=True)
            folders = sorted(self._folders(), key=lambda folder: folder.stat().st_mtime_ns)
            self._sizes = {folder.name: _size(folder) for folder in folders}
            self.locks.find(folders)
        except OSError as exc:
            raise MediaFailed(f"media folder {root}: {exc.strerror}; see to state_dir") from exc

    @property
    def size(self) -> int:
        """Bytes of all pictures and clips."""
        return sum(self._sizes.values())

    def figures(self) -> dict[str, int | float | str | None]:
        """Flatten for `stats`."""
        return {
            "bytes": self.size,
            "events": len(self._sizes),
            "removed": self.removed,
            "locked": len(self.locks),
            "released": self.locks.released,
        }

    def put(self, event_id: str, revision: int, jpeg: bytes, kind: Shot = "snapshot") -> str:
        """Store a picture durably and return its reference.

        The snapshot of an event's first revision is `/events/<id>/snapshot.jpg`, a later and better
        one `/events/<id>/snapshot-<revision>.jpg`, and so it is with forecasts: what is there
        already does not decide, so that a replay into the same folder names the same files. The
        same revision replaces its file.

        Raises:
            ValueError: An id that is no safe name.
            MediaFull: No room; nothing was left behind.
            MediaFailed: Any other failure; nothing was left behind.
        """
        folder = self._folder(event_id)
        try:
            self._make_room(event_id, len(jpeg))
            self._make(folder)
            name = f"{kind}.jpg" if revision == 1 else f"{kind}-{revision}.jpg"
            _store(folder / name, jpeg)
            self._sizes[event_id] = _size(folder)
        except OSError as exc:
            self._forget_if_empty(folder)
            raise self.failure(exc) from exc
        return f"/events/{event_id}/{name}"

    def begin(self, event_id: str) -> ClipFile:
        """Begin the clip of an event. Until it is sealed, nothing of this event leaves for room.

        Raises:
            ValueError: An id that is no safe name.
            MediaFailed: It cannot be made; nothing was left behind.
        """
        folder = self._folder(event_id)
        try:
            self._make(folder)
            clip = ClipFile(folder / _CLIP)
        except OSError as exc:
            self._forget_if_empty(folder)
            raise self.failure(exc) from exc
        self._growing.add(event_id)
        return clip

    def lock(self, event_id: str) -> None:
        """Keep what an event has, and will have, against quota and retention.

        The oldest locks give way, where there would be too many of them or no room for anything
        else.

        Raises:
            ValueError: An id that is no safe name.
            MediaFailed: The disk does not let us.
        """
        folder = self._folder(event_id)
        try:
            self._make(folder)
            self.locks.hold(event_id)
            self._release()
        except OSError as exc:
            raise self.failure(exc) from exc

    def reserve(self, clip: ClipFile, size: int) -> None:
        """Make room for the next so many bytes of a clip, before they are written.

        Raises:
            MediaFull: There is none.
            MediaFailed: Any other failure.
        """
        try:
            self._make_room(clip.event, size)
        except OSError as exc:
            raise self.failure(exc) from exc
        self._sizes[clip.event] = self._sizes.get(clip.event, 0) + size

    def adopt(self, clip: ClipFile) -> str:
        """Take in a clip that was sealed, or could not be; return the reference of a sealed one."""
        folder = self._events / clip.event
        self._growing.discard(clip.event)
        if folder.is_dir():
            self._sizes[clip.event] = _size(folder)
            if not self._sizes[clip.event]:
                self.locks.drop(clip.event)
            self._forget_if_empty(folder)
            self._release()
        return f"/events/{clip.event}/{_CLIP}"

    def failure(self, exc: OSError) -> MediaFailed:
        """Say what a failure of the disk means."""
        where = f"media folder {self._root}"
        if exc.errno in _FULL:
            return MediaFull(f"{where}: the disk is full; free some space")
        return MediaFailed(f"{where}: {exc.strerror}")

    def find(self, reference: str) -> Path | None:
        """Return the file of a reference; None when it is gone, or no reference of ours."""
        match = _REFERENCE.fullmatch(reference)
        if match is None:
            return None
        path = self._events / match[1] / match[2]
        return path if path.is_file() and not path.is_symlink() else None

    def expire(self, before: Mapping[str, float]) -> int:
        """Remove what was written too long ago; return how many files.

        Args:
            before: Unix seconds by the ending of a file's name: `.jpg` for snapshots, `.mp4` for
                clips. What is locked, or is being written, stays.
        """
        removed = 0
        for folder in list(self._folders()):
            if folder.name in self._growing or folder.name in self.locks:
                continue
            old = [
                file
                for file in folder.iterdir()
                if _NAME.fullmatch(file.name)
                and not file.is_symlink()
                and file.stat().st_mtime < before.get(file.suffix, 0.0)
            ]
            for file in old:
                file.unlink()
            if old:
                removed += len(old)
                self._sizes[folder.name] = _size(folder)
                self._forget_if_empty(folder)
        return removed

    def sweep(self, referenced: Callable[[str], bool], before: float = math.inf) -> int:
        """Remove half-written files and those that nothing refers to; return how many.

        Files that are not ours stay.

        Args:
            referenced: Tells whether a reference is still named anywhere.
            before: Unix seconds; only what was last written before. Without it, to be called
                before the first `put`: what was just stored is named a moment later.
        """
        removed = 0
        for folder in list(self._folders()):
            for file in sorted(folder.iterdir()):
                reference = f"/events/{folder.name}/{file.name}"
                ours = _NAME.fullmatch(file.name) and not file.is_symlink()
                kept = folder.name in self.locks or referenced(reference)
                if folder.name in self._growing or file.lstat().st_mtime >= before:
                    continue
                if file.suffix == PART or (ours and not kept):
                    file.unlink()
                    removed += 1
            self._sizes[folder.name] = _size(folder)
            self._forget_if_empty(folder)
        sync(self._events)
        return removed

    def _folder(self, event_id: str) -> Path:
        if not _ID.fullmatch(event_id):
            raise ValueError(f"event id {event_id!r} cannot name a folder")
        return self._events / event_id

    def _make(self, folder: Path) -> None:
        if not folder.exists():
            folder.mkdir(mode=0o700)
            sync(self._events)

    def _make_room(self, event_id: str, size: int) -> None:
        if self._spare and free(self._root) < self._spare + size:
            raise MediaFull(f"media folder {self._root}: the disk is nearly full; free some space")
        if size > self._quota:
            raise MediaFull(f"a file of {size} bytes is above the quota of {self._quota}")
        excess = self.size + size - self._quota
        for oldest, held in list(self._sizes.items()):
            if excess <= 0:
                break
            if oldest == event_id or oldest in self._growing or oldest in self.locks:
                continue
            self._remove(oldest)
            excess -= held
        if excess > 0:
            raise MediaFull(f"event {event_id} alone fills the quota of {self._quota} bytes")

    def _release(self) -> None:
        """Leave half of the quota to what is not locked."""
        while len(self.locks) > 1 and self._locked_size() > self._quota / 2:
            self.locks.release_oldest()

    def _locked_size(self) -> int:
        return sum(size for event, size in self._sizes.items() if event in self.locks)

    def _remove(self, event_id: str) -> None:
        folder = self._events / event_id
        for file in folder.iterdir():
            if _NAME.fullmatch(file.name) or file.suffix == PART:
                file.unlink()
        self._sizes[event_id] = _size(folder)
        self._forget_if_empty(folder)
        self._sizes.pop(event_id, None)
        self.removed += 1

    def _forget_if_empty(self, folder: Path) -> None:
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
            self._sizes.pop(folder.name, None)

    def _folders(self) -> Iterator[Path]:
        for folder in self._events.iterdir():
            if _ID.fullmatch(folder.name) and folder.is_dir() and not folder.is_symlink():
                yield folder


def _store(path: Path, content: bytes) -> None:
    """Write so that under the final name there is never anything but the whole."""
    part = path.with_name(path.name + PART)
    part.unlink(missing_ok=True)
    file = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(file, rest) :]
        os.fsync(file)
        part.rename(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    finally:
        os.close(file)
    sync(path.parent)


def _size(folder: Path) -> int:
    return sum(file.lstat().st_size for file in folder.iterdir())
