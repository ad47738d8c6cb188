"""Failures in our own words."""

import errno

import av.error
import pytest

from sources.child.fault import Attempt, explain
from sources.errors import SourceError, SourceRejected, SourceUnavailable

LEAKY = "rtsp://admin:canary@127.0.0.1/x"
PLAIN = Attempt("rtsp://127.0.0.1/x", patience=5, elapsed=0.1, authenticated=False)
LATE = Attempt("rtsp://127.0.0.1/x", patience=5, elapsed=5.0)


def posix(number: int) -> av.error.FFmpegError:
    """Make the error libav raises for a number of the system."""
    with pytest.raises(av.error.FFmpegError) as caught:
        av.error.err_check(-number, LEAKY)
    return caught.value


@pytest.mark.parametrize(
    ("number", "kind", "words"),
    [
        (errno.ECONNREFUSED, SourceUnavailable, "refused"),
        (errno.ETIMEDOUT, SourceUnavailable, "silent for 5 s"),
        (errno.ECONNRESET, SourceUnavailable, "closed the connection"),
        (errno.EHOSTUNREACH, SourceUnavailable, "no route"),
        (errno.EINVAL, SourceRejected, "only RTSP"),
        (errno.ENOBUFS, SourceUnavailable, "buffer space"),
    ],
)
def test_network_faults_are_told_apart(number: int, kind: type[SourceError], words: str) -> None:
    """Each has its remedy and its words, and none has the URL's."""
    answer = explain(posix(number), PLAIN)
    assert isinstance(answer, kind)
    assert words in str(answer).lower() or words in str(answer)
    assert "canary" not in str(answer)


def test_silence_and_babble_differ_by_the_time_they_take() -> None:
    """For libav both are invalid data."""
    error = av.error.InvalidDataError(av.error.tag_to_code(b"INDA"), "Invalid data", LEAKY)
    assert "silent" in str(explain(error, LATE))
    assert "does not speak RTSP" in str(explain(error, PLAIN))


def test_unknown_host_is_named() -> None:
    """A name that does not resolve is said to be the reason."""
    attempt = Attempt("rtsp://no-such-camera.invalid/x", patience=5)
    assert "host not found: no-such-camera.invalid" in str(explain(posix(errno.EIO), attempt))


def test_files_have_their_own_words() -> None:
    """Nobody is told about cameras when a file is damaged."""
    attempt = Attempt("/clips/a.mp4", patience=0, network=False)
    for number in (errno.EACCES, errno.EIO):
        answer = explain(posix(number), attempt)
        assert isinstance(answer, SourceRejected)
        assert "file" in str(answer)
