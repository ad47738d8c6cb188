"""Corrects the times of an event after the fact, as when the system's clock was set."""

from reasoners.event import Event, EventRelation


def shifted(event: Event, seconds: float) -> Event:
    """Return the event with every time moved; durations, order and all else stay.

    Args:
        event: As it was built, in the time its camera's story is told in.
        seconds: Added to each Unix time in it.
    """
    if not seconds:
        return event

    def move(at: float | None) -> float | None:
        return None if at is None else round(at + seconds, 3)

    frame = event.frame.model_copy(
        update={
            "captured_at": move(event.frame.captured_at),
            "received_at": move(event.frame.received_at),
        }
    )

    def moved(relations: tuple[EventRelation, ...]) -> tuple[EventRelation, ...]:
        return tuple(
            one.model_copy(update={"since": move(one.since), "until": move(one.until)})
            for one in relations
        )

    causes = tuple(
        link.model_copy(
            update={
                "cause": link.cause.model_copy(update={"at": move(link.cause.at)}),
                "effect": link.effect.model_copy(update={"at": move(link.effect.at)}),
                "evidence": moved(link.evidence),
            }
        )
        for link in event.causes
    )
    conditions = tuple(
        condition.model_copy(
            update={"since": move(condition.since), "until": move(condition.until)}
        )
        for condition in event.conditions
    )
    predictions = tuple(
        prediction.model_copy(
            update={
                "stated_at": move(prediction.stated_at),
                "resolved_at": move(prediction.resolved_at),
            }
        )
        for prediction in event.predictions
    )
    keyframes = tuple(
        keyframe.model_copy(update={"captured_at": move(keyframe.captured_at)})
        for keyframe in event.keyframes
    )
    reasoning = event.reasoning.model_copy(
        update={"deadline_at": move(event.reasoning.deadline_at)}
    )
    media = event.media.model_copy(update={"clip_started_at": move(event.media.clip_started_at)})
    return event.model_copy(
        update={
            "started_at": move(event.started_at),
            "updated_at": move(event.updated_at),
            "ended_at": move(event.ended_at),
            "frame": frame,
            "media": media,
            "relations": moved(event.relations),
            "causes": causes,
            "conditions": conditions,
            "predictions": predictions,
            "keyframes": keyframes,
            "reasoning": reasoning,
        }
    )
