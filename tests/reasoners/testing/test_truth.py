"""The truth of a play, where it can be counted by hand."""

from reasoners.testing import Actor, Play, Step, Truth, play
from reasoners.testing.stage import PERSON


def test_a_way_through_the_yard_has_its_facts_in_order() -> None:
    """Somebody comes, enters, dwells, leaves, goes through the gate and is gone."""
    way = [Step(0, -16, 7.5), Step(23, 16, 7.5)]
    facts = Truth(Play("way", (Actor("one", "person", PERSON, way),))).facts()
    told = [
        (fact.kind, fact.detail) for fact in facts if not fact.optional and fact.kind != "counted"
    ]
    assert told == [
        ("appeared", ""),
        ("entered", "yard"),
        ("dwelt", "yard 3"),
        ("left", "yard"),
        ("crossed", "gate forward"),
        ("vanished", ""),
    ]


def test_truth_is_silent_near_every_turn() -> None:
    """A relation is true, false or open; it is never both within a moment."""
    truth = Truth(play("company", 0))
    before: dict[tuple[str, str, str], bool] = {}
    for tenth in range(0, len(truth.times), 5):
        for key, holds in truth.holds(tenth / 10).items():
            if holds is None:
                before.pop(key, None)
                continue
            assert before.get(key, holds) is holds
            before[key] = holds
