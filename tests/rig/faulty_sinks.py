"""Sinks that do to the daemon what a sink must not do; named in its configuration.

    sinks: {odd: {type: "rig.faulty_sinks:BlockingSink", trigger: /tmp/now}}

The daemon finds them with this folder's parent on PYTHONPATH, see `PATH`.
"""

import os
import signal
import time
from pathlib import Path
from typing import ClassVar, Final

from pydantic import BaseModel

from reasoners import Event
from sinks.jsonl import JsonlConfig, JsonlSink
from sinks.mqtt import MqttSink
from sinks.mqtt.config import MqttConfig

PATH: Final = {"PYTHONPATH": str(Path(__file__).resolve().parents[1])}
"""Environment in which the daemon finds these classes."""


class BlockingConfig(JsonlConfig):
    """Options of the blocking sink."""

    trigger: Path
    """The next delivery blocks once this file exists; the file is removed then."""

    seconds: float = 3.0


class BlockingSink(JsonlSink):
    """Writes a file; when told to, holds the whole event loop up for a while."""

    Config: ClassVar[type[BaseModel]] = BlockingConfig
    _config: BlockingConfig

    async def deliver(self, event: Event) -> None:
        """Write the event, and perhaps let nobody do anything."""
        if self._config.trigger.exists():
            self._config.trigger.unlink()
            time.sleep(self._config.seconds)  # noqa: ASYNC251 (blocking the loop is the fault)
        await super().deliver(event)


class FatalConfig(MqttConfig):
    """Options of the fatal sink."""

    trigger: Path
    """The daemon dies after the next delivery once this file exists; it is removed then."""


class FatalSink(MqttSink):
    """Publishes to a broker; when told to, kills the daemon as soon as the broker has an event.

    So the daemon dies between the delivery of a revision and the commit of its cursor.
    """

    Config: ClassVar[type[BaseModel]] = FatalConfig
    _config: FatalConfig

    async def deliver(self, event: Event) -> None:
        """Publish the event, and perhaps die of it."""
        await super().deliver(event)
        if self._config.trigger.exists():
            self._config.trigger.unlink()
            os.kill(os.getpid(), signal.SIGKILL)
