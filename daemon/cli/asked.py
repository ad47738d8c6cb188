"""One question about one picture, put to the configured models as the daemon puts its own."""

import asyncio
from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError

from daemon import assembly
from daemon.assembly import asking
from daemon.cli.picture import Seen, look
from daemon.cli.trial import ignore
from daemon.clock import Clock
from daemon.errors import ConfigRejected
from daemon.identity import live_id
from daemon.plan import Plan
from daemon.recorder import Recorder
from daemon.thinking import room, thinking
from reasoners import AskConfig, Event, FrameReference, Job, Question, Reasoning, Sighting, Verdict
from sinks.journal import Journal

RULE: Final = "described"
"""Under which the question and its answer stand: no rule of a configuration asked it."""

FORMS: Final = ("text", "yes_no", "number")
"""Forms of an answer, besides choices."""

SURE: Final = 0.5
"""Score from which the detector is believed against a model."""

ANSWERED: Final = frozenset({"verified", "rejected", "uncertain"})


def typed(
    text: str | None, answer: str, span: tuple[float, float] | None, unit: str, counts: str
) -> Question | None:
    """Return the question of a command line; None where nothing is asked.

    Args:
        text: What is asked.
        answer: `text`, `yes_no`, `number`, or choices with commas between.
        span: Least and greatest number.
        unit: Of a number.
        counts: Label of what a number counts.

    Raises:
        ConfigRejected: They do not go together.
    """
    if text is None:
        if answer != "text" or span or unit or counts:
            raise ConfigRejected("--answer, --range, --unit, --counts: need a question; give --ask")
        return None
    choices = [choice.strip() for choice in answer.split(",")]
    if not all(choices) or (len(choices) == 1 and answer not in FORMS):
        forms = "text, yes_no, number, or choices such as open,closed"
        raise ConfigRejected(f"--answer: {answer!r} is no form of an answer; give {forms}")
    try:
        ask = AskConfig.model_validate(
            {
                "question": text.strip(),
                "answer": choices if "," in answer else answer,
                # Of a single picture no event is to be confirmed: whatever is sure is an answer.
                "affirms": [],
                "range": span,
                "unit": unit,
                "counts": counts,
            }
        )
    except ValidationError as exc:
        first = exc.errors(include_url=False)[0]
        told = first["msg"].removeprefix("Value error, ")
        key = first["loc"][0] if first["loc"] else told.partition(":")[0]
        option = "ask" if key == "question" else key
        raise ConfigRejected(f"--{option}: {told.removeprefix(f'{key}: ')}") from None
    return ask.named(RULE)


@dataclass(frozen=True, slots=True)
class Described:
    """What was seen, and what a model said; no verdict where none was asked."""

    seen: Seen
    verdict: Verdict | None

    @property
    def answered(self) -> bool:
        """Whether a model gave an answer that was checked."""
        return self.verdict is not None and self.verdict.state in ANSWERED


async def describe_picture(
    plan: Plan, camera: str, question: Question | None, text: str
) -> Described:
    """Look at the picture, and ask a model once if one may be asked.

    Args:
        plan: With the picture as the camera's source.
        camera: Its name.
        question: About the picture; None only has it described.
        text: What came with the picture.

    Raises:
        SourceError: It is no picture.
        DetectorError: The detector does not work.
        JournalFailed: The picture would leave this machine, and the ledger cannot be written.
        ConfigRejected: A model refuses its key.
    """
    clock = Clock()
    ask = asking(plan, camera)
    seen = await look(plan, camera, clock, None if ask is None else room(plan, camera))
    if ask is None:
        return Described(seen, None)
    job = _job(plan, camera, seen, question, text, ask.deadline)
    return Described(seen, await _asked(plan, camera, job, clock))


def _job(
    plan: Plan, camera: str, seen: Seen, question: Question | None, text: str, deadline: float
) -> Job:
    at = seen.captured_at
    event = Event(
        id=live_id(camera, 0, at),
        node=plan.config.node,
        camera=camera,
        revision=1,
        type="new",
        rule=RULE,
        started_at=at,
        updated_at=at,
        objects=seen.objects,
        relations=seen.relations,
        relations_left_out=seen.left_out,
        explanation=seen.explanation,
        reasoning=Reasoning(state="pending"),
        frame=FrameReference(index=0, captured_at=at, received_at=at),
    )
    return Job(
        event=event,
        question="",
        images=(),
        deadline=deadline,
        questions=() if question is None else (question,),
        keyframes=() if seen.keyframe is None else (seen.keyframe,),
        # Whether something moves no single picture tells: neither is held against a model.
        sightings=tuple(
            Sighting(one.track, one.label, at, at, one.zones, sure=one.score >= SURE)
            for one in seen.objects
        ),
        zones=seen.zones,
        beside=text,
        language=plan.language(camera),
    )


async def _asked(plan: Plan, camera: str, job: Job, clock: Clock) -> Verdict:
    """Put one question to the chain of models; returns its terminal answer."""
    verdicts: list[Verdict] = []

    async def conclude(_: str, verdict: Verdict) -> None:
        verdicts.append(verdict)

    async with Recorder(_journal(plan, camera), None) as recorder:
        models = thinking(
            plan, keeper=recorder, clock=clock, beat=ignore, told=ignore, in_turn=True
        )
        if models is None:
            return Verdict("error", reason="there is no model")
        async with asyncio.TaskGroup() as group:
            group.create_task(models.run(), name="reasoner")
            await models.ask(job, conclude)
            await models.close()
        await recorder.idle()
    return verdicts[0]


def _journal(plan: Plan, camera: str) -> Journal:
    """Return the node's journal if a picture may leave this machine, for its ledger says so.

    Otherwise one that is kept nowhere: then this runs beside a daemon, which has the other open.
    """
    cloud = plan.cameras[camera].config.cloud
    leaves = any(
        one.host not in {"", "127.0.0.1", "::1", "localhost"} and (cloud or not one.cloud)
        for one in plan.reasoners
    )
    return assembly.journal(plan, None if leaves else assembly.Replay())
