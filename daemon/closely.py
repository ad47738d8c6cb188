"""Looking closely at a camera: what the child should give parts of, and what the rest still holds.

Between two looks lies one wish. Of a recording the next picture is asked for only when the one
before was looked at, so that the wish, and with it every pixel, follows from the recording alone.
A live camera does not wait: what it is told may be one look old.
"""

import asyncio
from typing import Literal

from detectors import Attention, Detections, Glance
from detectors.message import Loaded
from sources import Frame
from sources.message import Part, Regions

MOST = 4
"""Parts of one picture that are looked at, the whole counted as one: a busy picture costs at most
so many times the detector's time."""

Choice = Literal["auto", "off"]


class Closely:
    """One camera's closer looks.

    Args:
        model: Width and height of the detector's input.
        live: Whether pictures come by themselves.
    """

    def __init__(self, model: tuple[int, int], *, live: bool) -> None:
        self._model = model
        self._live = live
        self._attention = Attention()
        self._settled = asyncio.Event()
        self._settled.set()

    async def wish(self) -> Regions:
        """Say what the next picture should be looked at for; of a recording, once that is known."""
        if not self._live:
            await self._settled.wait()
        self._settled.clear()
        return Regions(most=MOST, wanted=self._attention.wanted())

    def look(self, frame: Frame, found: Detections) -> Detections:
        """Add what is known to be where nobody looked."""
        whole = ((0.0, 0.0, 1.0, 1.0),)
        parts = whole if frame.parts is None else tuple(part.region for part in frame.parts)
        look = Glance(frame.captured_at, parts, frame.moved, frame.height, frame.width, self._model)
        return self._attention.settle(look, found)

    def done(self) -> None:
        """A frame was looked at, or discarded."""
        self._settled.set()


def closely(choice: Choice, profile: Loaded, *, live: bool) -> Closely | None:
    """Return how a camera is looked at closely, or None where it is always seen whole."""
    if choice == "off" or not profile.parts:
        return None
    return Closely((profile.width, profile.height), live=live)


def fits(parts: tuple[Part, ...], most: int, model: tuple[int, int], slot: tuple[int, int]) -> bool:
    """Tell whether a child gave parts as it was asked to.

    Args:
        parts: What it gave.
        most: How many it may give.
        model: Width and height that no part may exceed.
        slot: Width and height of the picture in the slot.
    """
    return len(parts) <= most and all(
        left + width <= slot[0]
        and top + height <= slot[1]
        and width <= model[0]
        and height <= model[1]
        for left, top, width, height in (part.place for part in parts)
    )
