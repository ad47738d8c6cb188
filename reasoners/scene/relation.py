"""What can hold between two things, over an interval."""

from dataclasses import dataclass, replace
from typing import Final, Literal

Predicate = Literal[
    "inside",
    "near",
    "left_of",
    "right_of",
    "above",
    "below",
    "in_front_of",
    "behind",
    "on",
    "overlaps",
    "approaches",
    "moves_away",
    "follows",
    "accompanies",
    "carries",
    "leaves_behind",
    "takes",
    "blocks",
]
"""`left_of` to `below` are meant on the picture, `in_front_of` and `behind` as the camera sees."""

INVERSE: Final[dict[Predicate, Predicate]] = {
    "left_of": "right_of",
    "right_of": "left_of",
    "above": "below",
    "below": "above",
    "in_front_of": "behind",
    "behind": "in_front_of",
    "near": "near",
    "overlaps": "overlaps",
    "accompanies": "accompanies",
}
"""What holds the other way round. Kept and told in one direction only: see `Relation.seen_from`."""

Source = Literal["geometry", "vlm"]


@dataclass(frozen=True, slots=True)
class Relation:
    """A statement about a subject. Times in seconds."""

    subject: int
    """Identity of an object; stays the same across track ids."""

    predicate: Predicate
    object: int | str
    """Identity of another object, or a place: `zone:step`, `line:gate`."""

    since: float
    until: float | None
    """None while it holds."""

    confidence: float
    """How clearly it holds or held, 0 to 1."""

    source: Source = "geometry"

    def seen_from(self, thing: int) -> "Relation":
        """Return the statement with this object as subject, where that can be said at all."""
        if self.subject == thing or self.object != thing or self.predicate not in INVERSE:
            return self
        return replace(self, subject=thing, predicate=INVERSE[self.predicate], object=self.subject)
