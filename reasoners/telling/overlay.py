"""What is drawn on every frame of a film of a replay: zones, lines, tracks, tails, time. Pure."""

from collections import deque
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from reasoners.driving import picture
from reasoners.driving.assist import Assist
from reasoners.scene.line import LineConfig
from reasoners.scene.view import View
from reasoners.scene.zone import ZoneConfig
from reasoners.telling.wire import track_name
from sources import Mark, PictureRequest

TAIL = 3.0
"""Seconds of an object's way that are drawn behind it."""

MOST = 50
"""Objects drawn; more hide the picture."""

LONGEST = 1280
"""Pixels of the longer side of a film."""

MARKS = 256
"""Marks of one picture."""

_MOST_POINTS = 120
FAINT = (150, 150, 150)
COLORS = (
    *((255, 196, 0), (0, 200, 255), (120, 230, 80), (255, 110, 90)),
    *((200, 130, 255), (255, 150, 210), (80, 160, 255), (240, 240, 120)),
)
"""One after the other by track id, so that neighbours differ."""


EMPTY: Mapping[str, LineConfig] = MappingProxyType({})


class Overlay:
    """The marks of one camera, frame after frame; remembers where each track was.

    Args:
        zones: As configured, by name.
        lines: As configured, by name.
        assist: Who watches the road, of a camera that looks ahead out of a vehicle.
        language: Of its warnings.
    """

    def __init__(
        self,
        zones: Mapping[str, ZoneConfig],
        lines: Mapping[str, LineConfig] = EMPTY,
        assist: Assist | None = None,
        language: str = "en",
    ) -> None:
        self._assist = assist
        self._language = language
        self._places = (
            *(
                Mark(shape="polygon", points=zone.points, text=zone.title or name, color=FAINT)
                for name, zone in zones.items()
            ),
            *(
                Mark(shape="line", points=line.points, text=line.title or name, color=FAINT)
                for name, line in lines.items()
            ),
        )
        self._tails: dict[int, deque[tuple[float, tuple[float, float]]]] = {}

    def frame(self, view: View, more: Sequence[Mark] = ()) -> PictureRequest:
        """Ask for this frame with everything the tracker knows of it drawn on.

        Args:
            view: The frame.
            more: What else to draw, as far as there is room.
        """
        self._forget(view.captured_at, {track.id for track in view.tracks})
        marks = list(self._places)
        for track in view.tracks[:MOST]:
            color = FAINT if track.lost else COLORS[track.id % len(COLORS)]
            left, top, right, bottom = (min(1.0, max(0.0, side)) for side in track.xyxy)
            tail = self._tails.setdefault(track.id, deque(maxlen=_MOST_POINTS))
            tail.append((view.captured_at, ((left + right) / 2, bottom)))
            if len(tail) > 1:
                points = tuple(point for _, point in tail)
                marks.append(Mark(shape="line", points=points, color=color))
            text = f"{track.label[:60]} {track_name(track.id)} {track.score:.2f}"
            # What is only believed to be there is drawn without words, or at least dashed.
            text = "" if track.lost else text
            corners = ((left, top), (right, bottom))
            dashed = track.carried
            marks.append(Mark(shape="box", points=corners, text=text, color=color, dashed=dashed))
        if self._assist is not None:
            marks += picture.marks(self._assist, view, self._language)
        marks.append(Mark(shape="text", points=((0.01, 0.04),), text=f"{view.captured_at:.2f} s"))
        marks += more[: MARKS - len(marks)]
        return PictureRequest(index=view.index, longest=LONGEST, marks=tuple(marks))

    def _forget(self, now: float, present: set[int]) -> None:
        for track, tail in list(self._tails.items()):
            while tail and tail[0][0] < now - TAIL:
                tail.popleft()
            if track not in present and not tail:
                del self._tails[track]
