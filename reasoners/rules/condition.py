"""What a condition may be, as it is written: one thing that is asked for, and how exactly."""

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from reasoners.event import Name, Ratio
from reasoners.period import Period

Label = Annotated[str, Field(min_length=1, max_length=80)]
Labels = Label | Annotated[tuple[Label, ...], Field(min_length=1, max_length=64)]
Places = Name | Annotated[tuple[Name, ...], Field(min_length=1, max_length=64)]
Span = Annotated[Period, Field(ge=0, le=7 * 86_400, allow_inf_nan=False)]
Number = Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)]

State = Literal[
    "moving",
    "still",
    "running",
    "fallen",
    "hidden",
    "loitering",
    "blocking",
    "wrong_way",
    "grouped",
]

Expected = Literal["enters", "leaves", "crosses", "departs", "stops", "reaches", "count"]
"""The kinds of `reasoners.predictions.config`."""

ChangeKind = Literal[
    "appeared",
    "hidden",
    "reappeared",
    "relabelled",
    "vanished",
    "moved_off",
    "stopped",
    "stopped_suddenly",
    "started_running",
    "stopped_running",
    "looks_fallen",
    "got_up",
    "entered",
    "left",
    "dwelt",
    "loitered",
    "crossed",
    "wrong_way",
    "blocked",
    "related",
    "unrelated",
    "left_behind",
    "taken",
    "group_formed",
    "group_dissolved",
    "counted",
    "crowded",
    "uncrowded",
]
"""The keys of `reasoners.scene.change.KINDS`."""


class OtherConfig(BaseModel):
    """Another object, with which something holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: Labels | None = None
    """Its label, or a list of which one will do; default any."""

    inside: Places | None = None
    """A zone in which it is, or a list of which one will do; default anywhere."""


Other = Label | Annotated[tuple[Label, ...], Field(min_length=1, max_length=64)] | OtherConfig

RELATIONS: Final = (
    *("near", "left_of", "right_of", "above", "below", "in_front_of", "behind", "on", "overlaps"),
    *("approaches", "moves_away", "follows", "accompanies", "carries", "leaves_behind", "takes"),
    "blocks",
)
"""Keys that ask for a relation with another object: all predicates but `inside`."""

COMBINATIONS: Final = ("all_", "any_", "not_", "some", "none", "of", "then")
STATES: Final = ("inside", "outside", "dwells_in", "is_", "count", "faster_than", "slower_than")
HAPPENINGS: Final = ("enters", "leaves", "crosses", "change")
VERBS: Final = (*COMBINATIONS, *STATES, *RELATIONS, *HAPPENINGS, "expects")
"""The keys of which a condition has one; with none of them it asks that somebody is there."""


class ConditionConfig(BaseModel):
    """One condition: one key that says what is asked for, others that say how exactly.

    Conditions of one rule speak of one and the same object, but for those under `some` and `none`,
    and `count`, which speak of all that is there.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    label: Labels | None = None
    """Label of the object, or a list of which one will do; default any. Beside `all`, `any` and so
    on it is meant for all of them that name none. With no other key: such an object is there."""

    score: Ratio | None = None
    """How sure the detector must have been of the object at its best, 0 to 1; default however
    little. Raising it keeps doubtful objects out, and far ones."""

    inside: Places | None = None
    """The object is in this zone, or in one of a list."""

    outside: Places | None = None
    """The object is in none of these zones."""

    dwells_in: Places | None = None
    """The object is in this zone for as long as `for` says."""

    is_: State | None = Field(default=None, alias="is")
    """`moving`, `still`, `running`, `fallen` (a hint), `hidden` behind another, `loitering` (see
    `loiter` of a zone), `blocking` (see `keep_clear`), `wrong_way` (since it was noticed), or
    `grouped`. The zone that is meant can be named with `where`."""

    faster_than: Number | None = None
    """The object goes faster, in metres per second as guessed from its size."""

    slower_than: Number | None = None
    """The object goes more slowly, in metres per second as guessed from its size."""

    count: Labels | None = None
    """So many objects of these labels are there, `at_least` or `at_most`, `where` a zone is named
    in that. `any` counts whatever is there."""

    near: Other | None = None
    """The object is within about a metre of another of this label; a list, or `{label, inside}`, as
    in all that follow. `any` is whatever it may be."""

    left_of: Other | None = None
    """It is left of the other on the picture."""

    right_of: Other | None = None
    """It is right of the other on the picture."""

    above: Other | None = None
    """It is above the other on the picture."""

    below: Other | None = None
    """It is below the other on the picture."""

    in_front_of: Other | None = None
    """It is between the camera and the other."""

    behind: Other | None = None
    """The other is between the camera and it."""

    on: Other | None = None
    """It is on the other: rides it, sits or lies on it."""

    overlaps: Other | None = None
    """Their boxes share a part of the picture."""

    approaches: Other | None = None
    """It comes closer to the other."""

    moves_away: Other | None = None
    """It goes away from the other."""

    follows: Other | None = None
    """It goes where the other goes, behind it."""

    accompanies: Other | None = None
    """They go side by side."""

    carries: Other | None = None
    """The person carries the other."""

    leaves_behind: Other | None = None
    """The person put the other down and went."""

    takes: Other | None = None
    """The person took the other, a moment ago."""

    blocks: Other | None = None
    """It stands in the way of the other, a vehicle."""

    enters: Places | None = None
    """The object comes into this zone, or is in it when first seen. As all that happens, this is
    true for a moment, or for as long as `lasts` says."""

    leaves: Places | None = None
    """The object goes out of this zone, or vanishes in it."""

    crosses: Places | None = None
    """The object goes over this line, `way` forward or backward."""

    change: ChangeKind | None = None
    """Anything else that happens: `appeared`, `vanished`, `moved_off`, `stopped`,
    `stopped_suddenly`, `started_running`, `stopped_running`, `looks_fallen`, `got_up`,
    `left_behind`, `taken`, `loitered`, `blocked`, `wrong_way`, `crowded`, `group_formed` and so on.
    `where` names zone or line, `by` the other object."""

    expects: Expected | None = None
    """It is predicted that the object `enters` a zone (`where`), `crosses` a line, `leaves` a zone
    or the picture, `departs` from the picture, `stops`, `reaches` another, or that one more object
    of the label comes into a zone (`count`): with a probability of `at_least` (0.5), `within` so
    long (5 s)."""

    where: Places | None = None
    """Zone or line of `is`, `count`, `change` or `expects`; default any, or the whole picture."""

    way: Literal["forward", "backward"] | None = None
    """Which way over the line of `crosses`; default both. Forward is from the left hand to the
    right hand of whoever walks along the line from its first point to its last."""

    by: Other | None = None
    """The other object of a `change`: who left it behind, took it, hides it; default anybody."""

    at_least: Number | None = None
    """Least number of `count`, probability of `expects` (0 to 1; default 0.5), or how many of the
    conditions of `of` must hold."""

    at_most: Number | None = None
    """Highest number of `count`."""

    hysteresis: Number = 0.0
    """By how much a number (`count`, `faster_than`, `slower_than`, `expects`) may fall back behind
    what is asked for and the condition still holds once it held; default 0."""

    for_: Span | None = Field(default=None, alias="for")
    """For how long it must hold without a break (`3s`, `10m`); default a moment. Time in which the
    object is not seen does not count. In a sequence it runs from the step before."""

    votes: tuple[Annotated[int, Field(ge=1, le=64)], Annotated[int, Field(ge=1, le=64)]] | None = (
        None
    )
    """`[k, n]`: it must hold in k of the last n looks; default all of one. For what flickers."""

    lasts: Span | None = None
    """For how long something that happens counts as true; default a moment. With it, two that
    happen one after the other, in whatever order, can be asked for with `all`."""

    times: int | None = Field(default=None, ge=2, le=1000)
    """How often something must happen `within` so long; default once."""

    within: Span | None = None
    """The time for `times`, for a whole sequence (`then`), or for what is expected (`expects`)."""

    all_: "Conditions | None" = Field(default=None, alias="all")
    """All of these hold at once."""

    any_: "Conditions | None" = Field(default=None, alias="any")
    """One of these holds, or more."""

    not_: "ConditionConfig | None" = Field(default=None, alias="not")
    """This does not hold, for an object that is there and has its label."""

    some: "ConditionConfig | None" = None
    """There is somebody for whom this holds, the object itself or another."""

    none: "ConditionConfig | None" = None
    """There is nobody for whom this holds."""

    of: "Conditions | None" = None
    """`at_least` so many of these hold at once."""

    then: "Conditions | None" = None
    """These hold one after the other, the last `within` so long after the first."""

    @model_validator(mode="before")
    @classmethod
    def _yaml_says(cls, said: object) -> Any:  # noqa: ANN401  whatever was written
        """Take `on:` for what it looks like: to YAML it is a yes."""
        if isinstance(said, dict) and True in said:
            return {("on" if key is True else key): value for key, value in said.items()}
        return said

    @property
    def verb(self) -> str | None:
        """The field that says what is asked for; None where somebody is to be there."""
        return next((verb for verb in VERBS if getattr(self, verb) is not None), None)

    def members(self) -> "tuple[tuple[str, ConditionConfig], ...]":
        """Return the conditions it is made of, with their keys."""
        verb = self.verb
        if verb not in COMBINATIONS:
            return ()
        inner, key = getattr(self, verb), key_of(verb)
        if isinstance(inner, ConditionConfig):
            return ((key, inner),)
        return tuple((f"{key}.{number}", one) for number, one in enumerate(inner))


Conditions = Annotated[tuple[ConditionConfig, ...], Field(min_length=1, max_length=32)]
ConditionConfig.model_rebuild()


def key_of(field: str) -> str:
    """Return the key of a field as it is written."""
    return field.removesuffix("_")


def listed_names(names: str | tuple[str, ...] | None) -> tuple[str, ...]:
    """Return one name, or a list of them, as a list."""
    if names is None:
        return ()
    return (names,) if isinstance(names, str) else names
