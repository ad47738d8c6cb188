"""Whether we stand, and behind whom."""

from reasoners.driving.contact import Contact
from reasoners.driving.queueing import Queueing
from reasoners.driving.sighting import Sighting
from reasoners.driving.traffic import ROAD


def lead(growth: float, grown: float) -> Sighting:
    """Return a car ahead whose box grows so fast."""
    contact = Contact(None, 0.0, None, growth, 0.01, 0.0, 0.1, 0.0, 0.1, 1.0, grown)
    return Sighting(3, 9, "car", ROAD["car"], (0.4, 0.5, 0.6, 0.8), 5.0, contact)


def test_we_stand_after_half_a_second_of_a_still_picture() -> None:
    """What is not known is no standing."""
    queueing = Queueing()
    for at, stands in ((0.0, False), (0.4, False), (0.6, True)):
        queueing.note(at, still=True)
        assert queueing.stands(at) is stands
    queueing.note(0.7, still=None)
    assert not queueing.stands(2.0)


def test_only_who_stood_before_us_can_move_off() -> None:
    """It must have stood for a while, as we did, and then shrink plainly."""
    queueing = Queueing()
    queueing.note(0.0, still=True)
    assert queueing.moved_off(0.5, 3, [lead(0.0, 1.0)]) is None
    assert queueing.moved_off(2.0, 3, [lead(-0.2, 0.85)]) is None
    assert queueing.moved_off(4.0, 3, [lead(-0.2, 0.98)]) is None
    assert queueing.moved_off(4.0, 3, [lead(-0.2, 0.85)]) is not None
    assert queueing.moved_off(4.1, None, []) is None
    assert queueing.moved_off(4.2, 3, [lead(-0.2, 0.85)]) is None
