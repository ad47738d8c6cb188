"""Names of tracks in a caption: no parser knows what `t17` is, so it is told in words it knows."""

import re
from dataclasses import dataclass
from typing import Final

from reasoners.vlm.call import Call
from reasoners.vlm.lexicon import labels_of

NAMED: Final = re.compile(
    r"(?P<before>\w+)?[\s,]*[(\[]?\s*"
    r"(?:\btrack\s*#?\s*t?|#\s*t?|\bt)(?P<number>\d{1,6})\b(?:\s*[)\]])?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A caption without names of tracks, and where they stood."""

    text: str
    tracks: dict[int, str]
    """By the characters of the text up to the end of the noun that is meant."""


def spoken(caption: str, call: Call) -> Spoken:
    """Take the names of tracks out of a caption.

    `The man t17 waits` becomes `The man waits`; where no noun stands before the name, one is put in
    its place: `t17 waits` becomes `the person waits`.
    """
    labels = {sighting.track: sighting.label for sighting in call.sightings}
    text, at = "", 0
    tracks: dict[int, str] = {}
    for match in NAMED.finditer(caption):
        track = f"t{int(match['number'])}"
        if track not in labels:
            continue
        before = match["before"]
        if before is not None and _noun(before, labels[track]):
            text += caption[at : match.end("before")]
        else:
            end = match.start() if before is None else match.end("before")
            text += caption[at:end].rstrip()
            text += f"{' ' if text else ''}the {labels[track]}"
        tracks[len(text)] = track
        at = match.end()
    return Spoken(text + caption[at:], tracks)


def _noun(word: str, label: str) -> bool:
    return word.lower() == label.rpartition(" ")[2] or bool(labels_of(word))
