"""Looks a journal and its media over, and says what is not as it was promised. Changes nothing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sinks.journal import JournalReader
from sinks.lock import MARK

_REFERENCE: Final = re.compile(r"/events/[A-Za-z0-9][A-Za-z0-9_-]{0,63}/[a-z0-9][a-z0-9.-]{0,63}")
_JPEG: Final = (b"\xff\xd8\xff", b"\xff\xd9")
_BOX: Final = 8
"""Bytes of size and type before each box, ISO/IEC 14496-12, 4.2."""

_LARGE, _TO_THE_END = 1, 0


@dataclass(slots=True)
class Findings:
    """What was looked at, and what was wrong with it."""

    revisions: int = 0
    pictures: int = 0
    """Media files that a revision names."""

    expired: int = 0
    """Named, but gone with the quota; that is no damage."""

    orphans: list[str] = field(default_factory=list)
    """Files that no revision names; the next start of the daemon removes them."""

    damage: list[str] = field(default_factory=list)
    """One sentence each."""


def look_over(journal: JournalReader, media: Path) -> Findings:
    """Check the file, the accounts, the numbering, and every picture and clip that is named.

    Args:
        journal: Of a daemon that may be running.
        media: Its folder of media; it may be missing.
    """
    found = Findings()
    found.damage += [f"journal: {text}" for text in journal.integrity()]
    if found.damage:
        # Whatever a damaged file says further would be guesswork.
        return found
    found.damage += _accounts(journal)
    named: set[str] = set()
    found.damage += _revisions(journal, found, named)
    folder = media / "events"
    there = {
        f"/events/{path.parent.name}/{path.name}": path
        for path in folder.glob("*/*")
        if path.name != MARK
    }
    for reference in sorted(named):
        if not _REFERENCE.fullmatch(reference):
            found.damage.append(f"media {reference!r}: no reference of ours")
        elif (path := there.get(reference)) is None:
            found.expired += 1
        elif flaw := _flaw(path):
            found.damage.append(f"media {reference}: {flaw}")
    found.pictures = len(named)
    # What is locked stays, though the journal may have forgotten its event.
    found.orphans = sorted(
        reference
        for reference in there.keys() - named
        if not (there[reference].parent / MARK).exists()
    )
    return found


def _accounts(journal: JournalReader) -> Iterator[str]:
    for name, sink in journal.figures()["sinks"].items():
        counted = sink["delivered"] + sink["waiting"] + sink["dead_lettered"] + sink["expired"]
        if sink["committed"] != counted:
            yield f"sink {name}: {sink['committed']} committed, but {counted} accounted for"


def _revisions(journal: JournalReader, found: Findings, named: set[str]) -> Iterator[str]:
    """Check that `seq` has no gap within what is kept, and revisions rise by one."""
    seqs: dict[str, int] = {}
    revisions: dict[str, int] = {}
    for entry in journal.events():
        event = entry.event
        found.revisions += 1
        media = event.media
        named.update(ref for ref in (media.snapshot, media.forecast, media.clip) if ref)
        seq = event.seq or 0
        if seq != seqs.get(event.camera, seq - 1) + 1:
            yield f"camera {event.camera}: seq {seq} after {seqs[event.camera]}"
        seqs[event.camera] = seq
        before = revisions.get(event.id, event.revision - 1)
        if event.revision != before + 1:
            yield f"event {event.id}: revision {event.revision} after {before}"
        revisions[event.id] = event.revision


def _flaw(path: Path) -> str:
    """Say what is wrong with a file; nothing when it is whole."""
    try:
        if path.suffix == ".jpg":
            content = path.read_bytes()
            whole = content.startswith(_JPEG[0]) and content.endswith(_JPEG[1])
            return "" if whole else f"no whole JPEG ({len(content)} bytes)"
        return _boxes(path) if path.suffix == ".mp4" else "neither picture nor clip"
    except OSError as exc:
        return exc.strerror or str(exc)


def _boxes(path: Path) -> str:
    """Walk the boxes of an MP4 file: each must end in it, and there must be pictures."""
    size = path.stat().st_size
    kinds: list[bytes] = []
    at = 0
    with path.open("rb") as file:
        while at < size:
            file.seek(at)
            head = file.read(2 * _BOX)
            length, kind = int.from_bytes(head[:4]), head[4:_BOX]
            if length == _LARGE:
                length = int.from_bytes(head[_BOX:])
            elif length == _TO_THE_END:
                length = size - at
            if len(head) < _BOX or length < _BOX or at + length > size:
                return f"cut off in box {kind.decode('latin-1')!r} at byte {at} of {size}"
            kinds.append(kind)
            at += length
    if not {b"ftyp", b"moov", b"mdat"} <= set(kinds):
        return "no whole MP4: " + ", ".join(sorted({k.decode("latin-1") for k in kinds}))
    return ""
