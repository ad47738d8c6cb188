"""The scripted source."""

import time
from itertools import islice
from pathlib import Path

import pytest

from sources.errors import SourceRejected, SourceUnavailable
from sources.source import DecodeFault, Picture, Stream
from sources.testing import ScriptedFault, ScriptedSource, read
from sources.testing.scripted import ScriptedConfig


def opened(*faults: ScriptedFault, frames: int = 6, live: bool = False) -> Stream:
    """Open a script."""
    config = ScriptedConfig(frames=frames, live=live, fps=50, camera=5, faults=faults)
    return ScriptedSource("yard", config).open(None)


def pictures(stream: Stream) -> list[Picture]:
    """Decode everything."""
    return [picture for packet in stream.packets() for picture in stream.decode(packet)]


def test_pictures_bear_camera_and_number() -> None:
    """Each says which it is, at any size, and when."""
    seen = pictures(opened())
    assert [read(picture.rgb(160, 120)) for picture in seen] == [(5, n) for n in range(6)]
    assert [picture.time for picture in seen] == pytest.approx([n / 50 for n in range(6)])


def test_live_script_takes_its_time() -> None:
    """A live script comes at its rate."""
    begin = time.monotonic()
    assert len(list(opened(live=True).packets())) == 6
    assert time.monotonic() - begin >= 0.1


@pytest.mark.parametrize(
    ("action", "error"),
    [
        ("undecodable", DecodeFault),
        ("unavailable", SourceUnavailable),
        ("rejected", SourceRejected),
    ],
)
def test_fault_comes_at_its_number(action: str, error: type[Exception]) -> None:
    """Pictures before it are fine."""
    stream = opened(ScriptedFault.model_validate({"action": action, "at": 2}))
    packets = stream.packets()
    assert sum(len(list(stream.decode(packet))) for packet in islice(packets, 2)) == 2
    with pytest.raises(error, match="picture 2"):
        stream.decode(next(packets))


def test_fault_waits_for_its_flag(tmp_path: Path) -> None:
    """A file that appears makes it happen, and it stops when the file is gone."""
    flag = tmp_path / "now"
    stream = opened(ScriptedFault(action="corrupt", flag=flag))
    verdicts = []
    for number, packet in enumerate(stream.packets()):
        if number == 2:
            flag.touch()
        if number == 4:
            flag.unlink()
        verdicts += [picture.corrupt for picture in stream.decode(packet)]
    assert verdicts == [False, False, True, True, False, False]


def test_size_changes_for_good() -> None:
    """After `resize` pictures are half as large."""
    seen = pictures(opened(ScriptedFault(action="resize", at=3)))
    assert [picture.width for picture in seen] == [320, 320, 320, 160, 160, 160]
