"""Builds webhook sinks for a receiver on this machine."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from rig.receiver import NOW, SIGNING

from sinks import Departure, Site
from sinks.webhook import WebhookConfig, WebhookSink


@dataclass
class Key:
    """A credential."""

    user: str | None
    password: str | None


KEYS = {
    "basic": Key("viewer", "canary-5up3r"),
    "token": Key(None, "canary-t0ken"),
    "signing": Key(None, SIGNING),
    "weak": Key(None, "whsec_c2hvcnQ="),
    "broken": Key(None, "two\nlines"),
}

Make = Callable[..., WebhookSink]


def _kept(ledger: list[Departure]) -> Callable[[Departure], Awaitable[None]]:
    async def depart(departure: Departure) -> None:
        ledger.append(departure)

    return depart


@pytest.fixture
def ledger() -> list[Departure]:
    """What the sinks said would leave."""
    return []


@pytest.fixture
def make(tmp_path: Path, ledger: list[Departure]) -> Make:
    """Build a sink with these options."""

    def build(**options: Any) -> WebhookSink:
        site = Site("box1", "1.2", tmp_path, KEYS.__getitem__, lambda: NOW, depart=_kept(ledger))
        return WebhookSink("hook", WebhookConfig.model_validate(options), site)

    return build
