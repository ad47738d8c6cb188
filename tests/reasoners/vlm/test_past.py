"""What was said of a camera, told to a model that is asked again."""

from rig.asked import event

from reasoners import Check, Verdict
from reasoners.event import Reasoning
from reasoners.vlm.past import Past

WRONG = (Check(name="tracks", claimed="t9", seen="t1", ok=False),)
UNSURE = (Check(name="confidence", claimed=0.3, seen=0.5, ok=False),)


def texts(past: Past, at: float) -> list[str]:
    """Return what is told at a time."""
    return [one.text for one in past.told(at)]


def test_the_last_few_are_told_oldest_first_while_they_are_fresh() -> None:
    """Bounded in number and age; what is yet to come is not told."""
    past = Past(most=2, age=60.0)
    for number in range(3):
        past.take(f"e{number}", 100.0 + number, Verdict("verified", description=f"D{number}."))
    assert texts(past, 110.0) == ["D1.", "D2."]
    assert texts(past, 161.5) == ["D2."]
    assert texts(past, 101.5) == ["D1."]
    assert texts(past, 300.0) == []


def test_what_was_contradicted_is_not_told_as_known() -> None:
    """A model's mistake is not handed back to it; to be unsure is none."""
    past = Past()
    past.take("e1", 100.0, Verdict("uncertain", description="A ghost.", checks=WRONG))
    past.take("e2", 101.0, Verdict("uncertain", description="A man, perhaps.", checks=UNSURE))
    past.take("e3", 102.0, Verdict("timeout"))
    assert texts(past, 103.0) == ["A man, perhaps."]


def test_unchanged_makes_what_it_confirms_new_again() -> None:
    """It stays under the event that was described, as the latest word."""
    past = Past(most=3, age=60.0)
    past.take("e1", 100.0, Verdict("verified", description="It rains."))
    past.take("e2", 110.0, Verdict("verified", description="A man waits."))
    past.take("e3", 150.0, Verdict("verified", description="It rains.", unchanged="e1"))
    assert [(one.event, one.at) for one in past.told(165.0)] == [("e2", 110.0), ("e1", 150.0)]
    assert texts(past, 200.0) == ["It rains."]
    past.take("e4", 151.0, Verdict("verified", unchanged="long gone"))
    assert texts(past, 200.0) == ["It rains."]


def test_it_begins_with_what_the_journal_has() -> None:
    """A restart forgets nothing, nor does it take an echo for a new description."""
    past = Past()
    past.recall(event(id="e1", description="A man waits.", updated_at=100.0))
    echo = Reasoning(state="verified", unchanged_since="e1")
    past.recall(event(id="e2", description="A man waits.", updated_at=120.0, reasoning=echo))
    past.recall(event(id="e3", description="A ghost.", reasoning=Reasoning(checks=WRONG)))
    assert [(one.event, one.at) for one in past.told(121.0)] == [("e1", 120.0)]


def test_who_wants_no_memory_has_none() -> None:
    """Every call begins anew."""
    past = Past(most=0)
    past.take("e1", 100.0, Verdict("verified", description="It rains."))
    assert past.told(101.0) == ()
