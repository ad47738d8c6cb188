"""Conditions on one line, as their rule says them."""

from typing import Final

from reasoners.rules.condition import RELATIONS, ConditionConfig, Other, OtherConfig, key_of
from reasoners.words import duration

NUMBERS: Final = ("faster_than", "slower_than")
JOINED: Final = {"all_": " and ", "any_": " or ", "of": ", ", "then": " then "}


def said(condition: ConditionConfig) -> str:
    """Say a condition, such as `person dwells_in step for 3 s`."""
    return " ".join(filter(None, (_names(condition.label), _asked(condition), _how(condition))))


def _asked(condition: ConditionConfig) -> str:
    verb = condition.verb
    if verb is None:
        return "is there"
    wanted, key = getattr(condition, verb), key_of(verb)
    if verb in JOINED:
        return f"({JOINED[verb].join(said(one) for one in wanted)})"
    if isinstance(wanted, ConditionConfig):
        return f"{key} ({said(wanted)})"
    if verb in NUMBERS:
        return f"{key} {wanted:g} m/s"
    return f"{key} {_other(wanted) if verb in RELATIONS else _names(wanted)}"


def _how(condition: ConditionConfig) -> str:
    least, most = condition.at_least, condition.at_most
    told = (
        condition.by is not None and f"by {_other(condition.by)}",
        condition.where is not None and f"where {_names(condition.where)}",
        condition.way is not None and condition.way,
        least is not None and f"at_least {least:g}",
        most is not None and f"at_most {most:g}",
        condition.score is not None and f"score {condition.score:g}",
        condition.for_ is not None and f"for {duration(condition.for_)}",
        condition.times is not None and f"{condition.times} times",
        condition.within is not None and f"within {duration(condition.within)}",
        condition.lasts is not None and f"lasts {duration(condition.lasts)}",
        condition.votes is not None and f"in {condition.votes[0]} of {condition.votes[1]} looks",
    )
    return " ".join(part for part in told if isinstance(part, str))


def _names(names: str | tuple[str, ...] | None) -> str:
    if names is None:
        return ""
    return names if isinstance(names, str) else "/".join(names)


def _other(other: Other) -> str:
    if isinstance(other, OtherConfig):
        where = f" inside {_names(other.inside)}" if other.inside is not None else ""
        return f"{_names(other.label) or 'any'}{where}"
    return _names(other)
