"""From a reply to one verdict for each job: claims compared with what was seen. Pure."""

from reasoners.event import (
    Answer,
    Check,
    Entity,
    EventKeyframe,
    EventPrediction,
    EventRelation,
    ReasoningState,
)
from reasoners.question import CANNOT_TELL
from reasoners.verdict import Job, Remembered, Verdict
from reasoners.vlm.answers import answered
from reasoners.vlm.call import Asked, Call
from reasoners.vlm.claims import CHECKS, Finding, findings
from reasoners.vlm.form import CLAIMED, FORETOLD, UNCHANGED
from reasoners.vlm.policy import TABLE, Decision, Doubt, decision
from reasoners.vlm.reply import Reply, ReplyAnswer, Report

RELATED = 0.5
"""Confidence of a relation where the answer has none."""


def ground(reply: Reply, call: Call) -> tuple[Verdict, ...]:
    """Turn the reply to a call into the verdicts of its jobs, in their order.

    `unchanged` stands for what was said last; it claims nothing that could be checked.
    """
    report = reply.report if isinstance(reply.report, Report) else None
    found = [] if report is None else findings(report, call)
    return tuple(
        _verdict(number, job, reply, report, found, call) for number, job in enumerate(call.jobs)
    )


def _verdict(
    number: int, job: Job, reply: Reply, report: Report | None, found: list[Finding], call: Call
) -> Verdict:
    asked = [one for one in call.questions if one.job == number]
    names = dict(call.names[number])
    tracks = call.tracks
    evidence = [_evidence(one, reply.answers[one.key], names, tracks) for one in asked]
    found = found + evidence
    for place, one in enumerate(asked):
        said = reply.answers[one.key].answer
        found += answered(one.question, said, call, job, report, first=not place)
    answers = tuple(_answer(one, reply.answers[one.key], names, tracks) for one in asked)
    first = reply.answers[asked[0].key] if asked else None
    decided = decision(
        asked[0].question if asked else None,
        first.answer if first else "",
        first.confidence / 100 if first else 1.0,
    )
    state = TABLE[decided, _doubt(found, _about(job, answers))]
    before = job.memory[-1] if reply.report == UNCHANGED and job.memory else None
    checks = [finding.check for finding in found]
    if first is not None and decided == "unsure" and first.answer != CANNOT_TELL:
        need = asked[0].question.need
        checks.append(Check(name="confidence", claimed=first.confidence / 100, seen=need, ok=False))
    checks.sort(key=lambda check: check.ok)
    sure = first.confidence / 100 if first else RELATED
    return Verdict(
        state=state,
        answers=answers,
        description=_description(report, before),
        entities=() if report is None else _entities(report, tracks),
        checks=tuple(checks[:CHECKS]),
        reason=_reason(state, decided, checks),
        relations=() if report is None else _relations(report, call, sure),
        predictions=() if report is None else _predictions(report, call),
        keyframes=_shown(names, call),
        why="" if report is None else report.why,
        unchanged=None if before is None else before.event,
    )


def _shown(names: dict[str, str], call: Call) -> tuple[EventKeyframe, ...]:
    """Name what was shown of a job, under the names that its event knows."""
    return tuple(
        EventKeyframe(
            name=names[keyframe.name],
            frame=keyframe.index,
            captured_at=keyframe.captured_at,
            reason=keyframe.reason,
            quality=keyframe.quality,
        )
        for keyframe in call.keyframes
        if keyframe.name in names
    )


def _evidence(
    asked: Asked, answer: ReplyAnswer, names: dict[str, str], tracks: tuple[str, ...]
) -> Finding:
    """An answer may rest only on what there is."""
    unknown = [name for name in answer.evidence if name not in names and name not in tracks]
    check = Check(
        name=f"evidence_{asked.question.name}",
        claimed=", ".join(unknown or answer.evidence)[:200],
        seen=", ".join((*names, *tracks))[:200],
        ok=not unknown,
    )
    return Finding(check, tuple(unknown))


def _answer(
    asked: Asked, answer: ReplyAnswer, names: dict[str, str], tracks: tuple[str, ...]
) -> Answer:
    """Write an answer with the keyframes' names that its event knows."""
    evidence = [
        names.get(name, name) for name in answer.evidence if name in names or name in tracks
    ]
    question = asked.question
    number = question.kind == "number" and answer.answer != CANNOT_TELL
    return Answer(
        question=question.name,
        answer=answer.answer,
        kind=None if question.kind == "yes_no" else question.kind,
        value=float(answer.answer) if number else None,
        unit=question.unit if number else "",
        confidence=answer.confidence / 100,
        evidence=tuple(dict.fromkeys(evidence)),
    )


def _about(job: Job, answers: tuple[Answer, ...]) -> set[str]:
    """Return the tracks on which the deciding answer rests: the event's own, and its evidence."""
    about = {thing.track for thing in job.event.objects}
    if answers:
        about |= set(answers[0].evidence)
    return about


def _doubt(found: list[Finding], about: set[str]) -> Doubt:
    failed = [finding for finding in found if not finding.check.ok]
    if not failed:
        return "none"
    deciding = [one for one in failed if about & set(one.tracks)]
    if [one for one in deciding if not one.relabels]:
        return "deciding"
    return "denied" if deciding else "aside"


def _description(report: Report | None, before: Remembered | None) -> str | None:
    if report is not None:
        return report.description or None
    return None if before is None else before.text


def _entities(report: Report, tracks: tuple[str, ...]) -> tuple[Entity, ...]:
    """Keep every thing named; a link that leads nowhere is lost."""
    return tuple(
        Entity(
            text=thing.text,
            kind=thing.kind,
            track=thing.track if thing.track in tracks else None,
            attributes=tuple(attribute for attribute in thing.attributes if attribute),
        )
        for thing in report.things
    ) + tuple(Entity(text=text, kind="text", track=None) for text in report.written if text)


def _relations(report: Report, call: Call, sure: float) -> tuple[EventRelation, ...]:
    """Keep what is claimed between things that there are, over the time that was shown."""
    known = {*call.tracks, *(f"zone:{zone}" for zone in call.zones)}
    times = [keyframe.captured_at for keyframe in call.keyframes]
    if not times:
        return ()
    return tuple(
        EventRelation(
            subject=relation.subject,
            predicate=relation.predicate,
            object=relation.object,
            since=round(min(times), 3),
            until=round(max(times), 3),
            confidence=round(sure, 3),
            source="vlm",
        )
        for relation in report.relations
        if relation.predicate in CLAIMED
        and relation.subject in call.tracks
        and relation.object in known
        and relation.subject != relation.object
    )


def _predictions(report: Report, call: Call) -> tuple[EventPrediction, ...]:
    """Keep what tracks can prove: a subject that there is, and a place where one is needed."""
    zones = {f"zone:{zone}" for zone in call.zones}
    told = []
    for expected in report.next:
        goal = expected.object
        fits = {
            "enters": goal in zones,
            "leaves": goal is None or goal in zones,
            "approaches": goal in call.tracks and goal != expected.subject,
            "stops": goal is None,
            "moves_off": goal is None,
        }
        if expected.what in FORETOLD and expected.subject in call.tracks and fits[expected.what]:
            told.append(
                EventPrediction(
                    what=expected.what,
                    subject=expected.subject,
                    object=goal,
                    horizon_s=float(expected.within_s),
                    probability=expected.probability / 100,
                )
            )
    return tuple(told)


def _reason(state: ReasoningState, decided: Decision, checks: list[Check]) -> str | None:
    failed = [check for check in checks if not check.ok and check.name != "confidence"]
    if failed and (state == "uncertain" or decided == "affirms"):
        names = ", ".join(check.name for check in failed[:4])
        return f"the answer contradicts what was seen: {names}"
    if state == "uncertain" and decided == "unsure" and checks:
        low = next((check for check in checks if check.name == "confidence"), None)
        if low is not None:
            return f"confidence {low.claimed} is below the {low.seen} that this rule needs"
    return None
