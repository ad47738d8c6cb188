"""What `lookout probe` finds out about a source, and what it advises."""

from dataclasses import dataclass
from typing import Any

import yaml

from daemon.cli import setting
from sources.message import Flow, Given, StreamInfo

DEFAULT_RATE = 5.0
"""Frames per second that a camera without `detect.fps` is looked at."""

LARGE = 2560 * 1440
"""Pixels from which on a substream is the better thing to watch."""

SHARE = 0.8
"""Share of the nominal rate below which a camera counts as slow."""

LONG_GOP = 4.0
"""Seconds between two IDRs from which on a camera is blind for long after every mishap."""


@dataclass(frozen=True, slots=True)
class Substream:
    """A smaller stream of the same camera, seen to work."""

    url: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Finding:
    """What a source was seen to send."""

    source: str
    codec: str
    width: int
    height: int
    nominal_fps: float | None
    """As the stream says."""

    measured_fps: float | None
    """Pictures per second of the stream's own time; None if only one picture came."""

    duration_s: float | None
    """Of a recording, if it says so."""

    first_picture_s: float
    """Seconds from the start of the child to its first picture."""

    watched_s: float
    pictures: int
    """Decoded while watching."""

    decode_errors: int
    corrupt: int
    """Pictures that the decoder itself doubts."""

    reader: str | None
    """`own`, `libav`, or None where there is no choice."""

    reader_reason: str | None
    """Why Lookout's own RTSP reader was not taken."""

    transport: str | None
    tracks: str | None
    """All media the session offers."""

    decoder: str | None
    """`software`, or the device that decodes."""

    decoder_reason: str | None
    """Why it is not the device asked for."""

    bit_rate: int | None
    """Bits per second."""

    gop_frames: int | None
    """Pictures from one IDR to the next, the median; None if no two came while watching."""

    gop_seconds: float | None
    gop_longest_s: float | None
    clock: str | None
    """Whether the camera's clock dates its pictures: `camera`, `shifted`, `ignored`, `none`; None
    where only ours is known."""

    clock_ahead_s: float | None
    """Seconds the camera's clock is ahead of ours."""

    jitter_s: float | None
    """Mean deviation of the pictures' way."""

    substream: Substream | None
    details: dict[str, str | int | float | bool | None]
    advice: tuple[str, ...]
    section: str
    """What to put below `cameras:` in the configuration; YAML."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What was measured while a source was watched."""

    source: str
    live: bool
    stream: StreamInfo | None
    first: Given
    last: Given
    tally: dict[str, int]
    flow: Flow | None
    opening_s: float
    watched_s: float
    user: str | None = None
    substream: Substream | None = None

    @property
    def rate(self) -> float | None:
        """Pictures per second of the stream's own time."""
        # Indices count what was decoded, whether it was handed over or not.
        span = self.last.time - self.first.time
        return (self.last.index - self.first.index) / span if span > 0 else None

    @property
    def large(self) -> bool:
        """Whether a detector would be better served by a smaller stream."""
        return self.last.full_width * self.last.full_height >= LARGE


def finding(seen: Seen) -> Finding:
    """Draw the conclusions."""
    stream, flow, last = seen.stream, seen.flow, seen.last
    details = dict(stream.details) if stream else {}
    clock = flow.clock if flow else None
    return Finding(
        source=seen.source,
        codec=stream.codec if stream else "",
        width=last.full_width,
        height=last.full_height,
        nominal_fps=_round(stream.fps) if stream else None,
        measured_fps=_round(seen.rate),
        duration_s=_round(stream.duration) if stream else None,
        first_picture_s=round(seen.opening_s, 3),
        watched_s=round(seen.watched_s, 3),
        pictures=seen.tally["decoded"],
        decode_errors=seen.tally["decode_errors"],
        corrupt=seen.tally["corrupt"],
        reader=_word(details, "reader"),
        reader_reason=_word(details, "reader_reason"),
        transport=_word(details, "transport"),
        tracks=_word(details, "tracks"),
        decoder=_word(details, "decoder"),
        decoder_reason=_word(details, "decoder_reason"),
        bit_rate=flow.bit_rate if flow else None,
        gop_frames=flow.gop_frames if flow else None,
        gop_seconds=_round(flow.gop_seconds) if flow else None,
        gop_longest_s=_round(flow.gop_longest) if flow else None,
        clock=clock.trust if clock else None,
        clock_ahead_s=_round(clock.ahead) if clock else None,
        jitter_s=_round(clock.jitter) if clock else None,
        substream=seen.substream,
        details=details,
        advice=tuple(_advice(seen)),
        section=_section(seen),
    )


def _advice(seen: Seen) -> list[str]:
    stream, tally = seen.stream, seen.tally
    advice = []
    if _fps_advised(seen) == "every":
        advice.append("detect: {fps: every}, since it sends few pictures anyway")
    else:
        advice.append(f"detect: {{fps: {DEFAULT_RATE:g}}} (the default without a GPU)")
    advice += _advice_on_size(seen)
    advice += _advice_on_groups(seen)
    nominal = stream.fps if stream else None
    if seen.live and nominal and seen.rate and seen.rate < SHARE * nominal:
        advice.append(
            f"it sends {seen.rate:.1f} of {nominal:g} pictures per second: see to the network, or "
            "to its exposure in the dark"
        )
    if tally["decode_errors"] or tally["corrupt"]:
        advice.append(
            "some pictures cannot be decoded: use `transport: tcp` and see to the network"
        )
    if stream and stream.codec == "mjpeg" and seen.live:
        advice.append("MJPEG takes many times the bandwidth: choose H.264 in the camera")
    if seen.live and stream and stream.details.get("b_frames"):
        advice.append("B frames delay every picture: turn them off in the camera")
    clock = seen.flow.clock if seen.flow else None
    if clock and clock.trust in {"ignored", "shifted"} and clock.ahead is not None:
        advice.append(
            f"its clock is {abs(clock.ahead):.1f} s {'ahead' if clock.ahead > 0 else 'behind'}: "
            "let it set its time from a time server (NTP)"
        )
    return advice


def _advice_on_size(seen: Seen) -> list[str]:
    if not seen.large:
        return []
    smaller = seen.substream
    found = f": {smaller.width}x{smaller.height} at {smaller.url} (below)" if smaller else ""
    text = (
        f"{seen.last.full_width}x{seen.last.full_height} costs a lot to decode and a detector "
        f"looks at a small picture: use the camera's substream{found}"
    )
    return [text]


def _advice_on_groups(seen: Seen) -> list[str]:
    flow = seen.flow
    if flow is None or not seen.live:
        return []
    every = "every second or two (GOP, I-frame interval), and turn off its 'smart' codec"
    blind = "after every loss and reconnect it is `waiting_idr` for as long"
    longest = flow.gop_longest or 0.0
    if max(longest, flow.since_idr) <= LONG_GOP:
        return []
    seen_so = f"up to {longest:.1f} s from one IDR to the next"
    if longest < flow.since_idr:
        seen_so = f"no other IDR came within {flow.since_idr:.1f} s of the last"
    return [f"{seen_so}: {blind}; let the camera send one {every}"]


def _fps_advised(seen: Seen) -> float | str:
    rate = seen.rate or (seen.stream.fps if seen.stream else None)
    return "every" if rate is not None and rate <= DEFAULT_RATE else DEFAULT_RATE


def _section(seen: Seen) -> str:
    name = setting.name_of(seen.source)
    use: dict[str, Any] = setting.source_of(seen.source)
    if use["type"] == "rtsp":
        if seen.substream is not None:
            use["url"] = seen.substream.url
        if not use["url"].lower().startswith("rtsps:"):
            use["transport"] = "tcp"
    if use["type"] == "onvif" and seen.large:
        use["profile"] = "sub"
    if seen.user is not None:
        use["credential"] = name
    camera = {"source": use, "detect": {"fps": _fps_advised(seen)}, "rotate": 0}
    decoder = seen.stream.details.get("decoder") if seen.stream else None
    if decoder not in {None, "software"}:
        camera["hwaccel"] = decoder
    return yaml.safe_dump({"cameras": {name: camera}}, sort_keys=False, allow_unicode=True)


def _word(details: dict[str, Any], key: str) -> str | None:
    word = details.get(key)
    return word if isinstance(word, str) else None


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
