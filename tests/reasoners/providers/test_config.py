"""What a configuration may say of a provider."""

from typing import Any

import pytest
from pydantic import ValidationError

from reasoners.providers.config import HttpConfig


@pytest.mark.parametrize(
    ("url", "inside", "cloud"),
    [
        ("http://127.0.0.1:8000/v1", False, False),
        ("http://gpubox.lan:8000/v1", False, False),
        ("https://api.openai.com/v1", False, True),
        ("https://ai.example.com/v1", True, False),
    ],
)
def test_a_host_is_inside_or_outside(url: str, inside: bool, cloud: bool) -> None:
    """By its name, unless the owner of the network knows better."""
    config = HttpConfig(url=url, model="m", inside=inside)
    assert config.cloud is cloud
    assert config.host in url


@pytest.mark.parametrize(
    ("given", "cloud"),
    [
        ({"model": "qwen3-vl:235b-cloud"}, True),
        ({"model": "gemma4:cloud"}, True),
        ({"model": "gemma4:cloud", "inside": True}, False),
        ({"model": "gemma4:cloud", "inside": True, "dialect": "ollama"}, True),
        ({"model": "cloud-watcher"}, False),
        ({"model": "my-cloud", "dialect": "vllm"}, False),
    ],
)
def test_a_model_of_ollamas_cloud_is_outside_wherever_ollama_runs(
    given: dict[str, Any], cloud: bool
) -> None:
    """Its pictures go to ollama.com, and the ledger says so."""
    config = HttpConfig(url="http://127.0.0.1:11434", **given)
    assert config.cloud is cloud
    assert config.host == ("ollama.com" if cloud else "127.0.0.1")


@pytest.mark.parametrize(
    "wrong",
    [
        {"dialect": "french"},
        {"images": 0},
        {"patches": 1},
        {"at_once": 0},
        {"price": {"input": -1}},
    ],
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    """Each is named by pydantic; unknown keys too."""
    with pytest.raises(ValidationError):
        HttpConfig.model_validate({"url": "http://h/v1", "model": "m", **wrong})
