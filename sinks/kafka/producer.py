"""The one file that knows aiokafka: connects, sends, and says in this room's words what failed.

aiokafka repeats by itself what may heal, without end where it is idempotent; so every wait here has
a limit of our own, and a producer that overran it is thrown away whole. Read in aiokafka 0.14.
"""

import asyncio
import logging
import re
import ssl
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Final

import aiokafka
from aiokafka import errors
from aiokafka.conn import create_conn

from sinks.errors import EventRejected, SinkError, SinkRejected, SinkUnavailable
from sinks.kafka.config import KafkaConfig
from sinks.sink import Credential

GOODBYE: Final = 0.4
"""Seconds in which what is on its way may still arrive when we leave."""

_THIS_ONE: Final = (
    errors.MessageSizeTooLargeError,
    errors.RecordListTooLargeError,
    errors.InvalidTimestampError,
    errors.PolicyViolationError,
    errors.CorruptRecordException,
)
"""What is wrong with an event, or with the few that travelled with it."""

_NOT_ALLOWED: Final = (
    errors.TopicAuthorizationFailedError,
    errors.ClusterAuthorizationFailedError,
)
_WHO_ARE_WE: Final = (
    errors.AuthenticationFailedError,
    errors.AuthenticationMethodNotSupported,
    errors.SaslAuthenticationFailed,
    errors.UnsupportedSaslMechanismError,
    errors.IllegalSaslStateError,
)
_ABOUT_US: Final = re.compile(r"alert (certificate|bad certificate|unknown ca|handshake failure)")
"""What a broker says that wants a certificate of ours (RFC 8446, 6.2), in OpenSSL's words."""

# It writes passwords into its log at DEBUG, and ten errors a second while brokers are away; why
# something failed is told by what we raise.
logging.getLogger("aiokafka").setLevel(logging.CRITICAL)


class Producer:
    """One connection to a cluster, for one stay; made anew for the next.

    Args:
        config: The sink's options.
        client_id: Our name towards the brokers.
        credential: Who we are; None: nobody.
        context: TLS, where it is asked for.
    """

    def __init__(
        self,
        config: KafkaConfig,
        client_id: str,
        credential: Credential | None,
        context: ssl.SSLContext | None,
    ) -> None:
        self._config = config
        self._where = config.servers[0]
        self._turn = asyncio.Lock()
        self._access = {
            "client_id": client_id,
            "request_timeout_ms": round(1000 * config.timeout),
            "security_protocol": config.protocol,
            "ssl_context": context,
            "sasl_mechanism": config.sasl,
            "sasl_plain_username": credential and (credential.user or ""),
            "sasl_plain_password": credential and (credential.password or ""),
        }
        self._kafka: aiokafka.AIOKafkaProducer | None = None

    async def open(self, *, trial: bool) -> None:
        """Connect, and see that the topic is there and may be described.

        Args:
            trial: Ask for nothing that could make a broker create the topic.

        Raises:
            SinkUnavailable: No broker answers, for now.
            SinkRejected: We are not let in, or the topic is not there; a person must act.
        """
        await self._knock()
        self._kafka = kafka = aiokafka.AIOKafkaProducer(
            bootstrap_servers=list(self._config.servers),
            acks="all",
            enable_idempotence=self._config.idempotent,
            max_request_size=2 * self._config.event_limit,  # ours is told before this one
            **self._access,
        )
        try:
            async with asyncio.timeout(self._config.timeout):
                await kafka.start()
            async with asyncio.timeout(2 * self._config.timeout):  # it asks for half of that
                if not trial:
                    await kafka.partitions_for(self._config.topic)
                elif self._config.topic in await _denied(kafka):
                    raise errors.TopicAuthorizationFailedError(self._config.topic)
        except TimeoutError:
            waited = f"{self._where}: no answer within {self._config.timeout:g} s"
            raise SinkUnavailable(waited) from None
        except errors.UnknownTopicOrPartitionError:
            raise SinkRejected(
                f"{self._where}: no topic {self._config.topic!r}, and the brokers make none; "
                "create it, or see to `topic`"
            ) from None
        except errors.KafkaError as exc:
            raise self._explained(exc) from exc

    async def send(self, key: bytes, value: bytes, headers: Sequence[tuple[str, bytes]]) -> None:
        """Hand one record over; return when all replicas that are in step have it.

        Records are taken in the order of the calls. Cancelling leaves open whether it arrives.

        Raises:
            SinkUnavailable: No receipt in time; it may or may not have arrived.
            EventRejected: The brokers do not take this record.
            SinkRejected: They do not let us write.
        """
        kafka = self._kafka
        if kafka is None:
            raise SinkUnavailable(f"{self._where}: not connected")
        try:
            async with asyncio.timeout(self._config.timeout):
                async with self._turn:  # whoever waits for room in a batch is not overtaken
                    receipt = await kafka.send(
                        self._config.topic, value, key=key, headers=list(headers)
                    )
                await receipt
        except TimeoutError:
            waited = f"{self._where}: no receipt within {self._config.timeout:g} s"
            raise SinkUnavailable(waited) from None
        except errors.KafkaError as exc:
            raise self._explained(exc) from exc

    async def look(self) -> None:
        """See that a broker still answers.

        Raises:
            SinkUnavailable: None does.
        """
        if self._kafka is None:
            raise SinkUnavailable(f"{self._where}: not connected")
        try:
            async with asyncio.timeout(self._config.timeout):
                answered = await self._kafka.client.force_metadata_update()
        except TimeoutError:
            answered = False
        if not answered:
            raise SinkUnavailable(f"{self._where}: no broker answers any more")

    async def close(self) -> None:
        """Leave; what is on its way has `GOODBYE` seconds."""
        kafka, self._kafka = self._kafka, None
        if kafka is None:
            return
        try:
            async with asyncio.timeout(GOODBYE):
                await kafka.flush()
        except TimeoutError:
            await _abandon(kafka)
        else:
            await kafka.stop()

    async def _knock(self) -> None:
        """Greet one server after the other: aiokafka itself keeps its reasons to the log."""
        reasons: list[SinkError] = []
        for host, port in self._config.places:
            try:
                connection = await create_conn(host, port, **self._access)
            except ssl.SSLCertVerificationError as exc:
                raise SinkRejected(f"{host}:{port}: {exc.verify_message}; see to `ca`") from None
            except TimeoutError:
                reasons.append(SinkUnavailable(f"{host}:{port}: no answer in time"))
            except OSError as exc:
                reasons.append(SinkUnavailable(f"{host}:{port}: {exc.strerror or exc}"))
            except errors.KafkaError as exc:
                reason = self._explained(exc, f"{host}:{port}")
                if isinstance(reason, SinkRejected):
                    raise reason from exc
                reasons.append(reason)
            else:
                await connection.close()
                return
        raise reasons[0]

    def _explained(self, exc: BaseException, where: str | None = None) -> SinkError:
        where = where or self._where
        said = f"{where}: {_words(exc)}"
        if isinstance(exc, _THIS_ONE):
            return EventRejected(f"{said}; see to the topic's `max.message.bytes`")
        if isinstance(exc, errors.ClusterAuthorizationFailedError):
            return SinkRejected(f"{said}; let us write idempotently, or set `idempotent: false`")
        if isinstance(exc, _NOT_ALLOWED):
            return SinkRejected(f"{said}; let this user write to topic {self._config.topic!r}")
        if isinstance(exc, _WHO_ARE_WE):
            return SinkRejected(f"{said}; see to `credential` and `sasl`")
        if _ABOUT_US.search(_chain(exc)):
            return SinkRejected(
                f"{where}: the broker wants a certificate of ours that it trusts; "
                "see to `cert` and `key`"
            )
        return SinkUnavailable(said)


async def _denied(kafka: aiokafka.AIOKafkaProducer) -> AbstractSet[str]:
    """Ask about all topics: a question about one could make it."""
    denied: AbstractSet[str] = (await kafka.client.fetch_all_metadata()).unauthorized_topics
    return denied


async def _abandon(kafka: aiokafka.AIOKafkaProducer) -> None:
    """End a producer that still has something to send; its own end would wait until it is sent."""
    sender = kafka._sender.sender_task  # noqa: SLF001 (there is no public way)
    kafka._closed = True  # noqa: SLF001 (as above)
    if sender is not None:
        sender.cancel()
    await kafka.client.close()
    if sender is not None:
        # The first cancelling lets it wait for requests under way, which end with their connection;
        # the second does not.
        await asyncio.wait([sender], timeout=GOODBYE / 2)
        sender.cancel()
        await asyncio.wait([sender], timeout=GOODBYE / 2)


def _words(exc: BaseException) -> str:
    """Say what went wrong; errors of the protocol often have a name alone."""
    text = " ".join(str(exc).split())
    name = type(exc).__name__
    return f"{name}: {text}" if text else name


def _chain(exc: BaseException | None) -> str:
    said = []
    while exc is not None:
        said.append(str(exc))
        exc = exc.__cause__ or exc.__context__
    return " ".join(said).lower()
