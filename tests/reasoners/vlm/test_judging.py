"""From a question to its verdict, whoever is asked."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from rig.asked import event, job, sighting

from reasoners import Job, Question, Verdict
from reasoners.prompt import Prompt, Said
from reasoners.testing import replied, thing
from reasoners.vlm.judging import judge
from reasoners.vlm.limits import Limits

GOOD = json.dumps(replied("yes", things=[thing(track="t17")]))
YES, NO = (
    json.dumps({"answers": {"q1": {"answer": said, "confidence": 90, "evidence": ["k1"]}}})
    for said in ("yes", "no")
)


@dataclass
class Model:
    """Says one thing after the other, and may be asked so often again."""

    texts: Sequence[str]
    more: int = 9
    asked: list[Prompt] = field(default_factory=list)

    async def ask(self, prompt: Prompt) -> Said:
        """Say the next thing."""
        self.asked.append(prompt)
        return Said(self.texts[len(self.asked) - 1], "m", 100, 20, latency_s=0.5)

    def again(self) -> bool:
        """Tell whether one more call may be made."""
        self.more -= 1
        return self.more >= 0

    async def judge(self, asked: Job, limits: Limits | None = None) -> Verdict:
        """Judge one job."""
        (verdict,) = await judge(self.ask, (asked,), limits or Limits(), self.again)
        return verdict


async def test_one_good_reply_takes_one_call() -> None:
    """Model, tokens and latency are noted."""
    model = Model([GOOD])
    verdict = await model.judge(job())
    assert (verdict.state, verdict.model, verdict.tokens, verdict.latency_s) == (
        "verified",
        "m",
        120,
        0.5,
    )


async def test_a_bad_reply_is_repaired_once() -> None:
    """The second is shown the first and what was wrong; a second bad one is the end."""
    model = Model(["{}", GOOD])
    verdict = await model.judge(job())
    assert (verdict.state, verdict.tokens, verdict.latency_s) == ("verified", 240, 1.0)
    assert model.asked[1].turns[2].parts == ("{}",)
    worse = Model(["{}", "[]", GOOD])
    assert (await worse.judge(job())).state == "invalid"
    assert len(worse.asked) == 2


async def test_a_repair_that_may_not_be_paid_for_is_not_tried() -> None:
    """The budget has the last word."""
    model = Model(["{}"], more=0)
    verdict = await model.judge(job())
    assert (verdict.state, len(model.asked)) == ("invalid", 1)
    assert verdict.reason is not None
    assert verdict.reason.startswith("the reply does not fit the form")


async def test_a_refusal_is_not_argued_with() -> None:
    """No repair: it was understood."""
    model = Model(["I'm sorry, I can't."])
    assert ((await model.judge(job())).state, len(model.asked)) == ("refused", 1)


async def test_a_plain_no_needs_no_report() -> None:
    """Bare answers first: a no to an event of no severity ends there; a yes is worth the rest."""
    limits = Limits(short_first=True)
    model = Model([NO])
    assert ((await model.judge(job(), limits)).state, len(model.asked)) == ("rejected", 1)
    model = Model([YES, GOOD])
    verdict = await model.judge(job(), limits)
    assert (verdict.state, len(model.asked)) == ("verified", 2)
    assert verdict.description
    model = Model([NO, json.dumps(replied("no", things=[thing(track="t17")]))])
    severe = job(event=event(severity="alert"))
    assert ((await model.judge(severe, limits)).state, len(model.asked)) == ("rejected", 2)


async def test_a_bad_report_takes_no_answer_back() -> None:
    """What was answered before stays the verdict."""
    model = Model([YES, "{}", "{}"])
    verdict = await model.judge(job(), Limits(short_first=True))
    assert (verdict.state, verdict.answers[0].answer) == ("verified", "yes")


async def test_without_a_picture_nobody_is_asked() -> None:
    """It ends as an error that says so."""
    model = Model([])
    verdict = await model.judge(job(keyframes=(), images=()))
    assert (verdict.state, verdict.reason) == ("error", "there is no picture to ask about")
    assert model.asked == []


async def test_several_jobs_share_a_call() -> None:
    """Each gets its own verdict, in order."""
    two = job(Question("b", "B?"), event=event(id="e2"), sightings=(sighting(),))
    reply = {
        "answers": {
            "q1": {"answer": "yes", "confidence": 90, "evidence": ["k1"]},
            "q2": {"answer": "no", "confidence": 90, "evidence": ["k1"]},
        },
        "report": replied(things=[thing(track="t17")])["report"],
    }
    model = Model([json.dumps(reply)])
    verdicts = await judge(model.ask, (job(), two), Limits(), model.again)
    assert [verdict.state for verdict in verdicts] == ["verified", "rejected"]
    assert len(model.asked) == 1


async def test_a_captioner_is_asked_once_and_read_by_the_dictionary() -> None:
    """Its sentences become entities linked to tracks; its event stays uncertain."""
    model = Model(["A man in a red jacket waits at the door."])
    verdict = await model.judge(job(), Limits(prose=True, short_first=True))
    assert (verdict.state, len(model.asked), model.asked[0].form) == ("uncertain", 1, None)
    assert [(e.kind, e.track) for e in verdict.entities] == [("man", "t17")]
