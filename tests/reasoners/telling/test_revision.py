"""One revision."""

from rig.revisions import revision

from reasoners import Revision


def test_a_revision_alone_asks_for_nothing() -> None:
    """No picture, no question, told to everybody, and nothing follows at once."""
    one = Revision(revision(1))
    assert (one.picture, one.forecast, one.questions, one.since, one.after) == (None,) * 5
    assert not one.held
