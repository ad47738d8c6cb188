"""The executable contract."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar

import pytest
from pydantic import BaseModel, ConfigDict

from sources.file import FileSource
from sources.source import Packet, Picture, Rgb, Secret, Stream
from sources.testing import ScriptedSource, check_source
from sources.testing.scripted import ScriptedConfig, ScriptedPicture, ScriptedStream


def test_our_sources_keep_the_contract(clip: Path) -> None:
    """Recording and script pass, live or not."""
    check_source(FileSource, {"path": str(clip)}, pictures=20)
    check_source(FileSource, {"path": str(clip), "pace": "clip", "loop": True})
    check_source(ScriptedSource, {"live": False})


class LaxConfig(ScriptedConfig):
    """Options that forgive everything."""

    model_config = ConfigDict(extra="ignore")


class Lax(ScriptedSource):
    """Takes any option."""

    Config = LaxConfig


class SharedPicture(ScriptedPicture):
    """Gives out the same array again and again."""

    arrays: ClassVar[dict[tuple[int, int], Rgb]] = {}

    def rgb(self, width: int, height: int) -> Rgb:
        """Give the array that somebody else may have changed."""
        if (width, height) not in self.arrays:
            self.arrays[width, height] = super().rgb(width, height)
        return self.arrays[width, height]


class SharingStream(ScriptedStream):
    """Hands out shared arrays."""

    def decode(self, packet: Packet | None) -> Iterable[Picture]:
        """Replace the pictures."""
        return [
            SharedPicture(1, 0, picture.width, picture.height, picture.time, corrupt=False)
            for picture in super().decode(packet)
        ]


class Sharing(ScriptedSource):
    """Opens a stream with that fault."""

    def open(self, secret: Secret | None) -> Stream:
        """Open it."""
        del secret
        return SharingStream(self._config)


@pytest.mark.parametrize(
    ("kind", "options", "fault"),
    [
        (Lax, {"live": False}, "unknown options"),
        (Sharing, {"live": False}, "caller's own"),
        (ScriptedSource, {"live": False, "frames": 2}, "only 2 pictures"),
    ],
)
def test_faulty_sources_are_found_out(
    kind: Any,
    options: dict[str, Any],
    fault: str,
) -> None:
    """Each broken promise is named."""
    assert issubclass(kind.Config, BaseModel)
    with pytest.raises(AssertionError, match=fault):
        check_source(kind, options)
