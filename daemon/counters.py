"""Counters that balance: whatever is discarded is counted by reason."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from sources.message import Counts, Flow, GateReport

Drop = Literal["superseded", "too_old", "lost_with_worker", "torn", "lost_with_camera", "at_stop"]
"""Why a frame that was handed over was not looked at."""

_MAIN = ("spawns", "pictures", "pictures_gone")
_CLIPS = ("clips", "clips_stored", "clips_lost", "clips_refused", "clips_skipped")


@dataclass(frozen=True, slots=True)
class Serving:
    """Who reads a camera now, and how."""

    reader: str | None = None
    """`own`, `libav` or another part of Lookout; None where there is no choice of them."""

    transport: str | None = None
    decoder: str | None = None
    """`software`, or the device that decodes; None while that is not known."""


@dataclass(slots=True)
class CameraFigures:
    """What became of one camera's frames, over all its decoder children.

    received = detected + carried + Σ dropped + in_hand, always.
    """

    received: int = 0
    detected: int = 0
    carried: int = 0
    """Frames between two looks, over which the tracker carried what is known."""

    in_hand: int = 0
    parts: int = 0
    """Pictures and parts of pictures given to the detector for the frames in `detected`."""

    quiet: int = 0
    """Frames of those in which nothing had moved and nothing was due, so that it cost nothing."""

    dropped: Counter[Drop] = field(default_factory=Counter)
    spawns: int = 0
    lost_with_child: int = 0
    """Children that died before they could say how far they had come."""

    recycled: int = 0
    """Children that were replaced for the memory they held."""

    pictures: int = 0
    pictures_gone: int = 0
    too_late_to_save: int = 0
    clips: int = 0
    """Clips begun: clips = clips_stored + clips_lost + those in the making."""

    clips_stored: int = 0
    clips_lost: int = 0
    """Clips of which nothing came: no packets, or no room."""

    clips_refused: int = 0
    """Events without a clip because too many were in the making."""

    clips_skipped: int = 0
    """Packets missing in clips because they left the ring too soon."""

    main: "CameraFigures | None" = None
    """Those of the main stream, if there is one beside."""

    gate: GateReport | None = None
    """How the idle gate of the present child stands."""

    flow: Flow | None = None
    """What the present child's stream measures."""

    serving: Serving = Serving()
    """Who reads the camera; nobody while no child has opened it."""

    _ended: Counter[str] = field(default_factory=Counter)
    _present: Counts = field(default_factory=Counts)

    def receive(self) -> None:
        """Count a frame that came into our hands."""
        self.received += 1
        self.in_hand += 1

    def detect(self, parts: int | None = None) -> None:
        """Count a frame that was looked at, whole or in parts; in none where nothing was due."""
        self.in_hand -= 1
        self.detected += 1
        self.parts += 1 if parts is None else parts
        self.quiet += parts == 0

    def carry(self) -> None:
        """Count a frame that nobody was to look at."""
        self.in_hand -= 1
        self.carried += 1

    def drop(self, reason: Drop) -> None:
        """Count a frame that was discarded."""
        self.in_hand -= 1
        self.dropped[reason] += 1

    def report(self, counts: Counts) -> None:
        """Take the present child's own count."""
        self._present = counts

    def child_ended(self, *, in_order: bool) -> None:
        """Add up what the child reported before it ended."""
        self._ended.update(self._present.model_dump())
        self._present = Counts()
        if not in_order:
            self.lost_with_child += 1

    @property
    def child(self) -> dict[str, int]:
        """Sum of what all children of this camera reported."""
        present = self._present.model_dump()
        return {name: self._ended[name] + value for name, value in present.items()}

    @property
    def balanced(self) -> bool:
        """Whether every frame received is accounted for."""
        return self.received == self.detected + self.carried + self.dropped.total() + self.in_hand

    def figures(self) -> dict[str, int | float | str | None]:
        """Flatten for `stats`."""
        return {
            "received": self.received,
            "detected": self.detected,
            "carried": self.carried,
            "in_hand": self.in_hand,
            "parts": self.parts,
            "quiet": self.quiet,
            **{f"dropped_{reason}": count for reason, count in sorted(self.dropped.items())},
            **{f"child_{name}": count for name, count in self.child.items()},
            "spawns": self.spawns,
            "lost_with_child": self.lost_with_child,
            "recycled": self.recycled,
            "pictures": self.pictures,
            "pictures_gone": self.pictures_gone,
            "reader": self.serving.reader,
            "transport": self.serving.transport,
            "decoder": self.serving.decoder,
            **{f"stream_{name}": value for name, value in self._flow().items()},
            **({name: getattr(self, name) for name in _CLIPS} if self.clips else {}),
            **({f"main_{name}": getattr(self.main, name) for name in _MAIN} if self.main else {}),
            **{f"gate_{name}": value for name, value in self._gate().items()},
        }

    def _flow(self) -> dict[str, int | float | str | None]:
        flow = self.flow
        if flow is None:
            return {}
        clock = flow.clock
        figures: dict[str, int | float | str | None] = {
            "bit_rate": flow.bit_rate,
            "gop_frames": flow.gop_frames,
            "gop_seconds": _rounded(flow.gop_seconds),
        }
        if clock is not None:
            figures |= {"clock": clock.trust, "clock_ahead": _rounded(clock.ahead)}
        return figures

    def _gate(self) -> dict[str, int | float | str | None]:
        return {} if self.gate is None else self.gate.model_dump()


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
