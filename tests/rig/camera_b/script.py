"""What Camera B does, and does wrong."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Login:
    """How the camera asks for the password."""

    user: str
    password: str
    schemes: tuple[Literal["Basic", "MD5", "SHA-256"], ...] = ("MD5",)
    """What is offered, in this order."""

    uses: int | None = None
    """Requests after which a nonce is stale; None never."""

    qop: bool = True
    realm: str = "camera b"
    """In any encoding: bytes that are no UTF-8 stand as surrogates."""


@dataclass(frozen=True, slots=True)
class Jump:
    """From one picture on, a clock is off by so many seconds more."""

    at: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Pause:
    """Before one picture, nothing is sent for so many seconds."""

    at: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Script:
    """Every field has the honest camera's value by default. Pictures count from 0, per viewer."""

    login: Login | None = None
    refusals: tuple[tuple[str, str], ...] = ()
    """Method and status line with which it is answered: `("SETUP", "453 Not Enough Bandwidth")`."""

    single: bool = False
    """Whether further viewers are hung up on while one is watching."""

    redirect: str | None = None
    """Where DESCRIBE is sent with 302."""

    base: Literal["slash", "plain", "none", "bare"] = "slash"
    """`Content-Base` with a slash at its end, without one, no such line, or one without scheme."""

    counts: bool = True
    """Whether answers bear the number of their request; otherwise 0."""

    control: Literal["relative", "absolute", "query"] = "relative"
    """Form of the track's control address; `query` has one behind a question mark."""

    begins: int = 0
    """Picture of the clip that a viewer gets first, such as one in the middle of a group."""

    sdp: str | None = None
    """A session description to give instead."""

    sets: bool = True
    """Whether SPS and PPS are in the session description."""

    sets_from: int | None = 0
    """Picture from which on SPS and PPS come before each IDR; None never."""

    rtp_info: Literal["right", "late", "wrong", "none"] = "right"
    """`late` sends half a second of pictures before the answer to PLAY, `wrong` lies in it."""

    first_stamp: int = 900_000
    """RTP timestamp of the first picture."""

    stamps: tuple[Jump, ...] = ()
    """Jumps of the RTP timestamps."""

    reports: float | None = 1.0
    """Seconds between sender reports, the first before the first picture; None sends none."""

    clock: float = 0.0
    """Seconds by which the camera's clock is ahead of ours."""

    clocks: tuple[Jump, ...] = ()
    """Jumps of the camera's clock."""

    markers: Literal["right", "none", "twice", "early_sei"] = "right"
    """The bit that ends a picture: on its last packet, on none, also in its middle, or before an
    SEI that belongs to it."""

    aggregate: bool = True
    """Whether small NAL units share a packet (STAP-A, AP)."""

    units: Literal["apart", "together", "coded", "padded", "unknown"] = "apart"
    """NAL units as they should be; parameter sets and the picture behind them as one, parted by
    start codes; small ones with a start code before them; joined ones with zeros behind them; or of
    a type that nobody knows."""

    headers: bool = False
    """Whether RTP headers carry sources, an extension and padding."""

    lost: frozenset[tuple[int, int]] = frozenset()
    """Packets that never arrive: picture and place within it."""

    chunk: int | None = None
    """Bytes per write to the socket; None writes a picture at once."""

    garbage: tuple[tuple[int, bytes], ...] = ()
    """Bytes that come before a picture, outside any frame."""

    pauses: tuple[Pause, ...] = ()
    ends: int | None = None
    """Picture before which the camera ends the stream; None never."""

    transport: str = "RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=00001234"
    """What is answered to SETUP. Whatever it says, pictures come over the connection."""

    session: int = 60
    """Seconds after which a viewer that says nothing is hung up on."""

    keeps_alive: Literal["GET_PARAMETER", "OPTIONS"] = "GET_PARAMETER"
    """The only one of the two that is known."""

    asks: bool = False
    """Whether the camera sends requests of its own."""
