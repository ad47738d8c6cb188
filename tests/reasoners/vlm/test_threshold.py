"""What people say of alarms moves how sure an answer must be."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rig.asked import event

from reasoners import Answer, Check, Event, Question, ReasoningState
from reasoners.event import Reasoning
from reasoners.vlm.threshold import LOOSER, STRICTER, Lesson, Tally, Word, lesson

ASKED = Question("presence", "Is it a courier?")
UNSURE = Check(name="confidence", claimed=0.4, seen=0.5, ok=False)
WRONG = Check(name="tracks", claimed="t9", seen="t1", ok=False)


def answered(state: ReasoningState, answer: str = "yes", *checks: Check) -> Event:
    """Return an event with one answer."""
    given_ = (Answer(question="presence", answer=answer, confidence=0.4),)
    return event(answers=given_, reasoning=Reasoning(state=state, checks=checks))


@pytest.mark.parametrize(
    ("found", "word", "taught"),
    [
        (answered("verified"), "false_alarm", "misled"),
        (answered("verified"), "true_alarm", "confirmed"),
        (answered("rejected", "no"), "true_alarm", "misled"),
        (answered("rejected", "no"), "false_alarm", "confirmed"),
        (answered("uncertain", "yes", UNSURE), "true_alarm", "held_back"),
        (answered("uncertain", "no", UNSURE), "false_alarm", "held_back"),
        (answered("uncertain", "yes", UNSURE), "false_alarm", "none"),
        (answered("uncertain", "cannot_tell"), "true_alarm", "none"),
        (answered("uncertain", "yes", UNSURE, WRONG), "true_alarm", "none"),
        (answered("timeout"), "false_alarm", "none"),
        (answered("none"), "true_alarm", "none"),
    ],
)
def test_what_a_word_teaches(found: Event, word: Word, taught: Lesson) -> None:
    """Only what confidence decided, or would have decided, says anything about confidence."""
    assert lesson(found, word, ASKED) == taught


def test_need_moves_by_a_stated_step_within_bounds() -> None:
    """More after every alarm that misled, less after every one held back for nothing."""
    assert Tally().need(0.5) == 0.5
    assert Tally(misled=2).need(0.5) == 0.6
    assert Tally(misled=1, held_back=3).need(0.5) == 0.4
    assert Tally(confirmed=9).need(0.5) == 0.5
    assert Tally(misled=99).need(0.5) == 0.5 + STRICTER
    assert Tally(held_back=99).need(0.5) == 0.5 - LOOSER
    assert Tally(misled=99).need(0.9) == 0.95
    assert Tally(held_back=99).need(0.1) == 0.05


@settings(max_examples=50)
@given(st.integers(0, 500), st.integers(0, 500), st.floats(0, 1))
def test_need_is_bounded_and_moves_the_right_way(misled: int, held: int, need: float) -> None:
    """Whatever people say: never out of bounds, and one more never moves it the other way."""
    tally = Tally(misled, held)
    moved = tally.need(need)
    assert 0 <= moved <= 1
    assert need - LOOSER - 1e-3 <= moved <= need + STRICTER + 1e-3
    assert tally.plus("misled").need(need) >= moved >= tally.plus("held_back").need(need)
