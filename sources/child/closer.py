"""Chooses and converts the parts of a picture that are looked at, and lays them side by side."""

from dataclasses import dataclass

from sources.child.convert import WHOLE, Converter, Size
from sources.child.luma import Luma
from sources.child.motion import Motion
from sources.child.regions import Need, Planner
from sources.message import Part, Region, Regions
from sources.slot import LARGEST_SIDE
from sources.source import Picture, Rgb

_MOST_MOVED = 64


@dataclass(frozen=True, slots=True)
class Mosaic:
    """Several parts of one picture in one."""

    width: int
    height: int
    pieces: tuple[tuple[int, int, Rgb], ...]
    """Left, top and pixels of each."""

    parts: tuple[Part, ...]
    moved: tuple[Region, ...]


class Closer:
    """What one camera's pictures are looked at closely for: motion, and what the daemon names.

    Args:
        model: Size of the detector's input.
    """

    def __init__(self, model: Size) -> None:
        self.model = model
        self._motion = Motion()
        self._planner = Planner(model)
        self._moved: tuple[Region, ...] = ()

    def cut(self, converter: Converter, picture: Picture, wish: Regions) -> Mosaic:
        """Choose the parts of a picture and convert them.

        Raises:
            DecodeFault: libav cannot convert this picture.
        """
        across, down = self._cells()
        full = converter.size(picture)
        chosen, moved = self._chosen(converter.luma(picture), full, wish, across * down)
        pieces, parts = [], []
        for number, region in enumerate(chosen):
            left, top = number % across * self.model.width, number // across * self.model.height
            rgb = self._converted(converter, picture, region)
            pieces.append((left, top, rgb))
            parts.append(Part(region=region, place=(left, top, rgb.shape[1], rgb.shape[0])))
        return Mosaic(
            max((left + rgb.shape[1] for left, _, rgb in pieces), default=1),
            max((top + rgb.shape[0] for _, top, rgb in pieces), default=1),
            tuple(pieces),
            tuple(parts),
            moved,
        )

    def _cells(self) -> tuple[int, int]:
        return LARGEST_SIDE // self.model.width, LARGEST_SIDE // self.model.height

    def _chosen(
        self, luma: Luma, full: Size, wish: Regions, room: int
    ) -> tuple[list[Region], tuple[Region, ...]]:
        moved = self._motion.look(luma)
        if not moved.settled:
            self._moved = (WHOLE,)
            return self._planner.whole(), (WHOLE,)
        boxes = moved.boxes
        if len(boxes) > _MOST_MOVED:
            boxes = tuple(sorted(boxes, key=_area, reverse=True)[:_MOST_MOVED])
        # Where something moved at the last look and nothing does now, it may have gone, or have
        # stood so long that it became background.
        calmed = tuple(box for box in self._moved if not any(_touch(box, one) for one in boxes))
        self._moved = boxes
        need = Need((*boxes, *calmed), wish.wanted)
        return self._planner.plan(full, need, min(wish.most, room)), boxes

    def _converted(self, converter: Converter, picture: Picture, region: Region) -> Rgb:
        if region == WHOLE:
            return converter.fit(picture, self.model.width, self.model.height)
        return converter.part(picture, region, self.model.width, self.model.height)


def _touch(one: Region, other: Region) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _area(box: Region) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])
