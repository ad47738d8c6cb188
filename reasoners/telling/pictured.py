"""What one picture shows, in words: nothing of before or after, for nobody saw either. Pure."""

from collections.abc import Iterable, Sequence

from reasoners.language.phrase import Evidence, Number, Phrase, Several, Verbatim, Word
from reasoners.scene.relation import Relation
from reasoners.scene.thing import Thing
from reasoners.telling.explanation import worded
from reasoners.telling.saying import Saying
from reasoners.telling.wire import LABEL, track_name
from reasoners.words import place_phrase

TOLD = 12
"""Relations told; all of them are in the record."""


def pictured(
    things: Iterable[Thing], relations: Sequence[Relation], saying: Saying, language: str
) -> str:
    """Say who is where, and what holds between them; or that nothing was recognised.

    Args:
        things: Everything the picture shows.
        relations: What holds, what is worth telling first.
        saying: Names things and places.
        language: Of the text.
    """
    said = [_seen(thing) for thing in things]
    if not said:
        return worded([Phrase("sentence.empty")], language)
    ties = [
        Phrase("sentence.tie_now", {"clause": saying.relation(one)}) for one in relations[:TOLD]
    ]
    return worded([*said, *ties], language)


def _seen(thing: Thing) -> Phrase:
    evidence = (Evidence("object", "entry", (thing.id,), thing.first_seen),)
    who = Phrase(
        "name.scored",
        {
            "what": Word(thing.label[:LABEL]),
            "track": Verbatim(track_name(thing.track)),
            "score": Number(thing.score, 2),
        },
        evidence,
    )
    where = Phrase("arrival.pictured", {"where": place_phrase(thing.entry)}, evidence)
    return Phrase("sentence.about", {"who": who, "deeds": Several((where,), deeds=True)})
