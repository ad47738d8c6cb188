"""The interfaces of the room."""

from importlib.metadata import entry_points

import pytest

from sources.source import Source, Stream


@pytest.mark.parametrize("name", ["file", "rtsp"])
def test_announced_sources_load_and_say_what_they_are(name: str) -> None:
    """Each entry point leads to a class with a frozen, strict `Config`; loading opens nothing."""
    (point,) = entry_points(group="lookout.sources", name=name)
    kind = point.load()
    assert kind.Config.model_config["extra"] == "forbid"
    assert kind.Config.model_config["frozen"]


def test_interface_is_plain() -> None:
    """What runs in the child is blocking code: no coroutine in the interfaces."""
    for interface in (Source, Stream):
        for name in ("open", "packets", "decode", "close"):
            function = getattr(interface, name, None)
            assert function is None or not function.__code__.co_flags & 0x80
