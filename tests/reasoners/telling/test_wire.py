"""Numbers as they leave."""

from collections.abc import Callable

from detectors import Track
from reasoners import View
from reasoners.scene.thing import Thing
from reasoners.telling.wire import event_object, frame_reference

MakeTrack = Callable[..., Track]


def test_numbers_are_rounded(track: MakeTrack) -> None:
    """Boxes 4 digits, scores 3, speeds 4, times 3: the last bits of a float say nothing."""
    made = track(x=1 / 3, y=0.5, score=0.912345, velocity=(1 / 7, 0.0))
    shown = event_object(Thing.of(made, 1, 0, 16 / 9, first=False))
    assert shown.model_dump_json() == (
        '{"track":"t17","label":"person","score":0.912,"box":[0.2833,0.3,0.3833,0.7],"zones":[],'
        '"motion":{"speed":0.1245,"heading":90,"state":"moving"}}'
    )
    reference = frame_reference(View(3, 1.23456, 1.34567, 1600, 900, (), age_s=0.09876))
    assert reference.model_dump() == {
        "index": 3,
        "captured_at": 1.235,
        "received_at": 1.346,
        "age_s": 0.099,
    }


def test_a_strange_label_is_cut(track: MakeTrack) -> None:
    """A detector's class names have no limit; those on the wire have."""
    thing = Thing.of(track(label="x" * 500, score=1.2), 1, 0, 16 / 9, first=False)
    assert len(event_object(thing).label) == 80
    assert event_object(thing).score == 1.0
