"""What an event remembers of its objects."""

from collections.abc import Callable

from detectors import Track
from reasoners.scene.cause import Cause
from reasoners.scene.change import Crossed, LeftBehind, Stopped, Way
from reasoners.scene.relation import Relation
from reasoners.scene.thing import Thing
from reasoners.telling.noted import MOST_CAUSES, MOST_NOTED, Noted

MakeTrack = Callable[..., Track]
HELD = (Relation(2, "carries", 3, 0.0, None, 1.0),)


def crossed(line: int, at: float, way: Way = "forward") -> Crossed:
    """Cross some line."""
    return Crossed(at=at, index=1, thing=1, track=17, line=f"l{line}", way=way)


def put_down(at: float, who: int = 2) -> Cause:
    """Let somebody put something down."""
    left = LeftBehind(at=at, index=1, thing=3, track=3, other=who, other_track=who, since=at)
    stopped = Stopped(at=at, index=1, thing=who, track=who)
    return Cause("put_down", stopped, left, HELD, 0.8)


def test_the_latest_of_each_kind_and_place_is_kept() -> None:
    """The same line the same way again takes the place of before; the oldest goes first."""
    noted, bored = Noted(), Noted()
    bored.note(Stopped(at=0.0, index=1, thing=1, track=17))
    assert bored.changes == ()
    for line in range(MOST_NOTED):
        noted.note(crossed(line, float(line)))
    noted.note(crossed(0, 20.0))
    assert [change.at for change in noted.changes] == [1.0, 2.0, 3.0, 4.0, 5.0, 20.0]
    noted.note(crossed(0, 21.0, "backward"))
    assert len(noted.changes) == MOST_NOTED
    assert noted.changes[0].at == 2.0


def test_causes_are_those_of_its_objects_while_they_are_there(track: MakeTrack) -> None:
    """Of others none, nor of what was before they came; the latest stay."""
    noted, mine = Noted(), Thing.of(track(2, first_seen=5.0), 2, 0, 16 / 9, first=False)
    noted.reason([put_down(9.0, who=4)], [mine])
    assert noted.causes == ()
    links = [put_down(9.0 + number) for number in range(MOST_CAUSES + 3)]
    noted.reason(links, [mine])
    assert noted.causes == tuple(links[-MOST_CAUSES:])
    noted.reason(links[-1:], [mine])
    assert noted.causes == tuple(links[-MOST_CAUSES:])
