"""One connection to a broker: aiomqtt with the receipts really read.

aiomqtt 2.5 throws away the reason code of a PUBACK, connects in asyncio's shared executor, leaves
the socket of a failed attempt open, waits for the answer to a subscription when nobody is left to
give it, and leaves an exception nobody retrieved when the broker goes away. This subclass repairs
these, on private names, and tells what a TLS server said as it hung up; the dependency is pinned
below 3, and a test guards each of them.
"""

import asyncio
import contextlib
import re
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import MappingProxyType, TracebackType
from typing import Any, Final, Self

import aiomqtt
import paho.mqtt.client as paho
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from sinks.errors import SinkError, SinkRejected, SinkUnavailable

UNSUPPORTED_PROTOCOL = 0x84
BAD_CREDENTIALS = 0x86
NOT_AUTHORIZED = 0x87
BANNED = 0x8A
BAD_CLIENT_ID = 0x85
TAKEN_OVER = 0x8E
PACKET_TOO_LARGE = 0x95
QUOTA_EXCEEDED = 0x97
FAILURE = 0x80
"""Reason codes of MQTT 5, section 2.4; from here on they mean failure."""

INCOMING = 1000
"""Messages from the broker kept for reading; more are discarded."""

GOODBYE = 0.8
"""Seconds that a last word and a clean disconnect may take together."""


_ABOUT_US: Final = re.compile("CERTIFICATE|UNKNOWN_CA|HANDSHAKE_FAILURE")
"""TLS alerts, RFC 8446, 6.2, with which a server refuses the certificate of its client."""

ReasonCode.names = MappingProxyType(
    {
        **ReasonCode.names,
        PACKET_TOO_LARGE: {
            "Packet too large": [PacketTypes.CONNACK, PacketTypes.DISCONNECT, PacketTypes.PUBACK]
        },
    }
)


class ProtocolUnsupported(Exception):  # noqa: N818  a fact about the broker, dealt with inside the room
    """The broker does not speak the version we offered."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the broker said to one publish."""

    code: int
    text: str

    @property
    def refused(self) -> bool:
        """Whether the broker did not take it."""
        return self.code >= FAILURE


def _encrypted(made: list[socket.socket], alerts: list[str]) -> type[ssl.SSLSocket]:
    """Make a class of sockets that say what became of them.

    Args:
        made: Gets each one; paho loses sight of those that cannot agree with the other side.
        alerts: Gets what the other side says as it hangs up; paho only writes it into its log.
    """

    class Socket(ssl.SSLSocket):
        def do_handshake(self, block: bool = False) -> None:
            made.append(self)
            super().do_handshake(block)

        def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
            try:
                return super().recv(buflen, flags)
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                raise
            except ssl.SSLError as exc:
                alerts.append(exc.reason or str(exc))
                raise

    return Socket


class Connection(aiomqtt.Client):
    """One connection, from connect to goodbye; used once."""

    def __init__(
        self,
        hostname: str,
        port: int,
        *,
        context: Callable[[], ssl.SSLContext] | None = None,
        **options: Any,  # noqa: ANN401  aiomqtt's own options
    ) -> None:
        super().__init__(hostname, port, max_queued_incoming_messages=INCOMING, **options)
        self._where = f"{hostname}:{port}"
        self._context = context
        self._receipts: dict[int, asyncio.Future[Receipt]] = {}
        self._sizes: dict[int, int] = {}
        self._abandoned = False
        self._alerts: list[str] = []
        self.too_large: int | None = None
        """Bytes of the payload for which the broker closed the connection, if that was why."""
        self.largest_packet: int | None = None
        """Bytes of the largest packet that the broker said it takes; None: it said nothing."""
        self.pending_calls_threshold = 1000
        self._client.connect_timeout = self.timeout
        self._disconnected.add_done_callback(_retrieve)

    async def __aenter__(self) -> Self:
        """Connect.

        Raises:
            ProtocolUnsupported: Offer another version.
            SinkUnavailable: Nobody there, or no answer.
            SinkRejected: The broker refuses us.
        """
        # aiomqtt would use asyncio's default executor, where a slow name look-up of one sink
        # delays everybody's (cpython#112169).
        executor = ThreadPoolExecutor(1, thread_name_prefix="mqtt-connect")
        try:
            await self._loop.run_in_executor(executor, self._client_connect)
            async with asyncio.timeout(self.timeout):
                await self._connected
        except aiomqtt.MqttCodeError as exc:
            self._hang_up()
            raise self._explain(exc) from exc
        except ssl.SSLCertVerificationError as exc:
            self._hang_up()
            raise SinkRejected(
                f"{self._where}: the broker's certificate is not trusted: {exc.verify_message}; "
                "set `ca` to the file of its authority"
            ) from exc
        except TimeoutError as exc:
            self._hang_up()
            raise SinkUnavailable(f"{self._where}: no answer within {self.timeout:g} s") from exc
        except (OSError, ValueError) as exc:
            self._hang_up()
            refused = isinstance(exc, ConnectionRefusedError)
            told = "nothing listens there (connection refused); start it" if refused else exc
            raise SinkUnavailable(f"{self._where}: {told}") from exc
        except asyncio.CancelledError:
            self._abandoned = True
            self._hang_up()
            raise
        finally:
            executor.shutdown(wait=False)
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Say goodbye if anybody is there; never takes longer than a second."""
        if not self._disconnected.done() and self._client.disconnect() == paho.MQTT_ERR_SUCCESS:
            await asyncio.wait({self._disconnected}, timeout=GOODBYE / 2)
        self._hang_up()

    async def send(
        self, topic: str, payload: bytes, qos: int, retain: bool, properties: Properties | None
    ) -> Receipt:
        """Publish, wait for the broker's receipt and return it.

        Under MQTT 3.1.1 the receipt cannot say no. Cancelling leaves open whether it arrived.

        Raises:
            SinkUnavailable: The connection is gone, or there was no receipt in time.
            SinkRejected: The broker threw us out.
        """
        self.check()
        info = self._client.publish(topic, payload, qos, retain, properties)
        if info.rc != paho.MQTT_ERR_SUCCESS:
            self.check()
            raise SinkUnavailable(f"{self._where}: {paho.error_string(info.rc)}")
        if qos == 0:
            return Receipt(0, "sent")
        receipt: asyncio.Future[Receipt] = self._loop.create_future()
        self._receipts[info.mid] = receipt
        self._sizes[info.mid] = len(payload)
        try:
            ends: set[asyncio.Future[Any]] = {receipt, self._disconnected}
            await asyncio.wait(
                ends,
                timeout=self.timeout,
                return_when=asyncio.FIRST_COMPLETED,
            )
            if receipt.done():
                return receipt.result()
            self.check()
            raise SinkUnavailable(f"{self._where}: no receipt within {self.timeout:g} s")
        finally:
            del self._receipts[info.mid], self._sizes[info.mid]

    async def listen(self, topic: str) -> None:
        """Subscribe.

        Raises:
            SinkUnavailable: No answer in time, or the connection is gone.
        """
        try:
            await self._answered(self.subscribe(topic, qos=1))
        except aiomqtt.MqttError as exc:
            self.check()
            raise SinkUnavailable(f"{self._where}: cannot subscribe to {topic}: {exc}") from exc

    async def ignore(self, topic: str) -> None:
        """Unsubscribe; raises as `listen` does."""
        try:
            await self._answered(self.unsubscribe(topic))
        except aiomqtt.MqttError as exc:
            self.check()
            raise SinkUnavailable(f"{self._where}: cannot unsubscribe {topic}: {exc}") from exc

    async def heard(self, topic: str, payload: bytes) -> tuple[bool, dict[str, bytes]]:
        """Wait for a message, at most for the timeout.

        Returns:
            Whether it came; and what of all that is listened to the broker had retained, by topic.

        Raises:
            SinkUnavailable: The connection is gone.
        """
        retained: dict[str, bytes] = {}
        try:
            async with asyncio.timeout(self.timeout):
                async for message in self.messages:
                    if not isinstance(message.payload, bytes):
                        continue
                    if message.topic.value == topic and message.payload == payload:
                        return True, retained
                    if message.retain and message.payload:
                        retained[message.topic.value] = message.payload
        except TimeoutError:
            pass
        except aiomqtt.MqttError as exc:
            self.check()
            raise SinkUnavailable(f"{self._where}: {exc}") from exc
        return False, retained

    async def incoming(self) -> AsyncIterator[aiomqtt.Message]:
        """Yield what comes on the topics listened to, for as long as there is a connection.

        Raises:
            SinkUnavailable: It is gone, and may come back.
            SinkRejected: The broker threw us out.
        """
        try:
            async for message in self.messages:
                yield message
        except aiomqtt.MqttError as exc:
            self.check()
            raise SinkUnavailable(f"{self._where}: {exc}") from exc

    async def farewell(self, topic: str, payload: bytes) -> None:
        """Publish a last retained word, if anybody is there; never longer than half a second."""
        if self._disconnected.done():
            return
        with contextlib.suppress(SinkError, TimeoutError):
            async with asyncio.timeout(GOODBYE / 2):
                await self.send(topic, payload, 1, retain=True, properties=None)

    def check(self) -> None:
        """Raise what ended the connection, if it has ended."""
        if not self._disconnected.done():
            return
        error = self._disconnected.exception()
        code = _code(error)
        if code == TAKEN_OVER:
            raise SinkRejected(
                f"{self._where}: session taken over: another client uses the client id "
                f"{self.identifier!r}; stop it or set `client_id`"
            ) from error
        if code in (NOT_AUTHORIZED, BANNED):
            raise SinkRejected(f"{self._where}: the broker threw us out: {error}") from error
        raise SinkUnavailable(f"{self._where}: connection lost: {error or 'closed'}") from error

    async def _answered(self, call: Awaitable[object]) -> None:
        """Wait for the answer to a call, or for the end of the connection.

        aiomqtt alone would wait for its whole timeout for what can no longer come, and whoever is
        about to leave, or to connect anew, would wait with it.
        """
        limit = asyncio.timeout(None)

        def expire(_: asyncio.Future[None]) -> None:
            with contextlib.suppress(RuntimeError):  # the answer came at the same moment
                limit.reschedule(self._loop.time())

        self._disconnected.add_done_callback(expire)
        try:
            async with limit:
                await call
        except TimeoutError:
            self.check()
        finally:
            self._disconnected.remove_done_callback(expire)

    def _client_connect(self) -> None:
        """Connect in the executor's thread; a socket nobody waits for any more is closed."""
        made: list[socket.socket] = []
        plain = self._client._create_socket_connection  # noqa: SLF001  as below

        def remember() -> socket.socket:
            made.append(plain())
            return made[-1]

        self._client._create_socket_connection = remember  # type: ignore[method-assign]  # noqa: SLF001  nothing else knows a socket that fails
        if self._context is not None:
            context = self._context()
            context.sslsocket_class = _encrypted(made, self._alerts)
            self._client.tls_set_context(context)
        try:
            super()._client_connect()
        except BaseException:
            for one in made:
                one.close()
            raise
        if self._abandoned:
            with contextlib.suppress(RuntimeError):  # the loop may have ended meanwhile
                self._loop.call_soon_threadsafe(self._hang_up)

    def _hang_up(self) -> None:
        """Close the socket, whatever state it is in."""
        self._client._sock_close()  # noqa: SLF001  paho has no public way to drop a half-made connection

    def _on_connect(
        self,
        client: paho.Client,
        userdata: Any,  # noqa: ANN401  paho's signature
        flags: paho.ConnectFlags,
        reason_code: ReasonCode,
        properties: Properties | None = None,
    ) -> None:
        self.largest_packet = getattr(properties, "MaximumPacketSize", None)
        super()._on_connect(client, userdata, flags, reason_code, properties)

    def _on_disconnect(
        self,
        client: paho.Client,
        userdata: Any,  # noqa: ANN401  paho's signature
        flags: paho.DisconnectFlags,
        reason_code: ReasonCode,
        properties: Properties | None = None,
    ) -> None:
        if not self._connected.done():
            # aiomqtt would wait for the whole timeout for an answer that cannot come any more.
            self._connected.set_exception(aiomqtt.MqttCodeError(reason_code))
            return
        if reason_code.value == PACKET_TOO_LARGE:
            # The largest one on its way is too large for certain; it may not be the only one.
            self.too_large = max(self._sizes.values(), default=None)
        super()._on_disconnect(client, userdata, flags, reason_code, properties)

    def _on_publish(
        self,
        client: paho.Client,
        userdata: Any,  # noqa: ANN401  paho's signature
        mid: int,
        reason_code: ReasonCode,
        properties: Properties,
    ) -> None:
        receipt = self._receipts.get(mid)
        if receipt is not None and not receipt.done():
            receipt.set_result(Receipt(reason_code.value, str(reason_code)))
        super()._on_publish(client, userdata, mid, reason_code, properties)

    def _explain(self, error: aiomqtt.MqttCodeError) -> SinkError | ProtocolUnsupported:
        code = _code(error)
        if said := next((text for text in self._alerts if _ABOUT_US.search(text)), None):
            return SinkRejected(
                f"{self._where}: the broker wants a certificate of ours that it trusts ({said}); "
                "see to `cert` and `key`"
            )
        if code == UNSUPPORTED_PROTOCOL:
            return ProtocolUnsupported(self._where)
        if code == BAD_CREDENTIALS:
            return SinkRejected(f"{self._where}: wrong user or password")
        if code in (NOT_AUTHORIZED, BANNED):
            return SinkRejected(f"{self._where}: not authorised to connect")
        if code == BAD_CLIENT_ID:
            return SinkRejected(f"{self._where}: the broker does not like our `client_id`")
        return SinkUnavailable(f"{self._where}: refused: {error}")


def _code(error: BaseException | None) -> int | None:
    rc = error.rc if isinstance(error, aiomqtt.MqttCodeError) else None
    return rc.value if isinstance(rc, ReasonCode) else rc


def _retrieve(future: asyncio.Future[None]) -> None:
    """Look at the exception, so that asyncio does not complain about one nobody saw."""
    if not future.cancelled():
        future.exception()
