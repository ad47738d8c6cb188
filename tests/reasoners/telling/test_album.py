"""The pictures of an event."""

from collections.abc import Callable

from rig.revisions import revision

from detectors import Track
from reasoners.scene.thing import Thing
from reasoners.telling.album import TRIES, Album
from reasoners.telling.strokes import Sides

MakeTrack = Callable[..., Track]


def thing(track: Track) -> Thing:
    """Return whom an event is about."""
    return Thing.of(track, 1, 0, 16 / 9, first=False)


def test_a_better_view_is_worth_a_picture(track: MakeTrack) -> None:
    """The first at once, then only one that is clearly better; nobody who is not to be seen."""
    album, far, near = Album(0.0), thing(track(height=0.2)), thing(track(height=0.5))
    assert album.wants_picture((far,))
    album.taken((far,))
    assert album.illustrate(revision(1), "a.jpg", None).media.snapshot == "a.jpg"
    assert not album.wants_picture((far,))
    assert album.better((near,))
    assert album.wants_picture((near,))
    assert not album.better(())


def test_an_old_picture_takes_no_newer_ones_place() -> None:
    """Its own revision has it; later ones keep what is newer."""
    album = Album(3.0)
    frames = [
        one.model_copy(update={"frame": one.frame.model_copy(update={"index": index})})
        for index in (1, 9)
        for one in [revision(index)]
    ]
    newer = album.illustrate(frames[1], "b.jpg", "f.jpg")
    assert (newer.media.snapshot_frame, newer.media.forecast_s) == (9, 3.0)
    older = album.illustrate(frames[0], "a.jpg", None)
    assert (older.media.snapshot, older.media.snapshot_frame) == ("a.jpg", 1)
    assert album.media == newer.media
    album.film("c.mp4", 2.0004)
    assert (album.media.clip, album.media.clip_started_at) == ("c.mp4", 2.0)


def test_a_forecast_is_asked_for_only_so_often(track: MakeTrack) -> None:
    """Of whom something is expected elsewhere; never where none is wanted, or there is one."""
    somebody = (thing(track(velocity=(0.2, 0.0))),)

    def expected(_: int, __: float) -> Sides:
        return 0.8, 0.7, 0.01, 0.01

    album = Album(3.0)
    assert album.foresees(somebody, expected)
    assert not album.foresees(somebody, lambda _, __: None)
    assert not Album(0.0).foresees(somebody, expected)
    album.forecasts = TRIES
    assert not album.foresees(somebody, expected)
