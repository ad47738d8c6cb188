"""Votes for labels."""

import numpy as np

from detectors.bytetrack.label import Ballot


def vote(ballot: Ballot, label: str, score: float, seconds: float = 0.1) -> str:
    """Cast one vote for the only track and return its label."""
    labels = ballot.number([label])
    ballot.cast(np.array([0]), labels, np.array([score]), np.array([seconds]))
    return ballot.names[int(ballot.present[0])]


def ballot_with(label: str, score: float) -> Ballot:
    """Return a ballot with one track."""
    ballot = Ballot(memory=5.0, margin=1.5)
    ballot.add(ballot.number([label]), np.array([score]))
    return ballot


def test_label_changes_only_by_a_margin() -> None:
    """One equal vote changes nothing, enough of them do."""
    ballot = ballot_with("car", 0.8)
    assert vote(ballot, "truck", 0.8) == "car"
    assert vote(ballot, "truck", 0.8) == "truck"


def test_label_stays_when_votes_alternate() -> None:
    """Two classes taking turns do not make the label flicker."""
    ballot = ballot_with("car", 0.8)
    assert {vote(ballot, ("truck", "car")[turn % 2], 0.8) for turn in range(100)} == {"car"}


def test_strong_vote_counts_more() -> None:
    """Votes weigh their score."""
    ballot = ballot_with("car", 0.3)
    assert vote(ballot, "truck", 0.9) == "truck"


def test_old_votes_fade_with_time() -> None:
    """A long life under one label does not outweigh the present for ever."""
    ballot = ballot_with("car", 0.8)
    for _ in range(1000):
        vote(ballot, "car", 0.8)
    seconds = next(n for n in range(1, 100) if vote(ballot, "truck", 0.8, 1.0) == "truck")
    assert seconds < 60


def test_numbers_do_not_depend_on_the_order_of_labels() -> None:
    """New labels are numbered by alphabet."""
    one, other = Ballot(5.0, 1.5), Ballot(5.0, 1.5)
    one.number(["dog", "cat", "car"])
    other.number(["car", "dog", "cat"])
    assert one.names == other.names == ["car", "cat", "dog"]
