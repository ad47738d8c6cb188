"""From changes, relations, causes and predictions to sentences, in every language."""

from typing import get_args

import pytest

from reasoners.event import EventPrediction
from reasoners.language.catalogue import catalogue, languages
from reasoners.language.phrase import Evidence, Span
from reasoners.scene import cause as causes
from reasoners.scene.cause import Cause
from reasoners.scene.change import (
    Appeared,
    Blocked,
    Change,
    Counted,
    Crossed,
    Crowded,
    Dwelt,
    Entered,
    GotUp,
    GroupDissolved,
    GroupFormed,
    Hidden,
    Left,
    LeftBehind,
    Loitered,
    LooksFallen,
    MovedOff,
    Reappeared,
    Relabelled,
    Related,
    StartedRunning,
    Stopped,
    StoppedRunning,
    StoppedSuddenly,
    Taken,
    Uncrowded,
    Unrelated,
    Vanished,
    WrongWay,
)
from reasoners.scene.relation import Predicate, Relation
from reasoners.telling.saying import PREDICTED, Saying, change_evidence, named

LABELS = {1: (17, "person"), 2: (4, "suitcase")}
SAYING = Saying(LABELS.get, {"zone:step": "Front step", "line:gate": "Main gate"})

AT = (10, 5.0, 1, 17)
CHANGES: dict[str, Change] = {
    "Person t17 came into view": Appeared(*AT),
    "Person t17 was seen again after 2 s out of sight": Reappeared(*AT, 9, 2.0),
    "Person t17 was first taken for a cat": Relabelled(*AT, "cat", "person"),
    "Person t17 was lost from sight": Vanished(*AT),
    "Person t17 moved off": MovedOff(*AT),
    "Person t17 came to a stop": Stopped(*AT),
    "Person t17 stopped suddenly": StoppedSuddenly(*AT, 2.0, 4.0),
    "Person t17 began to run": StartedRunning(*AT, 4.0),
    "Person t17 stopped running after 3 s": StoppedRunning(*AT, 2.0),
    "Person t17 looked fallen (confidence 70%), which is a hint and no finding": LooksFallen(
        *AT, 4.0, 0.7
    ),
    "Person t17 was upright again after 3 s": GotUp(*AT, 2.0),
    'Person t17 entered zone "Front step"': Entered(*AT, "step"),
    'Person t17 left zone "Front step" after 3 s': Left(*AT, "step", 2.0),
    "Person t17 had been in zone yard for 3 s": Dwelt(*AT, "yard", 3.0),
    "Person t17 had been about zone yard for 8 s": Loitered(*AT, "yard", 8.0, 1.0),
    'Person t17 crossed line "Main gate" forward': Crossed(*AT, "gate", "forward"),
    "Person t17 crossed line way backward": Crossed(*AT, "way", "backward"),
    "Person t17 went the wrong way at zone lane": WrongWay(*AT, "zone:lane"),
    "Person t17 stood still in zone lane, which is to be kept clear": Blocked(*AT, "lane", 2.0),
    "Person t17 went out of sight behind suitcase t4": Hidden(*AT, 2, 4),
    "Person t17 carries suitcase t4": Related(*AT, 2, 4, "carries", 4.0),
    "It no longer holds that person t17 carries suitcase t4": Unrelated(*AT, 2, 4, "carries", 4.0),
    "Suitcase t4 left person t17 behind": LeftBehind(*AT, 2, 4, 3.0),
    "Suitcase t4 took person t17": Taken(*AT, 2, 4),
    "3 people came together": GroupFormed(10, 5.0, 1, (1, 2, 3)),
    "A group of 3 people broke up after 4 s": GroupDissolved(10, 5.0, 1, (1, 2, 3), 1.0),
    "There were now 2 cars in zone yard (before: 1)": Counted(10, 5.0, "car", "yard", 2, 1, 4.0),
    "There was now 1 car (before: 2)": Counted(10, 5.0, "car", None, 1, 2, 4.0),
    "Zone yard was crowded: 4 people": Crowded(10, 5.0, "yard", 4, (1, 2)),
    "Zone yard was no longer crowded: 1 person": Uncrowded(10, 5.0, "yard", 1, 2.0),
}


def test_all_kinds_of_change_are_here() -> None:
    """No kind is forgotten below."""
    assert {type(change) for change in CHANGES.values()} == set(get_args(Change))


@pytest.mark.parametrize(("says", "change"), CHANGES.items())
def test_every_kind_of_change_reads_well(says: str, change: Change) -> None:
    """It names who, whom, where and how long, and itself as evidence."""
    phrase = SAYING.change(change)
    assert catalogue("en").sentence(phrase) == says
    assert phrase.evidence == (change_evidence(change),)


@pytest.mark.parametrize("language", languages())
def test_every_change_can_be_said_in_every_language(language: str) -> None:
    """All of them differ, and no gap stays open."""
    words = catalogue(language)
    said = [words.sentence(SAYING.change(change)) for change in CHANGES.values()]
    assert len(set(said)) == len(said)
    assert not any("{" in text for text in said)


@pytest.mark.parametrize("language", languages())
def test_every_relation_can_be_said_while_it_holds_and_after(language: str) -> None:
    """Present and past are told apart, but where a language has one word for both."""
    words = catalogue(language)
    for predicate in get_args(Predicate):
        for other in (2, "zone:step"):
            now = words.sentence(SAYING.relation(Relation(1, predicate, other, 1.0, None, 0.9)))
            then = words.sentence(SAYING.relation(Relation(1, predicate, other, 1.0, 2.0, 0.9)))
            assert "17" in now
            assert "17" in then
            assert now != then or predicate == "takes"


@pytest.mark.parametrize("language", languages())
def test_every_pattern_of_cause_can_be_said(language: str) -> None:
    """Who did it, to whom, and where; with the link, both changes and the relation as evidence."""
    effects: dict[str, Change] = {
        "put_down": LeftBehind(10, 5.0, 2, 4, 1, 17, 3.0),
        "carried_off": Taken(10, 5.0, 2, 4, 1, 17),
        "covered": Hidden(10, 5.0, 2, 4, 1, 17),
        "followed_in": Entered(10, 5.0, 2, 4, "step"),
        "filled": Crowded(10, 5.0, "step", 4, (1, 2)),
    }
    source = Entered(8, 4.0, 1, 17, "step")
    evidence = Relation(1, "near", 2, 3.0, None, 0.8)
    said = set()
    for pattern in get_args(causes.Pattern):
        effect = effects.get(pattern, Stopped(10, 5.0, 2, 4))
        phrase = SAYING.cause(Cause(pattern, source, effect, (evidence,), 0.8))
        text = catalogue(language).sentence(phrase)
        said.add(text)
        assert "t17" in text
        assert [one.kind for one in phrase.evidence] == ["cause", "change", "change", "relation"]
    assert len(said) == len(get_args(causes.Pattern))


@pytest.mark.parametrize("language", languages())
def test_every_prediction_that_has_words_names_horizon_and_probability(language: str) -> None:
    """What is likely, of whom, within how long, and how likely."""
    for what, about in PREDICTED:
        prediction = EventPrediction(
            what=what,
            subject="person" if what == "count" else "t17",
            object="zone:step" if about else None,
            count=3 if what == "count" else None,
            horizon_s=5,
            probability=0.7,
            stated_at=8.0,
        )
        phrase = SAYING.prediction(prediction, {"t17": "person"})
        assert phrase is not None
        text = catalogue(language).sentence(phrase)
        assert all(part in text for part in ("3" if what == "count" else "t17", "5", "70"))
        later = SAYING.prediction(prediction, {"t17": "person"}, now=8.5)
        assert later is not None
        assert later.gaps["span"] == Span(4.5)
        assert SAYING.prediction(prediction, {"t17": "person"}, now=9.2) is None
        assert ("Front step" in text) == about
        assert phrase.evidence[0].kind == "prediction"
    unknown = EventPrediction(what="sings", subject="t17", horizon_s=5, probability=0.7)
    assert SAYING.prediction(unknown, {}) is None


def test_what_is_long_forgotten_is_just_something() -> None:
    """An object nobody remembers has no name, and gets none."""
    assert catalogue("en").say(SAYING.thing(99)) == "something"
    assert named("person", 3).evidence == ()
    assert change_evidence(Entered(*AT, "step")) == Evidence(
        "change", "entered", (1, "zone:step"), 5.0
    )
