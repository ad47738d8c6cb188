"""Addresses of cameras, by themselves."""

import socket
import ssl
from pathlib import Path

import pytest
from rig.certificate import make_certificate

from sources import SourceRejected, SourceUnavailable
from sources.address import (
    NetworkConfig,
    authorities,
    checked,
    connected,
    is_metadata,
    mistrust,
    resolved,
    same_place,
    trusting,
)


def test_only_named_schemes_are_addresses() -> None:
    """Another scheme, a file or an address within an address is refused."""
    assert checked("https://10.0.0.7/x", ("http", "https")) == "https://10.0.0.7/x"
    for url in ("ftp://10.0.0.7/x", "file:///etc/passwd", "concat:http://10.0.0.7/x", "http:///x"):
        with pytest.raises(ValueError, match="must be"):
            checked(url, ("http", "https"))


@pytest.mark.parametrize(
    "host", ["169.254.169.254", "::ffff:169.254.169.254", "fd00:ec2::254", "100.100.100.200"]
)
def test_metadata_services_are_no_cameras(host: str) -> None:
    """However it is written, where clouds keep secrets is refused, also at the end of a name."""
    assert is_metadata(host)
    with pytest.raises(SourceRejected, match="secrets"):
        resolved(host, None, "http")
    written = f"[{host}]" if ":" in host else host
    with pytest.raises(ValueError, match="secrets"):
        checked(f"http://{written}/latest", ("http",))


@pytest.mark.parametrize(
    "url",
    ["http://[::1/x", "http://h:c4nary/x", "http://h:99999/x", "http://fe80::1/x", "http://[h]/x"],
)
def test_host_and_port_that_make_no_sense_are_not_repeated(url: str) -> None:
    """What is wrong is said with the remedy; what stands there may be half of a password."""
    with pytest.raises(ValueError, match="HOST:PORT") as caught:
        checked(url, ("http",))
    assert "c4nary" not in str(caught.value)


def test_every_address_of_a_name_is_tried() -> None:
    """A name may stand for an address at which nothing listens, as `localhost` often does."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with connected(("127.0.0.2", "127.0.0.1"), port, 1.0) as made:
            assert made.getpeername() == ("127.0.0.1", port)
        with pytest.raises(ConnectionRefusedError):
            connected(("127.0.0.2", "127.0.0.3"), port, 1.0)


def test_ordinary_hosts_are_resolved_once() -> None:
    """What comes back is an address; an unknown name may be known later."""
    assert resolved("127.0.0.1", None, "http") == (("127.0.0.1",), 80)
    assert resolved("127.0.0.1", 8080, "http") == (("127.0.0.1",), 8080)
    assert not is_metadata("169.254.1.7")
    with pytest.raises(SourceUnavailable, match="not found"):
        resolved("no-such-host.invalid", None, "http")


def test_places_are_compared_whole() -> None:
    """Scheme, host and port decide; the path does not, and a usual port may be left out."""
    assert same_place("http://h/a", "http://h:80/b")
    assert not same_place("http://h/a", "https://h/a")
    assert not same_place("http://h/a", "http://h:81/a")
    assert not same_place("http://h/a", "http://g/a")


def test_certificates_are_checked_unless_told_otherwise(tmp_path: Path) -> None:
    """By default and with `ca` names and signatures count; `insecure` gives both up."""
    both = make_certificate(tmp_path)
    for config in (NetworkConfig(), NetworkConfig(ca=both)):
        context = trusting(config)
        assert context.verify_mode == ssl.CERT_REQUIRED
        assert context.check_hostname
    unchecked = trusting(NetworkConfig(insecure=True))
    assert unchecked.verify_mode == ssl.CERT_NONE
    assert unchecked.minimum_version == ssl.TLSVersion.MINIMUM_SUPPORTED
    assert trusting(NetworkConfig()).minimum_version >= ssl.TLSVersion.TLSv1_2
    assert authorities(NetworkConfig(ca=both)) == both


def test_unusable_certificate_file_is_rejected(tmp_path: Path) -> None:
    """A file that is missing or holds no certificate is named."""
    with pytest.raises(SourceRejected, match="ca: no such file"):
        authorities(NetworkConfig(ca=tmp_path / "none.pem"))
    empty = tmp_path / "empty.pem"
    empty.write_text("")
    with pytest.raises(SourceRejected, match="holds no certificate"):
        trusting(NetworkConfig(ca=empty))


def test_nobody_there_is_no_matter_of_trust() -> None:
    """A refused connection says nothing about certificates."""
    assert mistrust("rtsps://127.0.0.1:9/x", NetworkConfig(open_timeout=1)) is None
