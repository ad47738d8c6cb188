"""Whom our own client asks."""

from dataclasses import dataclass

from sources.address import NetworkConfig
from sources.child.rtsp.aim import aimed


@dataclass(frozen=True)
class Known:
    """A user and a password."""

    user: str | None
    password: str | None


def test_address_port_and_password_are_made_of_the_url_and_the_credential() -> None:
    """Ports have their defaults, encryption is checked, and an empty credential is none."""
    config = NetworkConfig(open_timeout=3)
    target, url, word = aimed("rtsp://127.0.0.1/video", config, None)
    assert (target.hosts, target.port, target.patience, target.tls) == (
        ("127.0.0.1",),
        554,
        3,
        None,
    )
    assert (url, word) == ("rtsp://127.0.0.1/video", None)
    target, _, word = aimed("rtsps://localhost:8322/video", config, Known("viewer", "word"))
    assert (target.port, target.name) == (8322, "localhost")
    assert target.tls is not None
    assert word is not None
    assert aimed("rtsp://127.0.0.1/video", config, Known(None, None))[2] is None
