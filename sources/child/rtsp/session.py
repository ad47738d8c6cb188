"""The conversation with a camera: describe, set up, play, stay alive, say goodbye (RFC 2326)."""

import time
from typing import Final
from urllib.parse import urlsplit

from sources.child.authorization import Authorization
from sources.child.rtsp.connection import Connection, HungUp
from sources.child.rtsp.description import Track, read
from sources.child.rtsp.errors import NotUnderstood, Redirected
from sources.child.rtsp.wire import Message
from sources.errors import SourceBusy, SourceError, SourceRejected, SourceUnavailable

_AGENT: Final = "Lookout"
_TRIES = 3
"""Times one request is sent: without a password, with it, and once more for a stale nonce."""

_USUAL_TIMEOUT = 60.0
_SHORTEST, _LONGEST = 1.0, 30.0
"""Seconds between two signs of life of ours."""

_REFUSALS: dict[int, tuple[type[SourceError], str]] = {
    400: (SourceRejected, "the camera does not understand the request (400): check the url"),
    401: (SourceRejected, "the camera refuses user or password (401): check the credential"),
    403: (SourceRejected, "the camera forbids this stream to this user (403)"),
    404: (SourceRejected, "the camera has no stream of this path (404): check the url"),
    453: (SourceBusy, "the camera has no room for another viewer (453), perhaps too many viewers"),
    503: (SourceBusy, "the camera has no room for us now (503, 5xx)"),
}
_HUNG_UP = (
    "the camera hangs up before it says a word: perhaps it lets only one viewer watch, or this is "
    "not its RTSP port"
)
_UNKNOWN = {405, 406, 415, 455, 501, 505, 551}
"""Statuses that say: not in this way. Another reader may find one."""


class Session:
    """One stream, from OPTIONS to TEARDOWN.

    Args:
        connection: Fresh.
        url: Without user and password.
        authorization: None offers no password.
        ports: Ours for pictures and reports over UDP; None lets them come over the connection.
    """

    def __init__(
        self,
        connection: Connection,
        url: str,
        authorization: Authorization | None,
        ports: tuple[int, int] | None = None,
    ) -> None:
        self._connection = connection
        self._url = url
        self._authorization = authorization
        self._ports = ports
        self._sequence = 0
        self._id = ""
        self._interval = _USUAL_TIMEOUT / 2
        self._alive_at = 0.0
        self._with_parameter = True
        self.channel = 0
        """Channel of the pictures; the next one has the reports."""

        self.theirs: tuple[int, int] | None = None
        """The camera's ports over UDP, where it names them."""

        self.track: Track | None = None

    def open(self) -> Track:
        """Find the video and let it play.

        Raises:
            SourceUnavailable: It may work later; `SourceBusy` where others watch already.
            SourceRejected: A person must act.
            NotUnderstood: Another reader may get on better.
        """
        self.track = track = self.describe()
        self._set_up(track)
        answer = self._ask("PLAY", track.session, "Range: npt=0.000-")
        _demand(answer)
        self._alive_at = time.monotonic()
        return track

    def describe(self) -> Track:
        """Find the video, and ask for nothing more.

        Raises:
            SourceUnavailable: As for `open`, and the others too.
        """
        try:
            answer = self._options()
        except SourceUnavailable as error:
            if strange := self._connection.strange:
                raise _nobody(strange) from None
            if isinstance(error, HungUp):
                raise SourceBusy(_HUNG_UP) from None
            raise
        try:
            return self._describe()
        except HungUp:
            # Some say what they have against us at the first question, and hang up at the next.
            _demand(answer)
            raise

    def keep_alive(self) -> float:
        """Say that we are still here, if it is time; return the seconds until it is again."""
        now = time.monotonic()
        due = self._alive_at + self._interval - now
        if due > 0:
            return due
        self._alive_at = now
        method = "GET_PARAMETER" if self._with_parameter else "OPTIONS"
        self._send(method, self.track.session if self.track else self._url, ())
        return self._interval

    def hear(self, message: Message) -> None:
        """Take what the camera says between pictures."""
        if message.status == 0:
            self._refuse(message)
        elif message.status == 401 and self._authorization is not None:  # noqa: PLR2004
            # The nonce of a sign of life grew stale: say it again at once, with the new one.
            if self._authorization.learn(message.every("www-authenticate")):
                self._alive_at = 0.0
        elif message.status == 454:  # noqa: PLR2004 (session not found)
            raise SourceUnavailable("the camera has ended the session")
        elif message.status >= 400 and self._with_parameter:  # noqa: PLR2004 (errors)
            # Not only those that say so do not know this sign of life.
            self._with_parameter, self._alive_at = False, 0.0
        elif self._authorization is not None:
            self._authorization.accepted(message.get("authentication-info"))

    def close(self) -> None:
        """Say goodbye and do not wait for an answer."""
        if self._id and self.track is not None:
            try:
                self._send("TEARDOWN", self.track.session, ())
            except SourceUnavailable:
                return

    def _options(self) -> Message:
        answer = self._ask("OPTIONS", self._url)
        public = answer.get("public").upper()
        self._with_parameter = not public or "GET_PARAMETER" in public
        return answer

    def _describe(self) -> Track:
        answer = self._ask("DESCRIBE", self._url, "Accept: application/sdp")
        _demand(answer)
        kind = answer.get("content-type").lower()
        if kind and not kind.startswith("application/sdp"):
            shown = "".join(sign for sign in kind[:40] if sign.isprintable())
            raise NotUnderstood(f"it describes itself as {shown}")
        bases = (answer.get("content-base"), answer.get("content-location"), self._url)
        # Some write it without a scheme, or as a path alone.
        base = next(one for one in bases if one.lower().startswith(("rtsp://", "rtsps://")))
        return read(answer.body.decode("utf-8", "replace"), base)

    def _set_up(self, track: Track) -> None:
        wish = "RTP/AVP/TCP;unicast;interleaved=0-1"
        if self._ports is not None:
            wish = "RTP/AVP;unicast;client_port={}-{}".format(*self._ports)
        answer = self._ask("SETUP", track.control, f"Transport: {wish}")
        if answer.status == 461:  # noqa: PLR2004 (unsupported transport)
            way, other = ("TCP", "udp") if self._ports is None else ("UDP", "tcp")
            raise SourceRejected(
                f"the camera does not send over {way} (461): set `transport: {other}`"
            )
        _demand(answer)
        transport = answer.get("transport").lower()
        fields = dict(word.strip().partition("=")[::2] for word in transport.split(";"))
        if self._ports is not None:
            self._apart(transport, fields)
        elif "tcp" not in transport and "interleaved" not in fields:
            raise NotUnderstood("it does not send over TCP")
        else:
            channel = fields.get("interleaved", "0-1").partition("-")[0]
            self.channel = int(channel) if channel.isdecimal() and len(channel) <= 3 else 0  # noqa: PLR2004
        name, _, rest = answer.get("session").partition(";")
        self._id = name.strip()
        timeout = rest.partition(";")[0].strip().lower().removeprefix("timeout=").strip()
        seconds = float(timeout) if timeout.isdecimal() and len(timeout) < 9 else _USUAL_TIMEOUT  # noqa: PLR2004
        self._interval = min(max(seconds / 2, _SHORTEST), _LONGEST)

    def _apart(self, transport: str, fields: dict[str, str]) -> None:
        """Understand how it will send over UDP, which is as we asked or not at all."""
        if "tcp" in transport or "multicast" in transport:
            raise NotUnderstood("it does not send over UDP to one viewer")
        if fields.get("source", self._connection.host) != self._connection.host:
            raise NotUnderstood("it sends from another address")
        words = fields.get("server_port", "").split("-")
        ports = [int(word) for word in words if word.isdecimal() and len(word) <= 5]  # noqa: PLR2004
        if len(ports) == 2 and all(0 < port < 65_536 for port in ports):  # noqa: PLR2004
            self.theirs = ports[0], ports[1]

    def _ask(self, method: str, address: str, *lines: str) -> Message:
        for _ in range(_TRIES):
            sequence = self._send(method, address, lines)
            answer = self._answer(sequence)
            if answer.status != 401:  # noqa: PLR2004 (unauthorized)
                if self._authorization is not None:
                    self._authorization.accepted(answer.get("authentication-info"))
                return answer
            self._offer(answer)
        raise SourceRejected(_REFUSALS[401][1])

    def _offer(self, answer: Message) -> None:
        """Have a password ready for the next try, or give up."""
        if self._authorization is None:
            raise SourceRejected("the camera wants user and password (401): set `credential`")
        if not self._authorization.learn(answer.every("www-authenticate")):
            raise SourceRejected(_REFUSALS[401][1])

    def _answer(self, sequence: int) -> Message:
        while True:
            message = self._connection.answer()
            if message.status == 0:
                self._refuse(message)
            elif not _older(message.get("cseq"), sequence):
                return message

    def _send(self, method: str, address: str, lines: tuple[str, ...]) -> int:
        self._sequence += 1
        head = [f"{method} {address} RTSP/1.0", f"CSeq: {self._sequence}", f"User-Agent: {_AGENT}"]
        if self._id:
            head.append(f"Session: {self._id}")
        if self._authorization is not None:
            word = self._authorization.header(method, address)
            if word:
                head.append(f"Authorization: {word}")
        text = "\r\n".join([*head, *lines]) + "\r\n\r\n"
        self._connection.send(text.encode("utf-8", "surrogateescape"))
        return self._sequence

    def _refuse(self, request: Message) -> None:
        """Answer a request of the camera's own: we offer nothing."""
        sequence = "".join(sign for sign in request.get("cseq")[:20] if sign.isprintable())
        status = "200 OK" if request.first.startswith("OPTIONS ") else "501 Not Implemented"
        self._connection.send(f"RTSP/1.0 {status}\r\nCSeq: {sequence}\r\n\r\n".encode())


def _demand(answer: Message) -> None:
    """Go on only if the camera agreed."""
    status = answer.status
    if 200 <= status < 300:  # noqa: PLR2004 (success)
        return
    if 300 <= status < 400:  # noqa: PLR2004 (redirection)
        raise Redirected(
            f"the camera sends us elsewhere ({status}{_place(answer)}): name that url instead"
        )
    if status in _REFUSALS:
        kind, reason = _REFUSALS[status]
        raise kind(reason)
    if status in _UNKNOWN:
        raise NotUnderstood(f"it answers with {status}")
    if status >= 500:  # noqa: PLR2004 (server errors)
        raise SourceUnavailable(f"the camera reports a fault of its own ({status}, 5xx)")
    raise SourceUnavailable(f"the camera turned the request down ({status})")


def _nobody(strange: bytes) -> SourceError:
    """Say who answers there, by how it said what is no RTSP."""
    if strange.startswith((b"HTTP/", b"<")):
        return SourceUnavailable(
            "what answers there speaks HTTP: check the port (554 is usual), or use `type: http`"
        )
    if strange[:2] in {b"\x15\x03", b"\x16\x03"}:
        return SourceUnavailable("what answers there speaks TLS: check the port, or use rtsps://")
    return SourceUnavailable(
        "what answers there does not speak RTSP as expected: check the port (554 is usual)"
    )


def _older(said: str, sequence: int) -> bool:
    """Tell whether an answer is one to an earlier request; cameras that cannot count say 0."""
    return said.isdecimal() and len(said) < 10 and 0 < int(said) < sequence  # noqa: PLR2004 (a number)


def _place(answer: Message) -> str:
    """Say where a camera sends us, without what may be a password."""
    try:
        parts = urlsplit(answer.get("location"))
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if not host:
        return ""
    where = f"[{host}]" if ":" in host else host
    path = parts.path if "=" not in parts.path else ""
    text = f"{parts.scheme}://{where}{f':{port}' if port else ''}{path}"[:120]
    return ", to " + "".join(sign if sign.isprintable() else " " for sign in text)
