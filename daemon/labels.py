"""Compares the labels that are watched for with those that the detectors can say."""

from collections.abc import Collection, Iterable
from difflib import get_close_matches

from daemon.config import CameraConfig
from reasoners import PresenceConfig
from reasoners.rules.compiling import labels_of
from reasoners.scene.presence import UNLABELLED

_SHOWN = 8


def watched(camera: CameraConfig) -> set[str]:
    """Return the labels that a camera's rules watch for, the built-in one's included if it is on.

    Args:
        camera: From a plan.
    """
    found = {label for rule in camera.rules.values() for label in labels_of(rule.when)}
    return found | set(camera.presence.labels) if camera.presence.enabled is not False else found


def unknown(camera: CameraConfig, known: Collection[str]) -> str:
    """Say in one line which labels of a camera can never be seen; empty if all can.

    Of the labels that nobody chose one that is known is enough: they are for any model.

    Args:
        camera: What is watched for.
        known: What its detectors can say.
    """
    told = [
        f"rules.{name}: its detector knows no {named}; it knows {_some(known)}"
        for name, rule in camera.rules.items()
        if (named := _missing(sorted(labels_of(rule.when)), known))
    ]
    if camera.presence.enabled is not False:
        told.insert(0, _presence(camera.presence, known))
    return "; ".join(filter(None, told))


def _presence(presence: PresenceConfig, known: Collection[str]) -> str:
    named = _missing(presence.labels, known)
    if not named:
        return ""
    if "labels" not in presence.model_fields_set:
        if UNLABELLED in known or any(label in known for label in presence.labels):
            return ""
        return (
            "presence.labels: of the usual labels its detector knows none; choose of "
            f"{_some(known)}"
        )
    return f"presence.labels: its detector knows no {named}; it knows {_some(known)}"


def _missing(labels: Iterable[str], known: Collection[str]) -> str:
    return ", ".join(_hinted(label, known) for label in labels if label not in known)


def _hinted(label: str, known: Collection[str]) -> str:
    close = get_close_matches(label, known, 1)
    return f"{label!r} (did you mean {close[0]!r}?)" if close else repr(label)


def _some(known: Collection[str]) -> str:
    names = sorted(known)
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
