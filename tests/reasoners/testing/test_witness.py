"""Who tells the truth."""

from random import Random

from reasoners.testing.watched import watched
from reasoners.testing.witness import loose, truth
from reasoners.testing.yard import WORDS, Player

ALONE = Player("t1", "person", 0.0, 9.0, (0.5, 0.8), (0.5, 0.8), 1.0, doubtful=False)


def test_somebody_alone_is_told_of_and_counted() -> None:
    """In a word for a person, standing still, once on each picture that is counted."""
    job = watched([ALONE], Random(3))
    assert job is not None
    for seed in range(10):
        report = truth(job, [ALONE], Random(seed))["report"]
        people = [thing for thing in report["things"] if thing["kind"] in WORDS["person"]]
        assert len(people) == 1
        assert people[0]["motion"] in {"still", "cannot_tell"}
        assert {count["count"] for count in report["counts"]} == {1}


def test_a_thing_of_which_nothing_is_told_claims_nothing() -> None:
    """Neither where it is nor how it moves."""
    assert loose("gate")["track"] is None
    assert loose("gate")["zone"] == loose("gate")["motion"] == "cannot_tell"
