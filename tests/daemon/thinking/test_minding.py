"""What is remembered between questions, and what people's words move."""

from dataclasses import replace

from rig.asked import event, job

from daemon.thinking.minding import Minding
from reasoners import Answer, Question, Verdict
from reasoners.event import Reasoning

ASKED = Question("presence", "Is it a courier?", need=0.6)


def asks(camera: str, rule: str) -> Question | None:
    """Return what one rule of one camera asks."""
    return ASKED if (camera, rule) == ("porch", "presence") else None


def test_each_camera_has_its_own_memory() -> None:
    """What was said of the porch is told of the porch."""
    minding = Minding(asks=asks)
    first = job(event=event(id="e1", updated_at=100.0))
    minding.take(first, Verdict("verified", description="A man waits."))
    later = job(event=event(id="e2", updated_at=130.0))
    elsewhere = job(event=event(id="e3", camera="yard", updated_at=130.0))
    assert [one.text for one in minding.minded(later).memory] == ["A man waits."]
    assert minding.minded(elsewhere).memory == ()


def test_memory_goes_on_after_a_restart() -> None:
    """From what the journal has."""
    minding = Minding()
    minding.recall([event(id="e1", description="A man waits.", updated_at=100.0)])
    (said,) = minding.minded(job(event=event(id="e2", updated_at=110.0))).memory
    assert (said.event, said.text) == ("e1", "A man waits.")


def test_words_on_events_move_what_the_first_question_needs() -> None:
    """Of that rule alone, from what its file says; said anew each time, so the last word counts."""
    minding = Minding(asks=asks)
    verified = event(
        answers=(Answer(question="presence", answer="yes", confidence=0.9),),
        reasoning=Reasoning(state="verified"),
    )
    unknown = event(id="e9", rule="gone", reasoning=Reasoning(state="verified"))
    minding.judge([(verified, "false_alarm"), (unknown, "false_alarm"), (verified, "nonsense")])
    asked = job(ASKED, Question("presence_2", "Alone?"))
    needs = [one.need for one in minding.minded(asked).asked]
    assert needs == [0.65, 0.5]
    other = replace(asked, event=event(camera="yard"))
    assert minding.minded(other).asked[0].need == 0.6
    assert minding.needs() == {
        "porch/presence": {
            "configured": 0.6,
            "need": 0.65,
            "misled": 1,
            "held_back": 0,
            "confirmed": 0,
        }
    }
    minding.judge([(verified, "true_alarm")])
    assert minding.minded(asked).asked[0].need == 0.6
    minding.judge([])
    assert minding.needs() == {}
