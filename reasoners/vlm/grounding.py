"""Comparing what a model claims with what the detector saw. Pure."""

from reasoners.event import Answer, Check, Entity, Event, ReasoningState
from reasoners.verdict import Verdict
from reasoners.vlm.reply import Reply

MEANS: dict[str, ReasoningState] = {
    "yes": "verified",
    "no": "rejected",
    "cannot_tell": "uncertain",
}


def ground(reply: Reply, event: Event) -> Verdict:
    """Turn a reply into a verdict; a claim about tracks that do not exist makes it uncertain.

    Entities keep their text, but lose a link that leads nowhere.
    """
    known = [thing.track for thing in event.objects]
    named = dict.fromkeys(entity.track for entity in reply.entities if entity.track is not None)
    unknown = [track for track in named if track not in known]
    checks = (
        Check(
            name="entity_tracks",
            claimed=", ".join(named),
            seen=", ".join(known),
            ok=not unknown,
        ),
    )
    answer = Answer(
        question=event.rule,
        answer=reply.answer,
        confidence=reply.confidence / 100,
        evidence=tuple(track for track in named if track in known),
    )
    return Verdict(
        state="uncertain" if unknown else MEANS[reply.answer],
        answers=(answer,),
        description=reply.description or None,
        entities=tuple(
            Entity(
                text=entity.text,
                kind=entity.kind,
                track=entity.track if entity.track in known else None,
            )
            for entity in reply.entities
        ),
        checks=checks if named else (),
        reason="the answer names tracks that the event does not have" if unknown else None,
    )
