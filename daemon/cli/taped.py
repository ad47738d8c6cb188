"""Which models answer in a replay: none, those on a cassette, or those that are recorded on one."""

from pathlib import Path
from typing import Any

from daemon.backends import resolve
from daemon.cli import setting
from daemon.config import Use
from daemon.errors import ConfigRejected
from daemon.plan import reasoner_uses
from reasoners import ReasonerRejected
from reasoners.providers.tape import lines, older

KEPT = (
    *("model", "deadline", "max_tokens", "images", "patch", "patches", "context"),
    *("prose", "memory", "memory_age", "second", "parser"),
)
"""What of a model's section shapes its questions, and so must be as it was recorded."""


def models(config: Path | None, cassette: Path | None, *, record: bool) -> dict[str, Any]:
    """Return the sections that choose models, for a replay.

    Args:
        config: The file whose models are meant.
        cassette: Where answers are, or go; None asks nobody.
        record: Whether it is written.

    Raises:
        ConfigRejected: No model to record, no cassette to play, or none given to write.
    """
    if cassette is None:
        if record:
            raise ConfigRejected("--record: name the file with --cassette FILE")
        return {}
    data, origin = setting.read(config) if config is not None else (None, "")
    plain = {} if data is None else data.model_dump(mode="json", exclude_unset=True)
    if record:
        keys = ("reasoner", "reasoners")
        found: dict[str, Any] = {key: plain[key] for key in keys if key in plain}
        if not found:
            raise ConfigRejected(f"{origin or '--record'}: has no `reasoner` to ask")
        for part in (cassette, older(cassette)):
            part.unlink(missing_ok=True)
        return found
    try:
        recorded = {line.get("provider") for line in lines(cassette)}
    except ReasonerRejected as exc:
        raise ConfigRejected(str(exc)) from None
    uses = {} if data is None else reasoner_uses(data)
    if not recorded & uses.keys():
        # Recorded under other names: whatever there is answers as the first.
        first = [_shape(key, use, origin) for key, use in uses.values()][:1]
        return {"reasoner": {**(first[0] if first else {}), **_plays(cassette)}}
    chain = {
        name: {**_shape(key, use, origin), **_plays(cassette), "only": name}
        for name, (key, use) in uses.items()
    }
    own = {"reasoner": chain.pop("reasoner")} if "reasoner" in chain else {}
    return {**own, "reasoners": chain}


def _plays(cassette: Path) -> dict[str, Any]:
    return {"type": "cassette", "path": str(cassette)}


def _shape(key: str, use: Use, origin: str) -> dict[str, Any]:
    """Return what of a model's section shapes questions, what its kind has by default included."""
    try:
        config = resolve("reasoners", key, use, origin).config
    except ConfigRejected:
        # Such as a model that is not on this machine: its answers are on the cassette.
        return {name: use.options[name] for name in KEPT if name in use.options}
    return config.model_dump(mode="json", include=set(KEPT))
