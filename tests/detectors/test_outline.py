"""The outline search: in regions as in the whole, and nowhere else."""

import numpy as np

from detectors.outline import PeopleSearch
from sources.street import Street


def test_a_region_gives_who_is_in_it_and_nobody_else() -> None:
    """Searching around a person finds them; searching elsewhere does not."""
    street = Street(960, 540, 10, seed=0)
    rgb = street.draw(110)
    (box,) = (t.box for t in street.truth(110) if t.label == "person" and t.visible > 0.95)
    left, top, right, bottom = (v * s for v, s in zip(box, (960, 540, 960, 540), strict=True))
    search = PeopleSearch(1.08, 0.45)
    around = np.array([[left - 90, top - 60, right + 90, bottom + 60]], np.float32)
    (found,) = search.within(rgb, around, 130, 0.6).boxes
    assert left - 25 < found[0] < found[2] < right + 25
    away = np.array([[0, 0, 240, 270]], np.float32)
    assert not len(search.within(rgb, away, 130, 0.6).boxes)
    assert not len(search.within(rgb, away[:0], 130, 0.6).boxes)


def test_a_region_without_room_is_passed_over() -> None:
    """Empty and outside regions are no error."""
    rgb = np.zeros((200, 200, 3), np.uint8)
    regions = np.array([[10, 10, 10, 90], [150, 150, 900, 900], [-50, -50, 20, 20]], np.float32)
    assert not len(PeopleSearch(1.1, 0.5).within(rgb, regions, 50, 0.1).boxes)
