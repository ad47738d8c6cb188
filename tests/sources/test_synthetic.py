"""The synthetic source: a camera or a recording that needs nothing."""

from itertools import islice

import numpy as np
import pytest
from pydantic import ValidationError

from sources.source import Source
from sources.street import Street
from sources.synthetic import SyntheticConfig, SyntheticSource, SyntheticStream


class Clock:
    """Time that passes only when somebody sleeps, or by hand."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        """Read the time."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.slept.append(seconds)
        self.now += seconds


def stream(clock: Clock, **options: object) -> SyntheticStream:
    """Open a small street on a clock of the test's own."""
    config = SyntheticConfig.model_validate({"width": 320, "height": 180, **options})
    return SyntheticStream(config, clock, clock.sleep)


def test_a_scene_with_a_duration_is_a_recording_that_ends() -> None:
    """Duration times rate pictures, each with its media time."""
    source: Source = SyntheticSource("yard", SyntheticConfig(duration=2.5, fps=4, pace="fast"))
    assert not source.live
    opened = source.open(None)
    packets = list(opened.packets())
    assert [p.time for p in packets] == [n / 4 for n in range(10)]
    assert all(p.idr and p.size > 0 for p in packets)
    assert opened.info.duration == 2.5
    opened.close()


def test_a_scene_without_end_is_live_and_paced() -> None:
    """Each picture comes when it is due, not before."""
    assert SyntheticSource("yard", SyntheticConfig()).live
    clock = Clock()
    arrivals = [p.arrival for p in islice(stream(clock, fps=5).packets(), 11)]
    assert arrivals == pytest.approx([1000 + n / 5 for n in range(11)])


def test_a_live_scene_goes_on_with_the_present_when_it_was_not_looked_at() -> None:
    """Whoever was away for long misses pictures instead of getting old ones."""
    clock = Clock()
    packets = stream(clock, fps=10).packets()
    first = next(packets)
    clock.now += 30
    later = next(packets)
    assert first.payload == 0
    assert later.payload == 300
    assert next(packets).payload == 301


def test_a_recording_paced_like_a_clip_waits_and_loses_nothing() -> None:
    """Pace `clip` takes as long as it lasts; being late leaves nothing out."""
    clock = Clock()
    packets = stream(clock, fps=10, duration=3, pace="clip").packets()
    next(packets)
    clock.now += 2
    assert [p.payload for p in packets] == list(range(1, 30))
    assert clock.now == pytest.approx(1002.9)


def test_a_fast_recording_never_sleeps() -> None:
    """Pace `fast` hands out each picture as soon as it is asked for."""
    clock = Clock()
    assert len(list(stream(clock, duration=3, pace="fast").packets())) == 30
    assert clock.slept == []


def test_packets_end_when_closed() -> None:
    """Closing ends an endless scene at its next step."""
    opened = stream(Clock())
    packets = opened.packets()
    next(packets)
    opened.close()
    assert list(packets) == []


def test_a_packet_decodes_to_the_picture_of_its_number() -> None:
    """Pixels are those of the street; scaling keeps what was asked for; arrays are the caller's."""
    opened = stream(Clock(), seed=4, duration=10, pace="fast")
    packet = list(opened.packets())[60]
    (picture,) = opened.decode(packet)
    drawn = Street(320, 180, 10, seed=4).draw(60)
    taken = picture.rgb(320, 180)
    assert np.array_equal(taken, drawn)
    taken[:] = 0
    assert np.array_equal(picture.rgb(320, 180), drawn)
    assert picture.rgb(160, 90).shape == (90, 160, 3)
    assert abs(float(picture.rgb(160, 90).mean()) - float(drawn.mean())) < 1
    assert (picture.width, picture.height, picture.time) == (320, 180, 6.0)
    assert not picture.corrupt
    assert list(opened.decode(None)) == []


def test_two_runs_give_the_same_bytes() -> None:
    """A replay of the demo is bit for bit the demo."""
    runs = []
    for _ in range(2):
        opened = stream(Clock(), seed=9, duration=4, fps=2, pace="fast")
        pictures = [p for packet in opened.packets() for p in opened.decode(packet)]
        runs.append(b"".join(p.rgb(240, 135).tobytes() for p in pictures))
    assert runs[0] == runs[1]


@pytest.mark.parametrize(
    "options", [{"width": 10}, {"fps": 0}, {"people": 9}, {"pace": "slow"}, {"colour": 1}]
)
def test_options_that_make_no_sense_are_refused(options: dict[str, object]) -> None:
    """Bad and unknown options fail when the file is read, not when the camera opens."""
    with pytest.raises(ValidationError):
        SyntheticConfig.model_validate(options)
