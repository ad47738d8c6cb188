"""Options of the MQTT sink."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from sinks.mqtt import MqttConfig


@pytest.mark.parametrize(
    ("url", "host", "port", "tls"),
    [
        ("mqtt://localhost", "localhost", 1883, False),
        ("mqtt://10.0.0.5:1884", "10.0.0.5", 1884, False),
        ("mqtts://broker.example", "broker.example", 8883, True),
        ("mqtts://[::1]:9000/", "::1", 9000, True),
        ("ws://broker.example", "broker.example", 80, False),
        ("wss://broker.example/x/mqtt", "broker.example", 443, True),
    ],
)
def test_url_names_host_port_and_protection(url: str, host: str, port: int, tls: bool) -> None:
    """Ports have the usual defaults."""
    config = MqttConfig(url=url)
    assert (config.host, config.port, config.tls) == (host, port, tls)


def test_a_web_server_has_a_path_and_a_broker_has_none() -> None:
    """The usual one is `/mqtt`."""
    paths = {
        "mqtt://host": None,
        "ws://host": "/mqtt",
        "wss://host/": "/mqtt",
        "ws://h/a/b": "/a/b",
    }
    assert {url: MqttConfig(url=url).path for url in paths} == paths


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost",
        "localhost:1883",
        "mqtt://",
        "mqtt://host:0",
        "mqtt://host:99999",
        "mqtt://host:abc",
        "mqtt://host/topic",
        "mqtt://host?x=1",
        "wss://host/mqtt?x=1",
        "mqtt://[::1",
    ],
)
def test_other_urls_are_refused_with_an_example(url: str) -> None:
    """The message shows what a right one looks like."""
    with pytest.raises(ValidationError, match="must look like mqtt://host:1883"):
        MqttConfig(url=url)


@pytest.mark.parametrize("url", ["mqtt://me@host", "mqtt://me:pass@host", "mqtts://:pass@host"])
def test_a_user_or_password_in_the_url_is_refused_with_advice(url: str) -> None:
    """Secrets do not belong into the configuration."""
    with pytest.raises(ValidationError, match="name them with `credential`"):
        MqttConfig(url=url)


@pytest.mark.parametrize("host", ["10.0.0.5", "broker.example", "localhost.example"])
def test_a_password_does_not_travel_unprotected_by_accident(host: str) -> None:
    """It takes a deliberate word, or TLS, or the same machine."""
    with pytest.raises(ValidationError, match=f"password would travel to {host} unprotected"):
        MqttConfig(url=f"mqtt://{host}", credential="broker")
    assert MqttConfig(url=f"mqtt://{host}", credential="broker", insecure=True).insecure
    assert MqttConfig(url=f"mqtts://{host}", credential="broker").tls
    assert MqttConfig(url=f"mqtt://{host}").credential is None


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.0.1", "[::1]"])
def test_a_password_may_stay_on_this_machine(host: str) -> None:
    """Loopback needs no TLS."""
    assert MqttConfig(url=f"mqtt://{host}", credential="broker").credential == "broker"


def test_tls_files_need_tls() -> None:
    """Options that would do nothing are refused."""
    with pytest.raises(ValidationError, match="need an mqtts:// or wss:// url"):
        MqttConfig(url="mqtt://host", ca=Path("ca.crt"))
    with pytest.raises(ValidationError, match="`key` needs `cert`"):
        MqttConfig(url="mqtts://host", key=Path("own.key"))


@pytest.mark.parametrize(
    "prefix",
    ["", "/lookout", "lookout/", "a//b", "a/+/b", "#", "$SYS", "a b"],
)
def test_a_prefix_that_is_no_plain_topic_is_refused(prefix: str) -> None:
    """Wildcards, empty levels and the broker's own tree are out of bounds."""
    with pytest.raises(ValidationError):
        MqttConfig(url="mqtt://host", prefix=prefix)
    assert MqttConfig(url="mqtt://host", prefix="home/lookout").prefix == "home/lookout"


def test_unknown_options_are_refused() -> None:
    """A typing mistake does not pass silently."""
    with pytest.raises(ValidationError, match="retain"):
        MqttConfig(url="mqtt://host", retain=True)  # type: ignore[call-arg]
