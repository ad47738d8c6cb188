"""Mistakes in the options are found at start, in words; the client's library is asked for late."""

import subprocess
import sys
from typing import Any

import pytest
from pydantic import ValidationError

from sinks.kafka import KafkaConfig, config


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "servers"),
        ({"servers": []}, "at least 1"),
        ({"servers": ["kafka://host:9092"]}, "should match pattern"),
        ({"servers": ["me:canary@host:9092"]}, "should match pattern"),
        ({"servers": ["host"]}, "should match pattern"),
        ({"servers": ["host:9092"], "topic": "a b"}, "should match pattern"),
        ({"servers": ["host:9092"], "ca": "/ca.pem"}, "need `tls: true`"),
        ({"servers": ["host:9092"], "tls": True, "key": "/key.pem"}, "`key` needs `cert`"),
        ({"servers": ["h:1"], "credential": "a", "sasl": "PLAIN"}, "say `insecure: true`"),
        ({"servers": ["h:1"], "password": "canary"}, "Extra inputs"),
    ],
)
def test_a_mistake_is_named_and_no_password_is_shown(options: dict[str, Any], said: str) -> None:
    """What is wrong and what would be right; what the option held is not repeated."""
    with pytest.raises(ValidationError, match=said) as caught:
        KafkaConfig.model_validate(options)
    assert "canary" not in str(caught.value)


def test_places_and_protocol_are_what_kafka_calls_them() -> None:
    """IPv6 addresses lose their brackets; password and TLS make one of four words."""
    options: dict[str, Any] = {"servers": ["[::1]:9092", "localhost:9093"], "credential": "ours"}
    assert KafkaConfig(**options).places == (("::1", 9092), ("localhost", 9093))
    assert KafkaConfig(**options).protocol == "SASL_PLAINTEXT"
    assert KafkaConfig(**options, tls=True).protocol == "SASL_SSL"
    assert KafkaConfig(servers=("h:1",), tls=True).protocol == "SSL"
    assert KafkaConfig(servers=("h:1",)).protocol == "PLAINTEXT"


def test_without_the_extra_its_name_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the command that installs it, before anything starts."""
    monkeypatch.setattr(config, "find_spec", lambda _: None)
    with pytest.raises(ValidationError, match=r'pip install "lookout-daemon\[kafka\]"'):
        KafkaConfig(servers=("host:9092",))


def test_reading_a_configuration_does_not_load_the_library() -> None:
    """A daemon without this sink has nothing of aiokafka in memory; nor has a check of a file."""
    program = (
        "import sys; import daemon.app, sinks.kafka as k; k.KafkaConfig(servers=('h:1',));"
        "sys.exit('aiokafka' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
