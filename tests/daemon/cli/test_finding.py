"""What `lookout probe` advises, by what was seen."""

from typing import Any

import pytest
import yaml

from daemon.cli.finding import Seen, Substream, finding
from daemon.config import parse
from sources.message import ClockReport, Counts, Flow, Given, StreamInfo


def given(index: int, time: float, width: int = 1280, height: int = 720) -> Given:
    """Make a picture as a child gives it."""
    return Given(
        id=index + 1,
        index=index,
        slot=0,
        generation=2,
        width=64,
        height=36,
        full_width=width,
        full_height=height,
        time=time,
        arrival=time,
        counts=Counts(),
    )


def seen(source: str = "rtsp://10.0.0.7/door", **changes: Any) -> Seen:
    """Make what was seen of a good camera, but for the changes."""
    good: dict[str, Any] = {
        "live": True,
        "stream": StreamInfo(codec="h264", width=1280, height=720, fps=25.0),
        "first": given(0, 100.0),
        "last": given(125, 105.0),
        "tally": {"decoded": 125, "decode_errors": 0, "corrupt": 0},
        "flow": Flow(
            seconds=5, bit_rate=2_000_000, groups=4, gop_frames=25, gop_seconds=1, gop_longest=1
        ),
        "opening_s": 0.3,
        "watched_s": 5.0,
    }
    return Seen(source=source, **{**good, **changes})


def said(view: Seen) -> str:
    """Return all advice."""
    return "\n".join(finding(view).advice)


def test_good_camera_needs_no_advice() -> None:
    """Of a camera without a fault only the rate is said."""
    assert len(finding(seen()).advice) == 1


@pytest.mark.parametrize(
    ("flow", "words"),
    [
        (
            Flow(seconds=30, groups=2, gop_frames=250, gop_seconds=10, gop_longest=10.0),
            "up to 10.0 s from one IDR",
        ),
        (Flow(seconds=8, since_idr=8.0), "no other IDR came within 8.0 s"),
        (
            Flow(seconds=9, groups=1, gop_frames=9, gop_seconds=1, gop_longest=1, since_idr=8.0),
            "no other IDR came within 8.0 s",
        ),
    ],
)
def test_long_groups_are_said_with_what_they_cost(flow: Flow, words: str) -> None:
    """Seconds between IDRs are seconds of `waiting_idr`; the remedy is named."""
    text = said(seen(flow=flow))
    assert words in text
    assert "waiting_idr" in text
    assert "every second or two" in text
    assert "IDR" not in said(seen(flow=flow, live=False))


def test_faults_have_remedies() -> None:
    """Slowness, damage, B frames and a wrong clock are said, each with what to do."""
    clock = ClockReport(trust="ignored", reports=3, ahead=-3600.0)
    text = said(
        seen(
            stream=StreamInfo(codec="h264", width=1, height=1, fps=25, details={"b_frames": True}),
            last=given(50, 105.0),
            tally={"decoded": 50, "decode_errors": 2, "corrupt": 0},
            flow=Flow(seconds=5, clock=clock),
        )
    )
    for words in ("10.0 of 25", "`transport: tcp`", "B frames", "3600.0 s behind", "(NTP)"):
        assert words in text


@pytest.mark.parametrize(
    ("source", "user", "use"),
    [
        (
            "rtsp://10.0.0.7/door",
            "viewer",
            {
                "type": "rtsp",
                "url": "rtsp://10.0.0.7/door",
                "transport": "tcp",
                "credential": "door",
            },
        ),
        ("rtsps://10.0.0.7/door", None, {"type": "rtsp", "url": "rtsps://10.0.0.7/door"}),
        ("http://10.0.0.7/door.m3u8", None, {"type": "hls", "url": "http://10.0.0.7/door.m3u8"}),
        ("/dev/video0", None, {"type": "usb", "device": "/dev/video0"}),
    ],
)
def test_section_is_ready_to_be_used(source: str, user: str | None, use: dict[str, str]) -> None:
    """What stands there is accepted by the daemon as it is, and holds no default in disguise."""
    section = yaml.safe_load(finding(seen(source, user=user)).section)
    ((name, camera),) = section["cameras"].items()
    assert camera == {"source": use, "detect": {"fps": 5.0}, "rotate": 0}
    assert parse(section, "probe").cameras[name].source.type == use["type"]


def test_smaller_profile_of_a_large_camera_is_recommended() -> None:
    """A camera that was asked over ONVIF is watched by its `sub` profile where `main` is large."""
    large = given(125, 105.0, 3840, 2160)
    found = finding(seen("onvif://10.0.0.7:8000", last=large, user="viewer"))
    ((name, camera),) = yaml.safe_load(found.section)["cameras"].items()
    assert camera["source"] == {
        "type": "onvif",
        "host": "10.0.0.7",
        "port": 8000,
        "profile": "sub",
        "credential": name,
    }


def test_section_names_the_substream_that_was_found() -> None:
    """For a large picture the smaller stream is what the daemon shall watch."""
    there = Substream("rtsp://10.0.0.7/stream2", 640, 360)
    found = finding(
        seen("rtsp://10.0.0.7/stream1", last=given(125, 105.0, 3840, 2160), substream=there)
    )
    assert yaml.safe_load(found.section)["cameras"]["stream1"]["source"]["url"] == there.url
    assert "640x360 at rtsp://10.0.0.7/stream2" in "\n".join(found.advice)
