"""Counts."""

from sources.child.tally import Tally


def test_snapshot_stays_as_it_was() -> None:
    """A message sent shows the counts of its moment, in the right fields."""
    tally = Tally(decoded=4, handed_over=1, superseded=1, corrupt=1, waiting=1, packets=9)
    counts = tally.snapshot()
    tally.decoded += 1
    assert counts.decoded == 4
    assert counts.packets == 9
    assert counts.decoded == (
        counts.handed_over + counts.superseded + counts.corrupt + counts.waiting
    )
