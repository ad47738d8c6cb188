"""Where cameras are asked over ONVIF."""

import pytest
from pydantic import ValidationError

from sources.device import DeviceConfig


@pytest.mark.parametrize(
    "host", ["", "10.0.0.7/x", "admin@10.0.0.7", "http://10.0.0.7", "169.254.169.254", "a b"]
)
def test_hosts_are_names_alone(host: str) -> None:
    """Paths, users, schemes and a cloud's metadata address are no hosts."""
    with pytest.raises(ValidationError):
        DeviceConfig(host=host)


def test_address_follows_from_host_and_port() -> None:
    """Names, IPv4 and IPv6, plain and encrypted."""
    assert DeviceConfig(host="door.lan").url == "http://door.lan/onvif/device_service"
    six = DeviceConfig(host="fe80::1", port=8443, encrypted=True)
    assert six.url == "https://[fe80::1]:8443/onvif/device_service"
