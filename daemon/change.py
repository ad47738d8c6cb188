"""What another configuration changes while the daemon runs, and what of it has to wait. Pure.

Cameras come and go and change, with everything that is about them: rules, zones, detectors,
tracker, credentials, language, profiles. What holds the daemon together is built once: where
events are kept, where they go, whom questions are put to.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pydantic import BaseModel

from daemon.errors import ConfigRejected
from daemon.plan import CameraPlan, Plan, plan

WAITS = (
    *("node", "state_dir", "sinks", "reasoner", "reasoners"),
    *("journal", "media", "cassette", "timing", "stats_interval"),
)
"""Keys whose change takes a restart."""


@dataclass(frozen=True, slots=True)
class Change:
    """From one plan to the next."""

    plan: Plan
    """What is at work afterwards."""

    begun: tuple[str, ...] = ()
    """Cameras that were not there."""

    ended: tuple[str, ...] = ()
    """Cameras that are not there any more."""

    anew: tuple[str, ...] = ()
    """Cameras that are there before and after, and of which something is different."""

    detectors: tuple[str, ...] = ()
    """Those that cameras will use and that do not run, or run differently."""

    waiting: tuple[str, ...] = ()
    """Keys that wait for a restart."""


def change(old: Plan, new: Plan) -> Change:
    """Compare what is at work with what is wanted.

    Raises:
        ConfigRejected: What may change does not hold without what has to wait.
    """
    waiting = _waiting(old, new)
    if waiting:
        new = _without(old, new, waiting)
    both = [name for name in new.cameras if name in old.cameras]
    return Change(
        new,
        begun=tuple(name for name in new.cameras if name not in old.cameras),
        ended=tuple(name for name in old.cameras if name not in new.cameras),
        anew=tuple(name for name in both if not _same(name, old, new)),
        detectors=_detectors(old, new),
        waiting=waiting,
    )


def used(whole: Plan) -> Mapping[str, CameraPlan]:
    """Return the cameras that are followed: those not switched off."""
    return {name: one for name, one in whole.cameras.items() if one.config.enabled}


def _detectors(old: Plan, new: Plan) -> tuple[str, ...]:
    before = {name for camera in used(old).values() for name in camera.detectors}
    after = {name for camera in used(new).values() for name in camera.detectors}
    running = {name: old.detectors[name] for name in before}
    return tuple(sorted(name for name in after if running.get(name) != new.detectors[name]))


def _same(name: str, old: Plan, new: Plan) -> bool:
    """Tell whether a camera may go on undisturbed; a title is for people alone."""
    before, after = old.cameras[name], new.cameras[name]
    return (
        before.config.model_copy(update={"title": None}),
        (before.source, before.live, before.finite, before.quiet, before.secret, before.main),
        [(one, old.detectors[one]) for one in before.detectors],
        old.tracker,
        old.language(name),
    ) == (
        after.config.model_copy(update={"title": None}),
        (after.source, after.live, after.finite, after.quiet, after.secret, after.main),
        [(one, new.detectors[one]) for one in after.detectors],
        new.tracker,
        new.language(name),
    )


def _waiting(old: Plan, new: Plan) -> tuple[str, ...]:
    """Name what is different and takes a restart, as closely as people would."""
    found: list[str] = []
    for key in WAITS:
        if key == "state_dir":
            found += [key] if old.config.state != new.config.state else []
        else:
            found += _different(key, getattr(old.config, key), getattr(new.config, key))
    keys = {one.name: one.key for one in old.reasoners}
    for one in new.reasoners:
        name = "reasoner" if one.name == "reasoner" else f"reasoners.{one.name}"
        if name not in found and one.key != keys.get(one.name, one.key):
            found.append(f"{name}.credential")
    return tuple(found)


def _different(key: str, before: object, after: object) -> list[str]:
    if before == after:
        return []
    if isinstance(before, dict) and isinstance(after, dict):
        names = {**before, **after}
        return [f"{key}.{name}" for name in names if before.get(name) != after.get(name)]
    if isinstance(before, BaseModel) and type(before) is type(after) and not before.model_extra:
        fields = type(before).model_fields
        return [f"{key}.{name}" for name in fields if getattr(before, name) != getattr(after, name)]
    return [key]


def _without(old: Plan, new: Plan, waiting: tuple[str, ...]) -> Plan:
    """Make the plan in which what has to wait is as it was.

    Raises:
        ConfigRejected: It does not hold.
    """
    kept = {key: getattr(old.config, key) for key in WAITS}
    try:
        made = plan(new.config.model_copy(update=kept), new.origin, new.secrets)
    except ConfigRejected as exc:
        why = f"{new.origin}: {', '.join(waiting)}: restart to apply; the rest needs it:"
        raise ConfigRejected("\n".join([why, *exc.problems])) from None
    # With their keys, as they were.
    return replace(made, reasoners=old.reasoners)
