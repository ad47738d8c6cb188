"""Compares the labels that are watched for with those that the detectors can say."""

from collections.abc import Collection
from difflib import get_close_matches

from daemon.config import CameraConfig
from reasoners.scene.presence import UNLABELLED

_SHOWN = 8


def unknown(camera: CameraConfig, known: Collection[str]) -> str:
    """Say in one line which labels of a camera can never be seen; empty if all can.

    Of the labels that nobody chose one that is known is enough: they are for any model.

    Args:
        camera: What is watched for.
        known: What its detectors can say.
    """
    presence = camera.presence
    missing = [label for label in presence.labels if label not in known]
    if not missing:
        return ""
    if "labels" not in presence.model_fields_set:
        if len(missing) < len(presence.labels) or UNLABELLED in known:
            return ""
        return (
            "presence.labels: of the usual labels its detector knows none; choose of "
            f"{_some(known)}"
        )
    named = ", ".join(_hinted(label, known) for label in missing)
    return f"presence.labels: its detector knows no {named}; it knows {_some(known)}"


def _hinted(label: str, known: Collection[str]) -> str:
    close = get_close_matches(label, known, 1)
    return f"{label!r} (did you mean {close[0]!r}?)" if close else repr(label)


def _some(known: Collection[str]) -> str:
    names = sorted(known)
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
