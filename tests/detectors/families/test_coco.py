"""COCO's names."""

from detectors.families.coco import COCO


def test_there_are_eighty_different_names() -> None:
    """Eighty names, none twice, in the numbering that models use."""
    assert len(set(COCO)) == len(COCO) == 80
    assert (COCO[0], COCO[2], COCO[16], COCO[79]) == ("person", "car", "dog", "toothbrush")
