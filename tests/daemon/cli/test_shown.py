"""What a person sees of a finding."""

from dataclasses import replace

import pytest

from daemon.cli.finding import Finding
from daemon.cli.shown import described, show

FOUND = Finding(
    source="rtsp://10.0.0.7/door",
    codec="h264",
    width=1920,
    height=1080,
    nominal_fps=25.0,
    measured_fps=24.9,
    duration_s=None,
    first_picture_s=0.31,
    watched_s=5.0,
    pictures=125,
    decode_errors=0,
    corrupt=0,
    reader="own",
    reader_reason=None,
    transport="tcp",
    tracks="video H264; audio PCMU",
    decoder="software",
    decoder_reason=None,
    bit_rate=4_200_000,
    gop_frames=50,
    gop_seconds=2.0,
    gop_longest_s=2.0,
    clock="camera",
    clock_ahead_s=-0.012,
    jitter_s=0.0034,
    substream=None,
    details={"profile": "High"},
    advice=("detect: {fps: 5} (the default without a GPU)",),
    section="cameras: {}",
)


def seen(capsys: pytest.CaptureFixture[str], found: Finding) -> str:
    """Show it; return what is on the screen, each run of spaces as one."""
    show(found)
    return " ".join(capsys.readouterr().out.split())


def test_everything_measured_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """Codec, rates, groups, reader, tracks and clock, each in words and with its unit."""
    text = seen(capsys, FOUND)
    for words in (
        "codec h264 High",
        "4.20 Mbit/s",
        "every 50 pictures, 2.00 s, at most 2.0 s",
        "Lookout's own over tcp",
        "video H264; audio PCMU",
        "trusted: pictures are dated by it, 12 ms behind ours, jitter 3.4 ms",
        "125 in 5.0 s; 0 decode errors, 0 doubtful",
    ):
        assert words in text


def test_what_is_not_known_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    """A source without reader, clock or groups shows no empty rows; reasons stand in brackets."""
    bare = replace(
        FOUND, reader=None, transport=None, clock=None, bit_rate=None, gop_frames=None, tracks=None
    )
    text = seen(capsys, bare)
    for word in ("reader", "clock", "idr", "tracks", "bit rate"):
        assert word not in text
    other = replace(FOUND, reader="libav", reader_reason="its video is JPEG", gop_frames=None)
    text = seen(capsys, other)
    assert "FFmpeg's over tcp (its video is JPEG)" in text
    assert "none but the first came while watching" in text


def test_readers_have_names() -> None:
    """Where there is no transport there was no choice, and nothing is said."""
    assert described("own", "udp") == "Lookout's own over udp"
    assert described("libav", None) == ""
