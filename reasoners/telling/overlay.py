"""What is drawn on every frame of a film of a replay: zones, lines, tracks, tails, time. Pure."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from reasoners.driving import picture
from reasoners.driving.assist import Assist
from reasoners.scene.line import LineConfig
from reasoners.scene.view import View
from reasoners.scene.zone import ZoneConfig
from reasoners.telling.strokes import FAINT, Tails, box, called, color_of, fitting, foot, places
from sources import Mark, PictureRequest

MOST = 50
"""Objects drawn; more hide the picture."""

LONGEST = 1280
"""Pixels of the longer side of a film."""

MARKS = 256
"""Marks of one picture."""

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
        self._places = places(zones, lines)
        self._tails = Tails()

    def frame(self, view: View, more: Sequence[Mark] = ()) -> PictureRequest:
        """Ask for this frame with everything the tracker knows of it drawn on.

        Args:
            view: The frame.
            more: What else to draw, under the boxes, as far as there is room.
        """
        self._tails.forget(view.captured_at)
        tails, boxes = list[Mark | None](), list[Mark]()
        for track in view.tracks[:MOST]:
            color = FAINT if track.lost else color_of(track.id)
            place = foot(track.xyxy)
            self._tails.note(track.id, view.captured_at, place)
            tails.append(self._tails.mark(track.id, color, place))
            # What is only believed to be there is drawn without words, or at least dashed.
            text = "" if track.lost else called(track.label, track.id, track.score)
            boxes.append(box(track.xyxy, color, text, dashed=track.carried))
        if self._assist is not None:
            boxes += picture.marks(self._assist, view, self._language)
        boxes.append(Mark(shape="text", points=((0.01, 0.04),), text=f"{view.captured_at:.2f} s"))
        boxes = boxes[: MARKS - len(self._places)]
        under = fitting((*tails, *more), MARKS - len(self._places) - len(boxes))
        return PictureRequest(
            index=view.index, longest=LONGEST, marks=(*self._places, *under, *boxes)
        )
