"""Which models answer in a replay: none, those on a cassette, or those that are recorded on one."""

from pathlib import Path
from typing import Any

from daemon.cli import setting
from daemon.errors import ConfigRejected
from reasoners import ReasonerRejected
from reasoners.providers.tape import lines, older

KEPT = ("model", "deadline", "max_tokens", "images", "patch", "patches")
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
        for _ in lines(cassette):
            break
    except ReasonerRejected as exc:
        raise ConfigRejected(str(exc)) from None
    first: dict[str, Any] = plain.get("reasoner") or next(
        iter(plain.get("reasoners", {}).values()), {}
    )
    shape = {key: first[key] for key in KEPT if key in first}
    return {"reasoner": {**shape, "type": "cassette", "path": str(cassette)}}
