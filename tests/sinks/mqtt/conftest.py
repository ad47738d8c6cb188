"""What the tests of the MQTT sink share."""

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest

from sinks import Command, Credential, Departure, Place, Site
from sinks.mqtt import MqttConfig, MqttSink


@dataclass(frozen=True)
class Login:
    """A credential as the daemon holds it."""

    user: str | None = None
    password: str | None = None


class HasUrl(Protocol):
    """A broker."""

    @property
    def url(self) -> str:
        """What a sink is configured with."""
        ...


type_of_make = Callable[..., MqttSink]


async def _keep_none(departure: Departure) -> None:
    """Keep no ledger."""


@pytest.fixture
def make(tmp_path: Path) -> type_of_make:
    """Build a sink for a broker; `logins` are the credentials it may ask for."""

    def build(
        broker: HasUrl,
        logins: dict[str, Login] | None = None,
        *,
        trial: bool = False,
        cameras: tuple[Place, ...] = (),
        gone: tuple[str, ...] = (),
        heed: Callable[[Command], None] = lambda _: None,
        depart: Callable[[Departure], Awaitable[None]] = _keep_none,
        **options: Any,
    ) -> MqttSink:
        def credential(name: str) -> Credential:
            return (logins or {})[name]

        site = Site(
            node="box1",
            version="0.1.0",
            media=tmp_path,
            credential=credential,
            now=lambda: 0.0,
            cameras=cameras,
            gone=gone,
            heed=heed,
            trial=trial,
            depart=depart,
        )
        config = MqttConfig.model_validate({"url": broker.url, "timeout": 2} | options)
        return MqttSink("mqtt", config, site)

    return build


@pytest.fixture
def login() -> type[Login]:
    """Make credentials."""
    return Login


@pytest.fixture
async def clean_loop() -> AsyncIterator[None]:
    """See that no task is left and that asyncio has nothing to complain about."""
    loop = asyncio.get_running_loop()
    complaints: list[dict[str, Any]] = []
    loop.set_exception_handler(lambda _, context: complaints.append(context))
    yield
    for _ in range(3):
        await asyncio.sleep(0)
    gc.collect()
    await asyncio.sleep(0)
    assert complaints == []
    assert asyncio.all_tasks() == {asyncio.current_task()}
