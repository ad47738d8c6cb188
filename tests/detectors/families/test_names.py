"""What classes are called."""

import pytest

from detectors.errors import DetectorRejected
from detectors.families.choice import choose
from detectors.families.coco import COCO
from detectors.families.names import class_names

EIGHTY = choose([(1, 84, 8400)], (640, 640))
THREE = choose([(1, 7, 8400)], (640, 640))


def test_the_configuration_goes_first() -> None:
    """Configured names win over the model's own, those over COCO's."""
    assert class_names(("a", "b", "c"), ("x", "y", "z"), THREE) == ("a", "b", "c")
    assert class_names(None, ("x", "y", "z"), THREE) == ("x", "y", "z")
    assert class_names(None, (), EIGHTY) == COCO


def test_names_are_needed() -> None:
    """A model without names that is not COCO's is refused with the remedy."""
    with pytest.raises(DetectorRejected, match=r"3 classes.*`classes`"):
        class_names(None, (), THREE)


def test_their_number_must_be_right() -> None:
    """Too few or too many names are refused, saying whose they are."""
    with pytest.raises(DetectorRejected, match="3 classes, but `classes` names 2"):
        class_names(("a", "b"), (), THREE)
    with pytest.raises(DetectorRejected, match="80 classes, but its metadata names 3"):
        class_names(None, ("a", "b", "c"), EIGHTY)


def test_coco_can_be_meant_by_its_name() -> None:
    """`classes: coco` names 80 classes, or 91 where the model numbers them by category."""
    found = choose([(300,), (300, 4), (300,)], (640, 640))
    by_category = choose([(1, 300, 91), (1, 300, 4)], (640, 640))
    assert class_names("coco", (), found) == COCO
    names = class_names("coco", (), by_category)
    assert names == class_names(None, (), by_category)
    assert (names[0], names[1], names[12], names[13], names[90]) == (
        *("", "person", "", "stop sign", "toothbrush"),
    )
    with pytest.raises(DetectorRejected, match="3 classes, but `classes` names 80"):
        class_names("coco", (), THREE)
