"""Where smaller streams are looked for."""

import pytest

from daemon.cli.substream import likely


@pytest.mark.parametrize(
    ("main", "small"),
    [
        ("rtsp://10.0.0.7/Streaming/Channels/101", "rtsp://10.0.0.7/Streaming/Channels/102"),
        (
            "rtsp://h:8554/cam/realmonitor?channel=1&subtype=0",
            "rtsp://h:8554/cam/realmonitor?channel=1&subtype=1",
        ),
        ("rtsp://h/h264Preview_01_main", "rtsp://h/h264Preview_01_sub"),
        ("rtsps://h:322/stream1", "rtsps://h:322/stream2"),
        ("rtsp://h/live/ch00_0", "rtsp://h/live/ch00_1"),
        ("rtsp://h:88/videoMain", "rtsp://h:88/videoSub"),
        ("rtsp://h/ch1/main", "rtsp://h/ch1/sub"),
        (
            "rtsp://h/user={user}_password={password}_channel=1_stream=0.sdp?real_stream",
            "rtsp://h/user={user}_password={password}_channel=1_stream=1.sdp?real_stream",
        ),
        ("rtsp://h/unicast/c1/s0/live", "rtsp://h/unicast/c1/s1/live"),
        ("rtsp://h/media/video1", "rtsp://h/media/video2"),
        ("rtsp://h/live1.sdp", "rtsp://h/live2.sdp"),
        ("rtsp://h/profile1/media.smp", "rtsp://h/profile2/media.smp"),
        ("rtsp://h/?inst=1", "rtsp://h/?inst=2"),
    ],
)
def test_makers_habits_are_known(main: str, small: str) -> None:
    """The smaller stream is looked for at the same host and port, where its maker puts it."""
    assert likely(main) == small


@pytest.mark.parametrize(
    "url",
    ["rtsp://h/video", "rtsp://h/stream2", "rtsp://h/stream10", "http://h/stream1", "clip.mp4"],
)
def test_nothing_is_guessed_without_a_habit(url: str) -> None:
    """An address that follows no habit, or is not RTSP, leads nowhere."""
    assert likely(url) is None
