"""Which rules each camera has: its own, and those that cameras share."""

from collections.abc import Iterator, Mapping

from daemon.config import CameraConfig, DaemonConfig
from reasoners import RuleConfig, SharedRuleConfig
from reasoners.rules.checking import check, missing
from reasoners.scene.presence import RULE


def ruled(config: DaemonConfig, name: str) -> CameraConfig:
    """Return a camera with all its rules, and with the built-in one decided.

    Its own rules take the place of shared ones of the same name. It has the built-in rule if it has
    no others and looks at a place, or asks for it.
    """
    camera = config.cameras[name]
    shared = {key: rule for key, rule in config.rules.items() if _is_for(rule, name, camera)}
    rules = {key: rule for key, rule in {**shared, **camera.rules}.items() if rule.enabled}
    busy = bool(rules) or camera.profile is not None
    enabled = camera.presence.enabled if camera.presence.enabled is not None else not busy
    presence = camera.presence.model_copy(update={"enabled": enabled})
    return camera.model_copy(update={"rules": rules, "presence": presence})


def rule_names(camera: CameraConfig) -> tuple[str, ...]:
    """Return the names of the rules at work on a camera from `ruled`, the built-in one first."""
    own = (*camera.rules, *(camera.driving.warn if camera.profile == "driver_assist" else ()))
    return (RULE, *own) if camera.presence.enabled else own


def awake(camera: CameraConfig) -> dict[str, tuple[str, ...]]:
    """Return the profiles in which each rule at work is awake; none of them means all."""
    rules = camera.rules
    return {name: rules[name].profiles if name in rules else () for name in rule_names(camera)}


def title(camera: CameraConfig, name: str) -> str:
    """Return what people call a rule."""
    rule = camera.rules.get(name)
    return name if rule is None or rule.title is None else rule.title


def problems(config: DaemonConfig, origin: str) -> list[str]:
    """Return a line for all that is wrong with rules: file, key, reason and remedy."""
    return list(dict.fromkeys(_problems(config, origin)))


def _problems(config: DaemonConfig, origin: str) -> Iterator[str]:
    if config.profile not in config.profiles:
        known = ", ".join(config.profiles)
        yield f"{origin}: profile: {config.profile!r} is none of `profiles` ({known}); add it there"
    for name, camera in config.cameras.items():
        if camera.profile == "driver_assist":
            for rule in {*camera.rules} & {*camera.driving.warn}:
                yield (
                    f"{origin}: cameras.{name}.rules.{rule}: driver assist warns by this name; "
                    "rename the rule, or leave it out of `driving.warn`"
                )
        for rule, told in camera.rules.items():
            yield from _wrong(config, f"{origin}: cameras.{name}.rules.{rule}", rule, told, camera)
    for rule, shared in config.rules.items():
        key = f"{origin}: rules.{rule}"
        unknown = [name for name in shared.cameras or () if name not in config.cameras]
        for name in unknown:
            known = ", ".join(config.cameras)
            yield f"{key}.cameras: no camera {name!r}; there are {known}"
        named = [name for name in shared.cameras or () if name in config.cameras]
        cameras = named or [
            name for name, camera in config.cameras.items() if _is_for(shared, name, camera)
        ]
        if not cameras and not unknown:
            yield f"{key}: {_nowhere(shared, config.cameras)}"
        for name in cameras:
            yield from _wrong(config, key, rule, shared, config.cameras[name])


def _wrong(
    config: DaemonConfig, key: str, name: str, rule: RuleConfig, camera: CameraConfig
) -> Iterator[str]:
    if name == RULE:
        yield f"{key}: {RULE!r} is the built-in rule; give this one another name"
    for profile in rule.profiles:
        if profile not in config.profiles:
            known = ", ".join(config.profiles)
            yield f"{key}.profiles: no profile {profile!r}; there are {known}; add it to `profiles`"
    if rule.timezone is not None and not rule.schedule:
        yield f"{key}.timezone: without a `schedule` it means nothing; remove it"
    for path, reason in check(rule, camera.zones, camera.lines):
        yield f"{key}.{path}: {reason}"


def _is_for(rule: SharedRuleConfig, name: str, camera: CameraConfig) -> bool:
    if rule.cameras is not None:
        return name in rule.cameras
    return not missing(rule, camera.zones, camera.lines)


def _nowhere(rule: SharedRuleConfig, cameras: Mapping[str, CameraConfig]) -> str:
    """Say what the camera that comes closest lacks."""
    lacks = [missing(rule, camera.zones, camera.lines) for camera in cameras.values()]
    path, reason = min(lacks, key=len)[0]
    return f"no camera has all the zones and lines it names ({path}: {reason})"
