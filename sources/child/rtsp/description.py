"""What a camera says it will send: the session description (RFC 8866, RFC 6184, RFC 7798). Pure."""

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from sources.child.rtsp.errors import NotUnderstood

Codec = Literal["h264", "hevc"]

_CODECS: dict[str, Codec] = {"H264": "h264", "H265": "hevc"}
_SETS = ("sprop-vps", "sprop-sps", "sprop-pps", "sprop-parameter-sets")
_MOST_SETS = 16
_MOST_RATE = 1000.0
_MOST_MEDIA = 16
_STATIC = {"0": "PCMU", "8": "PCMA", "14": "MPA", "26": "JPEG"}
"""Payload types that need no name (RFC 3551)."""


@dataclass(frozen=True, slots=True)
class Track:
    """The video of a session."""

    codec: Codec
    payload: int
    """Payload type of its packets."""

    rate: int
    """Ticks of its RTP clock per second."""

    control: str
    """Where SETUP is sent."""

    session: str
    """Where PLAY is sent."""

    sets: tuple[bytes, ...] = ()
    """Parameter sets, as NAL units."""

    fps: float | None = None
    media: tuple[str, ...] = ()
    """All that the session has to offer, in the words of a person: `video H264`, `audio PCMU`."""


def read(text: str, base: str) -> Track:
    """Find the first video.

    Args:
        text: The session description.
        base: What relative addresses are relative to.

    Raises:
        NotUnderstood: There is none, or none of H.264 or H.265 over plain RTP.
    """
    head, media = _sections(text)
    video = next((lines for lines in media if lines[0][1].startswith("video")), None)
    if video is None:
        raise NotUnderstood("its description names no video")
    words = video[0][1].split()
    if len(words) < 4 or words[2] not in {"RTP/AVP", "RTP/AVPF"}:  # noqa: PLR2004 (RFC 8866, 5.14)
        raise NotUnderstood("its video does not come as plain RTP")
    payload = words[3]
    attributes = _attributes(video)
    name, rate = _format(attributes, payload)
    if name not in _CODECS or not payload.isdecimal():
        raise NotUnderstood(f"its video is {name or 'of an unnamed codec'}")
    parameters = _parameters(attributes, payload)
    if (
        parameters.get("packetization-mode") == "2"
        or parameters.get("sprop-max-don-diff", "0") != "0"
    ):
        raise NotUnderstood("its packets are interleaved")
    return Track(
        codec=_CODECS[name],
        payload=int(payload),
        rate=rate,
        control=_joined(base, dict(attributes).get("control", "")),
        session=_joined(base, dict(_attributes(head)).get("control", "")),
        sets=_sets(parameters),
        fps=_fps(dict(attributes)),
        media=tuple(_named(lines) for lines in media[:_MOST_MEDIA]),
    )


def _sections(text: str) -> tuple[list[tuple[str, str]], list[list[tuple[str, str]]]]:
    head: list[tuple[str, str]] = []
    media: list[list[tuple[str, str]]] = []
    current = head
    for line in text.splitlines():
        kind, _, value = line.strip().partition("=")
        if kind == "m":
            current = []
            media.append(current)
        current.append((kind, value))
    return head, media


def _named(lines: list[tuple[str, str]]) -> str:
    """Say what a medium is: its kind, its codec, and where it is fetched if that tells them apart.

    The words are the camera's: they are cut, and nothing in them can speak to a terminal.
    """
    words = lines[0][1].split()
    kind, payload = (words[0] if words else "nothing"), (words[3] if len(words) > 3 else "")  # noqa: PLR2004
    attributes = _attributes(lines)
    codec, _ = _format(attributes, payload)
    name = f"{kind} {codec or payload}".strip()[:40]
    return "".join(sign if sign.isprintable() else " " for sign in name)


def _attributes(lines: list[tuple[str, str]]) -> list[tuple[str, str]]:
    pairs = (value.partition(":") for kind, value in lines if kind == "a")
    return [(name.strip().lower(), value.strip()) for name, _, value in pairs]


def _format(attributes: list[tuple[str, str]], payload: str) -> tuple[str, int]:
    for name, value in attributes:
        number, _, rest = value.partition(" ")
        if name == "rtpmap" and number == payload:
            codec, _, clock = rest.strip().partition("/")
            clock = clock.partition("/")[0]
            usual = 90_000
            sane = clock.isascii() and clock.isdigit() and 0 < int(clock[:9]) <= 1_000_000  # noqa: PLR2004
            return codec.upper(), int(clock[:9]) if sane else usual
    return _STATIC.get(payload, ""), 0


def _parameters(attributes: list[tuple[str, str]], payload: str) -> dict[str, str]:
    found = {}
    for name, value in attributes:
        number, _, rest = value.partition(" ")
        if name == "fmtp" and number == payload:
            for pair in rest.split(";"):
                key, _, word = pair.strip().partition("=")
                found[key.lower()] = word.strip()
    return found


def _sets(parameters: dict[str, str]) -> tuple[bytes, ...]:
    words = (word for name in _SETS for word in parameters.get(name, "").split(","))
    return tuple(_decoded(words))[:_MOST_SETS]


def _decoded(words: Iterator[str]) -> Iterator[bytes]:
    for word in words:
        try:
            nal = b64decode(word + "=" * (-len(word) % 4))
        except (NotBase64, ValueError):
            continue
        # Some cameras write start codes into them.
        nal = nal.removeprefix(b"\0\0\0\1").removeprefix(b"\0\0\1")
        if len(nal) > 2:  # noqa: PLR2004 (a header and something)
            yield nal


def _fps(attributes: dict[str, str]) -> float | None:
    for name in ("framerate", "x-framerate"):
        try:
            rate = float(attributes.get(name, ""))
        except ValueError:
            continue
        if 0 < rate <= _MOST_RATE:
            return rate
    return None


def _joined(base: str, control: str) -> str:
    if control.lower().startswith(("rtsp://", "rtsps://")):
        return control
    if not control or control == "*":
        return base
    return (
        base.rstrip("/") + "/" + control.lstrip("/")
        if base.endswith("/")
        else f"{base}/{control.lstrip('/')}"
    )
