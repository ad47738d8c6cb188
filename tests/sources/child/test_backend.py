"""Building the source that was named."""

from pathlib import Path

import pytest

from sources.child.backend import Patient, build, credential
from sources.errors import SourceRejected
from sources.file import FileConfig, FileSource
from sources.message import Open
from sources.rtsp import RtspConfig, RtspSource

WORD = "canary"


def order(backend: str, **config: str) -> Open:
    """Order a source."""
    return Open(camera="yard", backend=backend, config=dict(config), slots=1)


def test_backend_is_built_from_its_name() -> None:
    """Module, attribute, options."""
    source = build(order("sources.file:FileSource", path="a.mp4", pace="clip"))
    assert isinstance(source, FileSource)
    assert source.live


@pytest.mark.parametrize("backend", ["sources.nothing:X", "sources.file:Nothing", "", "no colon"])
def test_unknown_backend_is_rejected(backend: str) -> None:
    """A person must correct the name."""
    with pytest.raises(SourceRejected, match="no source"):
        build(order(backend))


def test_bad_options_are_named_without_their_values() -> None:
    """The key and the reason are said, the value is not: it may hold a password."""
    url = "rtsp://admin:canary@10.0.0.7/x"
    with pytest.raises(SourceRejected, match=r"url: .*credential") as caught:
        build(order("sources.rtsp:RtspSource", url=url))
    assert "canary" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_credential_does_not_show_its_password() -> None:
    """Neither in a representation; and no credential is none."""
    opened = Open(camera="a", backend="b", config={}, slots=1, user="admin", secret=WORD)
    secret = credential(opened)
    assert secret is not None
    assert (secret.user, secret.password) == ("admin", WORD)
    assert WORD not in repr(secret)
    assert credential(order("b")) is None


def test_cameras_say_how_patient_to_be() -> None:
    """An RTSP camera has time limits, a file has none."""
    camera = RtspSource("a", RtspConfig(url="rtsp://h/x"))
    assert isinstance(camera, Patient)
    recording = FileSource("a", FileConfig(path=Path("x")))
    assert not isinstance(recording, Patient)
