"""The accounts of one camera."""

from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from daemon.counters import CameraFigures, Drop
from sources.message import Counts

actions = st.lists(st.sampled_from(("detect", *get_args(Drop))), max_size=60)


@given(actions, st.integers(0, 5))
def test_accounts_balance_after_any_story(story: list[str], waiting: int) -> None:
    """Received = detected + Σ dropped + in_hand, whatever happens in whatever order."""
    figures = CameraFigures()
    for fate in story:
        figures.receive()
        assert figures.balanced
        if fate == "detect":
            figures.detect()
        else:
            figures.drop(fate)  # type: ignore[arg-type]  # drawn from that very literal
        assert figures.balanced
    for _ in range(waiting):
        figures.receive()
    assert figures.balanced
    flat = figures.figures()
    dropped = sum(int(flat[name] or 0) for name in flat if name.startswith("dropped_"))
    assert (
        flat["received"] == len(story) + waiting == int(flat["detected"] or 0) + dropped + waiting
    )
    assert flat["in_hand"] == waiting


def test_a_frame_lost_track_of_is_noticed() -> None:
    """A frame that is counted in and never out does not balance."""
    figures = CameraFigures()
    figures.receive()
    figures.in_hand -= 1
    assert not figures.balanced


def test_children_are_added_up() -> None:
    """What earlier children reported stays when the next one starts from nothing."""
    figures = CameraFigures()
    figures.report(Counts(decoded=5, handed_over=3, superseded=2))
    figures.report(Counts(decoded=9, handed_over=4, superseded=5))
    figures.child_ended(in_order=False)
    figures.report(Counts(decoded=2, handed_over=2))
    assert figures.child["decoded"] == 11
    assert figures.child["handed_over"] == 6
    figures.child_ended(in_order=True)
    assert figures.child["decoded"] == 11
    assert figures.lost_with_child == 1
