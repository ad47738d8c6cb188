"""Times of an event, corrected after the fact."""

from rig.revisions import revision

from reasoners import shifted
from reasoners.event import Media


def test_every_time_moves_and_nothing_else() -> None:
    """A shift moves each time by the same amount; identity, order and text stay."""
    media = Media(clip="/events/e1/clip.mp4", clip_started_at=990.0)
    event = revision(ended_at=1005.0, end_reason="left", type="end", media=media)
    moved = shifted(event, 3600.0)
    assert moved.started_at == event.started_at + 3600
    assert moved.updated_at == event.updated_at + 3600
    assert moved.ended_at == 1005.0 + 3600
    assert moved.media.clip_started_at == 990.0 + 3600
    assert moved.frame.captured_at == event.frame.captured_at + 3600
    assert moved.frame.received_at == event.frame.received_at + 3600
    assert (moved.id, moved.revision, moved.explanation) == (
        event.id,
        event.revision,
        event.explanation,
    )


def test_no_shift_is_no_change() -> None:
    """Without a step of the clock an event is left as it is."""
    event = revision()
    assert shifted(event, 0.0) is event
