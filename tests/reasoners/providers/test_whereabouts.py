"""Which hosts lie outside."""

import pytest

from reasoners.providers.whereabouts import outside


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "::1",
        "::ffff:10.0.0.7",
        "[::1]",
        "10.0.0.7",
        "192.168.1.20",
        "172.16.4.4",
        "fe80::1%eth0",
        "fd00::5",
        "gpubox",
        "gpubox.local",
        "GPUBOX.LAN.",
        "box.home.arpa",
        "ollama.internal",
    ],
)
def test_what_is_ours(host: str) -> None:
    """Loopback, private addresses, bare names, and ends of names that lead nowhere outside."""
    assert not outside(host)


@pytest.mark.parametrize(
    "host",
    [
        *("api.openai.com", "8.8.8.8", "2001:4860:4860::8888", "gpu.example.com", "local.com"),
        *("::ffff:8.8.8.8", "134744072", "0x08080808"),
    ],
)
def test_what_is_not(host: str) -> None:
    """Public addresses, and every name that looks like one of the internet."""
    assert outside(host)
