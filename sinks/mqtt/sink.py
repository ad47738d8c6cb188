"""The MQTT sink."""

import asyncio
import logging
import secrets
import ssl
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from types import TracebackType
from typing import ClassVar, Final, Self

from aiomqtt import ProtocolVersion, Will
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from pydantic import BaseModel

from reasoners import Event
from sinks.departure import Departure
from sinks.errors import EventRejected, SinkRejected, SinkUnavailable
from sinks.message import Forecast, FrameReport, Message, Snapshot
from sinks.mqtt.client import (
    NOT_AUTHORIZED,
    QUOTA_EXCEEDED,
    Connection,
    ProtocolUnsupported,
    Receipt,
)
from sinks.mqtt.config import MqttConfig
from sinks.mqtt.discovery import Discovery
from sinks.mqtt.frigate import FrigateTopics
from sinks.mqtt.identity import client_id
from sinks.mqtt.orders import Orders
from sinks.mqtt.topic import JPEG, TEXT, Letter, Topics
from sinks.sink import Arrangement, Site

V5: Final = ProtocolVersion.V5.value
V311: Final = ProtocolVersion.V311.value
AHEAD: Final = 20
"""Revisions of one camera that may be under way together."""

PARTING: Final = 0.5
"""Seconds in which Home Assistant lets go of an entity, before its topics are cleared."""

_OVERHEAD: Final = 512
"""Bytes that topic and properties of an event take at most, beside its payload."""

_LOG = logging.getLogger(__name__)


class MqttSink:
    """Publishes to an MQTT broker.

    Delivery: at least once to the *broker*. With MQTT 5 an event is delivered when the broker's
    receipt says so with a success code; with 3.1.1, which has no way to refuse, when any receipt
    came, and the self-test at connect is the only proof that the broker lets us publish. What the
    broker does after its receipt, and whether anybody listens, is not promised.
    """

    Config: ClassVar[type[BaseModel]] = MqttConfig

    def __init__(self, name: str, config: MqttConfig, site: Site) -> None:
        self.name = name
        self._config = config
        self._site = site
        self._topics: Topics | FrigateTopics = self._own_topics
        if config.compat == "frigate":
            self._topics = FrigateTopics(config.prefix or "frigate", site.node, site.version)
        self.orders = Orders(self._topics)
        """What came on the command topics, and what was refused."""
        self._discovery = self._discovered()
        self._connection: Connection | None = None
        self._life = AsyncExitStack()
        self._too_large: int | None = None
        self._complained: set[str] = set()
        self._cleared: set[str] = set()
        """Topics that were cleared over this connection, and nothing was retained there since."""

        self._speaks: int | None = None
        self._instance = secrets.token_hex(8).encode()
        self._was_connected = False
        self.version: int | None = None
        """MQTT version spoken: 5, or 4 for 3.1.1; None while not connected."""
        self.refused = 0
        """States and notices that the broker refused or that were too large to be sent."""

    @property
    def ahead(self) -> int:
        """Publishes on one connection arrive in their order (MQTT 5, 4.6): no camera need wait.

        Except where one revision is told by several of them.
        """
        return 1 if self._config.compat else AHEAD

    async def __aenter__(self) -> Self:
        """Connect, prove that the broker lets us speak, and say `online`."""
        async with AsyncExitStack() as life:
            connection = await self._connect(life)
            self._connection = connection
            self._complained.clear()
            self._cleared.clear()
            life.callback(self._forget)
            retained = await self._prove(connection)
            if not self._site.trial:
                await self._post(self._topics.present(online=True))
                await self._tidy(retained)
                for pattern in self._topics.orders:
                    await connection.listen(pattern)
                if self._discovery is not None:
                    await connection.listen(self._discovery.birth)
                    await self._announce(self._discovery)
            self._life = life.pop_all()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Say `offline` and disconnect, within a second."""
        connection = self._connection
        try:
            if connection is not None and not self._site.trial:
                letter = self._topics.present(online=False)
                await connection.farewell(letter.topic, letter.payload)
        finally:
            await self._life.aclose()

    async def deliver(self, event: Event) -> None:
        """Publish one revision; return when the broker has acknowledged it."""
        for letter in self._topics.letters(event):
            if letter.kind == JPEG:
                await self._record(letter.payload, event.camera, event.id)
                await self._tell(letter)
            else:
                await self._deliver(event, letter)

    async def _deliver(self, event: Event, letter: Letter) -> None:
        size = len(letter.payload)
        if size > self._config.event_limit:
            raise EventRejected(
                f"event {event.id}: {size} bytes, above `event_limit` {self._config.event_limit}"
            )
        if self._oversized(size):
            raise EventRejected(
                f"event {event.id}: {size} bytes, too large for the broker; raise its limit"
            )
        about = [
            ("schema", event.schema_),
            ("id", event.id),
            ("revision", str(event.revision)),
            ("node", event.node),
            ("camera", event.camera),
        ]
        self._site.sent(self._place, letter.payload, event.id)
        receipt = await self._post(letter, about, expiry=self._config.expiry)
        if not receipt.refused:
            return
        where = f"{letter.topic}: {receipt.text}"
        if receipt.code == NOT_AUTHORIZED:
            raise SinkRejected(
                f"mqtt_denied: {where}; let this user write below {self._topics.root}/"
            )
        if receipt.code == QUOTA_EXCEEDED:
            raise SinkUnavailable(where)
        raise EventRejected(where)

    async def show(self, message: Message) -> None:
        """Publish a state, notice or frame report.

        A refusal here is logged once per topic and counted: it must not hold up events.
        """
        if not self.wants(type(message)):
            return
        for letter in self._topics.message(message):
            size = len(letter.payload)
            pictured = isinstance(message, Snapshot | Forecast)
            limit = self._config.snapshot_limit if pictured else size
            if size > limit or self._oversized(size):
                self._complain(letter.topic, f"{size} bytes are too large")
                continue
            if isinstance(message, Snapshot | Forecast):
                await self._record(message.jpeg, message.camera, message.event)
            await self._tell(letter)

    def wants(self, kind: type[BaseModel]) -> bool:
        """Frame reports only if configured, pictures unless their limit is 0, all else always."""
        if issubclass(kind, FrameReport):
            return self._config.frames
        if issubclass(kind, Snapshot | Forecast):
            return self._config.snapshot_limit > 0
        return True

    async def arrange(self, arrangement: Arrangement) -> None:
        """Clear what is retained of what is gone, announce what is new or changed."""
        before, known = self._site.cameras, self._discovery
        self._site = replace(
            self._site,
            cameras=arrangement.cameras,
            profiles=arrangement.profiles,
            gone=arrangement.gone,
        )
        self._discovery = self._discovered()
        if self._connection is None:
            return  # the next one begins with all that
        told = [] if known is None else known.letters()
        announced = {letter.topic: letter.payload for letter in told}
        await self._tidy({**dict.fromkeys(self._topics.retained(before), b""), **announced})
        if self._discovery is not None and known is not None:
            for letter in self._discovery.letters():
                if announced.get(letter.topic) != letter.payload:
                    await self._tell(letter)

    def counts(self) -> dict[str, int]:
        """Commands heeded, and refused by reason; states and notices that could not be sent."""
        refused = {f"commands_{why}": count for why, count in self.orders.refused.items()}
        return {"commands": self.orders.taken, "states_refused": self.refused, **refused}

    async def lost(self) -> None:
        """Heed what is said to us until the connection is gone, and raise why.

        Cancelling loses nothing.
        """
        clock = asyncio.get_running_loop().time
        async for message in self._connected().incoming():
            topic, payload = message.topic.value, message.payload
            if self._discovery is not None and topic == self._discovery.birth:
                if payload == b"online" and not message.retain:
                    await self._announce(self._discovery)
            elif isinstance(payload, bytes):
                command = self.orders.read(topic, payload, retained=message.retain, now=clock())
                if command is not None:
                    self._site.heed(command)

    @property
    def _own_topics(self) -> Topics:
        prefix, node = self._config.prefix or "lookout", self._site.node
        return Topics(prefix, node, pictures=self.wants(Snapshot))

    def _discovered(self) -> Discovery | None:
        """Say how Home Assistant learns of what is configured now, if it is to."""
        prefix = self._config.discovery
        return None if prefix is None else Discovery(prefix, self._own_topics, self._site)

    @property
    def _place(self) -> str:
        return f"{self._config.host}:{self._config.port}"

    async def _record(self, jpeg: bytes, camera: str, event: str) -> None:
        await self._site.depart(
            Departure.of(
                jpeg,
                at=self._site.now(),
                kind="picture",
                part=self.name,
                host=self._place,
                camera=camera,
                event=event,
            )
        )

    async def _connect(self, life: AsyncExitStack) -> Connection:
        """Offer MQTT 5; only a broker that says it does not know it is offered 3.1.1."""
        try:
            if self._speaks != V5:
                await self._greet()
            connection = await life.enter_async_context(self._dial(ProtocolVersion.V5))
            self.version = V5
        except ProtocolUnsupported:
            try:
                connection = await life.enter_async_context(self._dial(ProtocolVersion.V311))
            except ProtocolUnsupported as exc:
                raise SinkRejected(
                    f"{exc}: the broker speaks neither MQTT 5 nor 3.1.1; update it"
                ) from exc
            self.version = V311
        except SinkUnavailable:
            self._speaks = None
            raise
        except SinkRejected as exc:
            raise SinkRejected(f"{exc}{self._advice()}") from exc
        self._speaks = self.version
        return connection

    def _advice(self) -> str:
        name = self._config.credential
        return f"; see to credential `{name}`" if name else "; set `credential` if it wants one"

    async def _greet(self) -> None:
        """Learn whether the broker knows MQTT 5 by a greeting with nothing in it.

        Some brokers of 3.1.1 answer that with a clear no, but stumble over one that holds a last
        will or a password, and then say nothing at all (amqtt 0.12).

        Raises:
            ProtocolUnsupported: It does not.
        """
        config = self._config
        try:
            async with Connection(
                config.host,
                config.port,
                context=self._trust if config.tls else None,
                identifier="",
                protocol=ProtocolVersion.V5,
                timeout=config.timeout,
                **self._transport(),
            ):
                pass
        except SinkRejected as exc:
            # Nobody gets in without a name: it has understood us.
            _LOG.debug("sink %s: anonymous greeting: %s", self.name, exc)

    def _dial(self, protocol: ProtocolVersion) -> Connection:
        config = self._config
        user, password = None, None
        if config.credential is not None:
            credential = self._site.credential(config.credential)
            user, password = credential.user or "", credential.password
        offline = self._topics.present(online=False)
        will = Will(offline.topic, offline.payload, 1, retain=True)
        name = config.client_id or client_id(self._site.node) + (config.compat or "")
        trial = self._site.trial
        five = protocol == ProtocolVersion.V5
        return Connection(
            config.host,
            config.port,
            context=self._trust if config.tls else None,
            # Under its own name a running daemon would be thrown out.
            identifier=f"{name}-trial" if trial else name,
            username=user,
            password=password,
            protocol=protocol,
            keepalive=config.keepalive,
            timeout=config.timeout,
            will=None if trial else will,
            **({"clean_start": True} if five else {"clean_session": True}),
            **self._transport(),
        )

    def _transport(self) -> dict[str, str]:
        """Say how we get there, where it is not plain TCP."""
        path = self._config.path
        return {} if path is None else {"transport": "websockets", "websocket_path": path}

    def _trust(self) -> ssl.SSLContext:
        config = self._config
        try:
            context = ssl.create_default_context(cafile=config.ca)
            if config.cert is not None:
                context.load_cert_chain(config.cert, config.key)
        except OSError as exc:
            files = [str(path) for path in (config.ca, config.cert, config.key) if path]
            raise SinkRejected(f"cannot use {', '.join(files)}: {exc}") from exc
        return context

    async def _tidy(self, retained: Mapping[str, bytes]) -> None:
        """Clear what an earlier configuration left with the broker, once.

        Home Assistant warns of each device that is taken back and not there, and calls it an error
        when an entity hears nothing where it expects a state: so it is told first.
        """
        site, found = self._site, self._discovery
        topics = set(retained)
        if found is not None:
            back = [*found.ghosts(topics), *found.withdrawals(retained)]
            for letter in back:
                if letter.topic not in self._cleared:
                    await self._tell(letter)
            if not topics.isdisjoint(letter.topic for letter in back):
                await asyncio.sleep(PARTING)
        for topic in self._topics.ghosts(topics, site.cameras, site.gone):
            if topic not in self._cleared:
                await self._tell(Letter(topic, b"", retain=True))

    async def _announce(self, discovery: Discovery) -> None:
        """Tell Home Assistant of every device; when it has just started, it asks for that."""
        for letter in discovery.letters():
            await self._tell(letter)

    async def _tell(self, letter: Letter) -> None:
        """Publish what is no event: a refusal must not hold up events."""
        receipt = await self._post(letter)
        if receipt.refused:
            self._complain(letter.topic, f"mqtt_denied: {receipt.text}")

    async def _prove(self, connection: Connection) -> dict[str, bytes]:
        """Speak to ourselves through the broker; return what it retains, by topic of ours.

        A granted subscription proves nothing (mosquitto grants what its ACL denies), and a 3.1.1
        receipt proves nothing either; only the message that comes back does.
        """
        topic, word = self._topics.selftest, secrets.token_hex(8).encode()
        remedy = f"let this user read and write {topic}"
        await connection.listen(topic)
        filters = () if self._site.trial else self._remains()
        for pattern in filters:
            await connection.listen(pattern)
        # The broker hands out what it retains before it handles the next message.
        receipt = await self._post(Letter(topic, word, kind=TEXT))
        if receipt.refused:
            raise SinkRejected(f"mqtt_denied: {topic}: {receipt.text}; {remedy}")
        came, retained = await connection.heard(topic, word)
        if not came:
            raise SinkRejected(f"mqtt_denied: {topic}: our own message did not come back; {remedy}")
        for pattern in (topic, *filters):
            await connection.ignore(pattern)
        if not self._site.trial:
            await self._be_the_only_one(retained.pop(topic, b""))
        return retained

    def _remains(self) -> tuple[str, ...]:
        found = self._topics.remains(self._site.cameras)
        return found if self._discovery is None else (*found, self._discovery.filter)

    async def _be_the_only_one(self, last: bytes) -> None:
        """See that nobody else has come as this node since we were here.

        Two clients with one id throw each other out, and few brokers say so. Each therefore
        leaves a retained mark where it speaks to itself. Who finds another's mark in the place of
        its own steps back; so the last one to come stays, and nobody flaps.
        """
        topic = self._topics.selftest
        if self._was_connected and last not in (b"", self._instance):
            raise SinkRejected(
                f"{self._place}: session taken over: another client "
                f"has connected as node {self._site.node!r}; stop it, or give each its own name"
            )
        await self._post(Letter(topic, self._instance, retain=True, kind=TEXT))
        self._was_connected = True

    async def _post(
        self, letter: Letter, about: list[tuple[str, str]] | None = None, expiry: float = 0
    ) -> Receipt:
        connection = self._connected()
        if letter.retain:
            (self._cleared.discard if letter.payload else self._cleared.add)(letter.topic)
        try:
            return await connection.send(
                letter.topic,
                letter.payload,
                letter.qos,
                letter.retain,
                self._properties(letter, about or [], expiry),
            )
        except SinkUnavailable as exc:
            if (size := connection.too_large) is None:
                self._too_large = None
                raise
            self._too_large = size
            if len(letter.payload) >= size and about:
                raise EventRejected(
                    f"{letter.topic}: {size} bytes, too large for the broker, which closed the "
                    "connection; raise its limit"
                ) from exc
            raise

    def _properties(
        self, letter: Letter, about: list[tuple[str, str]], expiry: float
    ) -> Properties | None:
        if self.version != V5:
            return None
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]  # paho has no types there
        properties.ContentType = letter.kind
        if about:
            properties.UserProperty = about
        if expiry:
            properties.MessageExpiryInterval = int(expiry)
        return properties

    def _oversized(self, size: int) -> bool:
        """Tell whether the broker is known not to take so much."""
        said = self._connected().largest_packet
        if said is not None and size + _OVERHEAD > said:
            return True
        return self._too_large is not None and size >= self._too_large

    def _complain(self, topic: str, why: str) -> None:
        self.refused += 1
        if topic not in self._complained:
            self._complained.add(topic)
            _LOG.warning("sink %s: %s: %s", self.name, topic, why)

    def _connected(self) -> Connection:
        if self._connection is None:
            raise SinkUnavailable(f"sink {self.name}: not connected")
        return self._connection

    def _forget(self) -> None:
        self._connection = None
        self.version = None
