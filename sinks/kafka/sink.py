"""Events into a Kafka topic, one record per revision."""

import asyncio
import ssl
from importlib import import_module
from types import TracebackType
from typing import Any, ClassVar, Final, Self

from pydantic import BaseModel

from reasoners import Event
from sinks.errors import EventRejected, SinkRejected, SinkUnavailable
from sinks.kafka.config import KafkaConfig
from sinks.message import Message
from sinks.sink import Site

AHEAD: Final = 20
"""Revisions of one camera that may be under way together."""


class KafkaSink:
    """Writes each revision as one record, keyed by its camera.

    Delivery: at least once to the *cluster*. An event is delivered when every replica that is in
    step has acknowledged it (`acks=all`); how many that are is the topic's `min.insync.replicas`.
    The key is the camera's name, so one camera's revisions lie in one partition, in their order,
    for as long as the number of partitions stays. What the client repeats by itself the brokers
    drop (`idempotent`); what is delivered anew after a lost connection or a restart may stand in
    the topic twice, with the same `id` and `revision` in its headers. Exactly-once is not promised.
    """

    Config: ClassVar[type[BaseModel]] = KafkaConfig

    def __init__(self, name: str, config: KafkaConfig, site: Site) -> None:
        self.name = name
        self._config = config
        self._site = site
        self._producer: Any = None

    @property
    def ahead(self) -> int:
        """Records of one partition are sent in the order they were handed over."""
        return AHEAD

    async def __aenter__(self) -> Self:
        """Connect, prove who we are, and see that the topic is there."""
        config = self._config
        # Only who configures this sink pays for the client's library.
        library = import_module("sinks.kafka.producer")
        credential = None
        if config.credential is not None:
            credential = self._site.credential(config.credential)
        client_id = config.client_id or f"lookout-{self._site.node}"
        producer = library.Producer(
            config, client_id, credential, await asyncio.to_thread(self._trust)
        )
        try:
            await producer.open(trial=self._site.trial)
        except BaseException:
            await producer.close()
            raise
        self._producer = producer
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Leave, within a second."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await producer.close()

    async def deliver(self, event: Event) -> None:
        """Write one revision; return when the cluster has acknowledged it."""
        producer = self._producer
        if producer is None:
            raise SinkUnavailable(f"{self._config.servers[0]}: not connected")
        body = event.wire().encode()
        if len(body) > self._config.event_limit:
            raise EventRejected(
                f"event {event.id}: {len(body)} bytes, above `event_limit` "
                f"{self._config.event_limit}"
            )
        about = {
            "schema": event.schema_,
            "id": event.id,
            "revision": str(event.revision),
            "type": event.type,
            "node": event.node,
            "content-type": "application/json",
        }
        headers = [(name, value.encode()) for name, value in about.items()]
        self._site.sent(self._config.servers[0], body, event.id)
        await producer.send(event.camera.encode(), body, headers)

    async def show(self, message: Message) -> None:
        """Do nothing: only events are written."""

    def wants(self, kind: type[BaseModel]) -> bool:  # noqa: ARG002 (the interface's own)
        """Tell that messages are of no use here."""
        return False

    async def lost(self) -> None:
        """See now and then whether brokers answer; raise once none does."""
        while True:
            await asyncio.sleep(self._config.timeout)
            if self._producer is not None:
                await self._producer.look()

    def _trust(self) -> ssl.SSLContext | None:
        config = self._config
        if not config.tls:
            return None
        try:
            context = ssl.create_default_context(cafile=config.ca)
            if config.cert is not None:
                context.load_cert_chain(config.cert, config.key)
        except OSError as exc:
            files = [str(path) for path in (config.ca, config.cert, config.key) if path]
            raise SinkRejected(f"cannot use {', '.join(files)}: {exc}") from exc
        return context
