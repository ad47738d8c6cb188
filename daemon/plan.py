"""A configuration made whole: every backend found, every option checked, nothing started."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from daemon.backends import Backend, resolve
from daemon.config import CameraConfig, DaemonConfig, Use
from daemon.errors import ConfigRejected
from daemon.secrets import Secret, Secrets


@dataclass(frozen=True, slots=True)
class CameraPlan:
    """One camera, ready to be opened."""

    config: CameraConfig
    source: Backend
    live: bool
    finite: bool
    secret: Secret | None


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything a configuration asks for."""

    config: DaemonConfig
    origin: str
    cameras: dict[str, CameraPlan]
    detector: Backend
    tracker: Backend
    reasoner: Backend | None
    reasoner_key: str | None
    sinks: dict[str, Backend]
    secrets: Secrets


def model_folders(state: Path) -> list[Path]:
    """Name the folders where models are looked for when the configuration names none."""
    return [state / "models", Path("models")]


def detector_use(use: Use, state: Path) -> Use:
    """Return the detector's section; `auto` without `models` gets the first usual folder."""
    if use.type != "auto" or "models" in use.options:
        return use
    found = next((folder for folder in model_folders(state) if folder.is_dir()), None)
    if found is None:
        return use
    return Use.model_validate({"type": "auto", "models": str(found.absolute()), **use.options})


class _Problems:
    """Collects every problem, so that all of them are told at once."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def attempt(self, make: Callable[[], Any]) -> Any:  # noqa: ANN401 (whatever make returns)
        """Return what `make` returns, or None after noting why it could not."""
        try:
            return make()
        except ConfigRejected as exc:
            self.lines += exc.problems
            return None


def plan(config: DaemonConfig, origin: str, secrets: Secrets) -> Plan:
    """Resolve every backend the configuration names.

    Raises:
        ConfigRejected: One line per problem, all of them.
    """
    problems = _Problems()
    cameras = {
        name: problems.attempt(partial(_camera, name, camera, origin, secrets))
        for name, camera in config.cameras.items()
    }
    detector = problems.attempt(partial(resolve, "detectors", "detector", config.detector, origin))
    tracker = problems.attempt(
        partial(resolve, "trackers", "tracker", Use(type="bytetrack"), origin)
    )
    reasoner, key = None, None
    if config.reasoner is not None:
        use = config.reasoner
        reasoner = problems.attempt(partial(resolve, "reasoners", "reasoner", use, origin))
        key = problems.attempt(partial(_key, reasoner, origin, secrets))
    sinks = {
        name: problems.attempt(partial(_sink, name, use, origin, secrets))
        for name, use in config.sinks.items()
    }
    if problems.lines:
        raise ConfigRejected("\n".join(dict.fromkeys(problems.lines)))
    return Plan(config, origin, cameras, detector, tracker, reasoner, key, sinks, secrets)


def _camera(name: str, camera: CameraConfig, origin: str, secrets: Secrets) -> CameraPlan:
    key = f"cameras.{name}.source"
    source = resolve("sources", key, camera.source, origin)
    built = source.factory(name, source.config)
    secret = _secret(source.config, key, origin, secrets)
    return CameraPlan(camera, source, bool(built.live), bool(built.finite), secret)


def _sink(name: str, use: Use, origin: str, secrets: Secrets) -> Backend:
    key = f"sinks.{name}"
    sink = resolve("sinks", key, use, origin)
    _secret(sink.config, key, origin, secrets)
    return sink


def _key(reasoner: Backend | None, origin: str, secrets: Secrets) -> str | None:
    if reasoner is None:
        return None
    secret = _secret(reasoner.config, "reasoner", origin, secrets)
    return secret.password if secret else None


def _secret(config: BaseModel, key: str, origin: str, secrets: Secrets) -> Secret | None:
    name = getattr(config, "credential", None)
    if name is None:
        return None
    try:
        return secrets.get(name)
    except ConfigRejected as exc:
        raise ConfigRejected(f"{origin}: {key}.credential: {exc}") from None
