"""A configuration made whole: every backend found, every option checked, nothing started."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from daemon import ruling
from daemon.backends import Backend, resolve
from daemon.config import CameraConfig, DaemonConfig, Use
from daemon.errors import ConfigRejected
from daemon.secrets import Secret, Secrets
from reasoners.providers.parser import ParserConfig
from sources import Quiet

SIMPLE = "detector"
"""What the detector of the simple form, `detector: {...}`, is called among others."""


@dataclass(frozen=True, slots=True)
class CameraPlan:
    """One camera, ready to be opened."""

    config: CameraConfig
    """As configured, with all rules it has and `presence.enabled` decided."""

    source: Backend
    live: bool
    finite: bool
    quiet: float
    """Seconds without a picture that are no fault, beyond what `timing` allows."""

    secret: Secret | None
    detectors: tuple[str, ...] = (SIMPLE,)
    """Names of those that look at it."""

    main: "MainPlan | None" = None
    """Where its pictures and clips come from, if from elsewhere."""


@dataclass(frozen=True, slots=True)
class MainPlan:
    """The main stream of a camera of which a substream is watched."""

    source: Backend
    secret: Secret | None


@dataclass(frozen=True, slots=True)
class ReasonerPlan:
    """A model that may be asked, and its key."""

    name: str
    backend: Backend
    key: str | None

    @property
    def cloud(self) -> bool:
        """Whether its host lies outside this network."""
        return bool(getattr(self.backend.config, "cloud", False))

    @property
    def host(self) -> str:
        """The host that pictures go to; empty for a model on this machine."""
        return str(getattr(self.backend.config, "host", ""))

    @property
    def parser(self) -> ParserConfig | None:
        """Who parses its captions, if anybody does."""
        return getattr(self.backend.config, "parser", None)


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything a configuration asks for."""

    config: DaemonConfig
    origin: str
    cameras: dict[str, CameraPlan]
    detectors: dict[str, Backend]
    """By name; `detector` in the file is called that."""

    tracker: Backend
    reasoners: "tuple[ReasonerPlan, ...]"
    """In the order in which they are asked; `reasoner` in the file comes first."""

    sinks: dict[str, Backend]
    secrets: Secrets

    def language(self, camera: str) -> str:
        """Return in which language events of a camera are explained; it may be one of the past."""
        plan = self.cameras.get(camera)
        return (plan.config.language if plan else None) or self.config.language


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
    problems.lines += ruling.problems(config, origin)
    cameras = {
        name: problems.attempt(partial(_camera, name, config, origin, secrets))
        for name in config.cameras
    }
    detectors = {
        name: problems.attempt(partial(resolve, "detectors", key, use, origin))
        for name, (key, use) in detector_uses(config).items()
    }
    tracker = problems.attempt(partial(resolve, "trackers", "tracker", config.tracker, origin))
    reasoners = tuple(
        problems.attempt(partial(_reasoner, name, key, use, origin, secrets))
        for name, (key, use) in reasoner_uses(config).items()
    )
    if None not in reasoners:
        problems.attempt(partial(_agreed, config, origin, reasoners))
    sinks = {
        name: problems.attempt(partial(_sink, name, use, origin, secrets))
        for name, use in config.sinks.items()
    }
    if problems.lines:
        raise ConfigRejected("\n".join(dict.fromkeys(problems.lines)))
    return Plan(config, origin, cameras, detectors, tracker, reasoners, sinks, secrets)


def detector_uses(config: DaemonConfig | None) -> dict[str, tuple[str, Use]]:
    """Return every detector by name, with its key in the file and its section."""
    if config is None:
        return {SIMPLE: ("detector", Use(type="auto"))}
    found = {name: (f"detectors.{name}", use) for name, use in config.detectors.items()}
    if not found or "detector" in config.model_fields_set:
        found[SIMPLE] = ("detector", config.detector)
    return found


def _chosen(name: str, config: DaemonConfig, origin: str) -> tuple[str, ...]:
    """Return the names of the detectors that look at a camera."""
    known, wanted = list(detector_uses(config)), config.cameras[name].detector
    key = f"{origin}: cameras.{name}.detector"
    if wanted is None:
        if SIMPLE in known or len(known) == 1:
            return (SIMPLE if SIMPLE in known else known[0],)
        raise ConfigRejected(f"{key}: choose one or more of {', '.join(known)}")
    names = (wanted,) if isinstance(wanted, str) else tuple(dict.fromkeys(wanted))
    missing = [one for one in names if one not in known]
    if missing or not names:
        what = f"no detector {missing[0]!r}" if missing else "an empty list"
        raise ConfigRejected(f"{key}: {what}; there are {', '.join(known)}")
    return names


def _camera(name: str, config: DaemonConfig, origin: str, secrets: Secrets) -> CameraPlan:
    camera, detectors = config.cameras[name], _chosen(name, config, origin)
    key = f"cameras.{name}.source"
    source = resolve("sources", key, camera.source, origin)
    built = source.factory(name, source.config)
    secret = _secret(source.config, key, origin, secrets)
    quiet = built.quiet if isinstance(built, Quiet) else 0.0
    live, finite = bool(built.live), bool(built.finite)
    main = _main(name, camera, origin, secrets)
    return CameraPlan(
        ruling.ruled(config, name), source, live, finite, quiet, secret, detectors, main
    )


def _main(name: str, camera: CameraConfig, origin: str, secrets: Secrets) -> MainPlan | None:
    if camera.main is None:
        return None
    key = f"cameras.{name}.main"
    source = resolve("sources", key, camera.main, origin)
    if not source.factory(name, source.config).live:
        raise ConfigRejected(f"{origin}: {key}: must be a live camera, as its substream is")
    return MainPlan(source, _secret(source.config, key, origin, secrets))


def _sink(name: str, use: Use, origin: str, secrets: Secrets) -> Backend:
    key = f"sinks.{name}"
    sink = resolve("sinks", key, use, origin)
    _secret(sink.config, key, origin, secrets)
    return sink


def reasoner_uses(config: DaemonConfig) -> dict[str, tuple[str, Use]]:
    """Return every model by name, with its key in the file and its section, first asked first."""
    found = {} if config.reasoner is None else {"reasoner": ("reasoner", config.reasoner)}
    return {**found, **{name: (f"reasoners.{name}", use) for name, use in config.reasoners.items()}}


def _reasoner(name: str, key: str, use: Use, origin: str, secrets: Secrets) -> ReasonerPlan:
    backend = resolve("reasoners", key, use, origin)
    secret = _secret(backend.config, key, origin, secrets)
    return ReasonerPlan(name, backend, secret.password if secret else None)


def _agreed(config: DaemonConfig, origin: str, reasoners: Sequence[ReasonerPlan]) -> None:
    """See to it that no picture leaves the network of which nobody said that it may.

    Raises:
        ConfigRejected: A camera says neither yes nor no; or money is limited that has no price.
    """
    lines = []
    away = next((one for one in reasoners if one.cloud), None)
    if away is not None:
        lines += [
            f"{origin}: cameras.{name}.cloud: pictures would go to {away.host}, outside this"
            " network; say `cloud: true` to allow it, or `cloud: false` to keep them here"
            for name, camera in config.cameras.items()
            if camera.enabled and camera.cloud is None
        ]
    budget = getattr(reasoners[0].backend.config, "budget", None) if reasoners else None
    limited = budget is not None and (
        budget.money_per_hour is not None or budget.per_camera.money_per_hour is not None
    )
    if limited and away is not None and not any(_priced(one.backend.config) for one in reasoners):
        lines.append(
            f"{origin}: {reasoner_uses(config)[away.name][0]}.price: money is limited, but nothing"
            " has a price; give `price: {input: …, output: …}` for a million tokens"
        )
    if lines:
        raise ConfigRejected("\n".join(lines))


def _priced(config: BaseModel) -> bool:
    price = getattr(config, "price", None)
    return price is not None and bool(price.input or price.output)


def _secret(config: BaseModel, key: str, origin: str, secrets: Secrets) -> Secret | None:
    name = getattr(config, "credential", None)
    if name is None:
        return None
    try:
        return secrets.get(name)
    except ConfigRejected as exc:
        raise ConfigRejected(f"{origin}: {key}.credential: {exc}") from None
