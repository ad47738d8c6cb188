"""Addresses of cameras, by themselves."""

import ssl
from pathlib import Path

import pytest
from rig.certificate import make_certificate

from sources import SourceRejected, SourceUnavailable
from sources.address import (
    NetworkConfig,
    authorities,
    checked,
    is_metadata,
    mistrust,
    resolved,
    same_place,
    trusting,
    with_credential,
)
from sources.child.backend import Credential

USER, WORD = "ad min", "s:e@c%2F/r#t?"


def test_credential_is_encoded_for_the_url() -> None:
    """Characters that mean something in a URL lose their meaning."""
    url = with_credential("rtsp://h:554/x?y=1", Credential(USER, WORD))
    assert url == "rtsp://ad%20min:s%3Ae%40c%252F%2Fr%23t%3F@h:554/x?y=1"
    assert with_credential("rtsp://h/x", None) == "rtsp://h/x"
    assert with_credential("rtsp://h/x", Credential(None, None)) == "rtsp://h/x"


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


def test_ordinary_hosts_are_resolved_once() -> None:
    """What comes back is an address; an unknown name may be known later."""
    assert resolved("127.0.0.1", None, "http") == ("127.0.0.1", 80)
    assert resolved("127.0.0.1", 8080, "http") == ("127.0.0.1", 8080)
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
    assert trusting(NetworkConfig(insecure=True)).verify_mode == ssl.CERT_NONE
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
