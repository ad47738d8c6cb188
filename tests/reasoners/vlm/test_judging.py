"""From a question to its verdict, whoever is asked."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from rig.asked import event, job, sighting
from rig.parses import FORKLIFT, parsed

from reasoners import Job, Question, ReplyTruncated, Verdict
from reasoners.prompt import Prompt, Said
from reasoners.syntax import Parsed
from reasoners.testing import replied, thing
from reasoners.vlm.judging import Grammar, judge
from reasoners.vlm.limits import Limits

GOOD = json.dumps(replied("yes", things=[thing(track="t17")]))
YES, NO = (
    json.dumps({"answers": {"q1": {"answer": said, "confidence": 90, "evidence": ["k1"]}}})
    for said in ("yes", "no")
)


@dataclass
class Model:
    """Says one thing after the other, and may be asked so often again."""

    texts: Sequence[str | ReplyTruncated]
    more: int = 9
    asked: list[Prompt] = field(default_factory=list)

    async def ask(self, prompt: Prompt) -> Said:
        """Say the next thing."""
        self.asked.append(prompt)
        text = self.texts[len(self.asked) - 1]
        if isinstance(text, ReplyTruncated):
            raise text
        return Said(text, "m", 100, 20, latency_s=0.5)

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


CUT = ReplyTruncated("the reply was cut off by the token limit (truncated)")


async def test_a_report_that_is_too_long_costs_no_answer() -> None:
    """The bare answers are asked for then, once, and decide without a description."""
    model = Model([CUT, YES])
    verdict = await model.judge(job())
    assert (verdict.state, verdict.answers[0].answer) == ("verified", "yes")
    assert verdict.description is None
    assert (model.asked[1].form or {})["required"] == ["answers"]
    for worse in (CUT, "{}"):
        model = Model([CUT, worse, YES])
        assert ((await model.judge(job())).state, len(model.asked)) == ("invalid", 2)


async def test_what_is_too_long_ends_there_where_nothing_shorter_is() -> None:
    """No question was asked, or no more may be paid, or the repair was the last call."""
    described = Model([CUT, YES])
    described_job = job(question="", questions=())
    assert (await described.judge(described_job)).state == "invalid"
    assert len(described.asked) == 1
    poor = Model([CUT, YES], more=0)
    assert ((await poor.judge(job())).state, len(poor.asked)) == ("invalid", 1)
    repaired = Model(["{}", CUT, YES])
    assert ((await repaired.judge(job())).state, len(repaired.asked)) == ("invalid", 2)
    short = Model([YES, CUT, YES])
    assert (await short.judge(job(), Limits(short_first=True))).state == "verified"
    assert len(short.asked) == 2


async def test_a_captioner_that_thinks_declines_or_is_silent_describes_nothing() -> None:
    """What it says to itself is not told; a refusal is one; nothing is no description."""
    prose = Limits(prose=True)
    thinking = await Model(["A dog? No.</think>A man waits."]).judge(job(), prose)
    assert thinking.description == "A man waits."
    for text, state in (
        ("I'm sorry, I can't help with that.", "refused"),
        ("抱歉，我无法识别图片中的人物。", "refused"),
        ("I cannot see anybody, only an empty yard.", "uncertain"),
        (" \n ", "invalid"),
    ):
        model = Model([text])
        assert ((await model.judge(job(), prose)).state, len(model.asked)) == (state, 1)


async def test_a_caption_is_read_by_its_grammar_where_somebody_parses_it() -> None:
    """And by the dictionary where nobody does just now: the verdict looks the same."""
    text, trees = parsed(FORKLIFT)
    asked: list[str] = []
    answers = [trees, None]

    async def parse(caption: str) -> Parsed | None:
        asked.append(caption)
        return answers[len(asked) - 1]

    kinds = []
    for _ in answers:
        model = Model([text])
        again = model.again
        limits, grammar = Limits(prose=True), Grammar("en", parse)
        (verdict,) = await judge(model.ask, (job(),), limits, again, grammar=grammar)
        assert (verdict.state, verdict.description) == ("uncertain", text)
        kinds.append([one.kind for one in verdict.entities])
    assert kinds == [["forklift", "pallet"], []]
    assert asked == [text, text]
