"""What the classes of a model are called."""

from detectors.errors import DetectorRejected
from detectors.families.coco import COCO
from detectors.families.family import Family


def class_names(
    configured: tuple[str, ...] | None, described: tuple[str, ...], family: Family
) -> tuple[str, ...]:
    """Find the names: the configuration's, else the model's own, else COCO's.

    Args:
        configured: `classes` of the configuration.
        described: From the model's metadata; empty if it has none.
        family: Knows how many classes the output has.

    Raises:
        DetectorRejected: There are none, or their number is wrong.
    """
    if configured is None and not described and family.classes == len(COCO):
        return COCO
    names = configured or described
    if not names:
        count = f"{family.classes} " if family.classes else ""
        raise DetectorRejected(
            f"does not name its {count}classes; name them in their order in `classes`"
        )
    if family.classes not in {0, len(names)}:
        where = "`classes` names" if configured else "its metadata names"
        raise DetectorRejected(
            f"has {family.classes} classes, but {where} {len(names)}; correct `classes`"
        )
    return names
