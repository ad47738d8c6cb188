"""What the classes of a model are called."""

from typing import Literal

from detectors.errors import DetectorRejected
from detectors.families.coco import COCO, by_category
from detectors.families.family import Family


def class_names(
    configured: tuple[str, ...] | Literal["coco"] | None,
    described: tuple[str, ...],
    family: Family,
) -> tuple[str, ...]:
    """Find the names: the configuration's, else the model's own, else COCO's.

    Models that number COCO's classes by category have 91 of them, some without a name.

    Args:
        configured: `classes` of the configuration; "coco" stands for COCO's 80.
        described: From the model's metadata; empty if it has none.
        family: Knows how many classes the output has.

    Raises:
        DetectorRejected: There are none, or their number is wrong.
    """
    by_number = by_category() if family.classes == len(by_category()) else COCO
    if configured is None and not described and family.classes == len(by_number):
        return by_number
    names = (by_number if configured == "coco" else configured) or described
    if not names:
        count = f"{family.classes} " if family.classes else ""
        raise DetectorRejected(
            f"does not name its {count}classes; name them in their order in `classes`, or set "
            "`classes: coco` if they are COCO's"
        )
    if family.classes not in {0, len(names)}:
        where = "`classes` names" if configured else "its metadata names"
        raise DetectorRejected(
            f"has {family.classes} classes, but {where} {len(names)}; correct `classes`"
        )
    return names
