"""What can be wrong with a rule by itself: keys that do not go together, what can never hold."""

from collections.abc import Iterator
from itertools import chain

from reasoners.rules.compiling import broad, leaves, momentary
from reasoners.rules.condition import (
    COMBINATIONS,
    VERBS,
    ConditionConfig,
    key_of,
    listed_names,
)
from reasoners.words import duration

LEAVES = 32
"""Conditions of one rule; an event carries no more."""

DEPTH = 6
"""How deep conditions may be nested."""

Problem = tuple[str, str]
"""Where, and what is wrong and what to do."""

_WHERE = {
    "where": ("is_", "count", "change", "expects"),
    "way": ("crosses", "change"),
    "by": ("change",),
    "at_least": ("count", "of", "expects"),
    "at_most": ("count",),
}
"""Keys that go only with these."""


def problems(condition: ConditionConfig) -> list[Problem]:
    """Return all that is wrong with a rule's conditions."""
    found = list(_problems(condition, "when", 1))
    count = sum(1 for _ in leaves(condition))
    if count > LEAVES:
        found.append(("when", f"{count} conditions; a rule may have {LEAVES}, so make two of it"))
    return found


def _problems(condition: ConditionConfig, path: str, depth: int) -> Iterator[Problem]:
    if depth > DEPTH:
        yield path, f"nested deeper than {DEPTH} times; make two rules of it"
        return
    yield from _keys(condition, path)
    yield from _times(condition, path)
    yield from _numbers(condition, path)
    if condition.verb in {"all_", "then", "of"}:
        yield from _one_object(condition, path)
    if condition.verb == "then":
        yield from _order(condition, path)
    for key, inner in condition.members():
        yield from _problems(inner, f"{path}.{key}", depth + 1)


def _keys(condition: ConditionConfig, path: str) -> Iterator[Problem]:
    verbs = [key_of(verb) for verb in VERBS if getattr(condition, verb) is not None]
    if len(verbs) > 1:
        named = " and ".join(f"`{verb}`" for verb in verbs)
        yield path, f"asks for {named} at once; put each into a condition of its own under `all`"
    for key, allowed in _WHERE.items():
        if getattr(condition, key) is not None and condition.verb not in allowed:
            names = ", ".join(f"`{key_of(verb)}`" for verb in allowed)
            yield f"{path}.{key}", f"goes only with {names}; remove it"
    if condition.verb is None and condition.label is None:
        yield path, "asks for nothing; give a `label`, or one of the keys in docs/rules.md"
    if condition.score is not None and condition.verb in COMBINATIONS:
        yield f"{path}.score", "belongs to the conditions inside; move it there"
    if condition.hysteresis and condition.verb not in {
        *("count", "faster_than", "slower_than", "expects"),
    }:
        yield f"{path}.hysteresis", "goes only with numbers; zones and lines have theirs built in"


def _times(condition: ConditionConfig, path: str) -> Iterator[Problem]:
    yield from _needs(condition, path)
    happens = momentary(condition.model_copy(update={"lasts": None, "votes": None}))
    if condition.for_ is not None and happens and condition.lasts is None:
        yield (
            f"{path}.for",
            "it happens in a moment and does not last; say `lasts`, or ask for a state",
        )
    if condition.votes is not None:
        needed, looks = condition.votes
        if needed > looks:
            yield f"{path}.votes", f"{needed} of {looks} cannot be; give [k, n] with k up to n"
        if happens:
            yield f"{path}.votes", "it happens in one moment; say `times` and `within`"
    for key in ("lasts", "times"):
        if getattr(condition, key) is not None and not happens:
            yield (
                f"{path}.{key}",
                "goes only with what happens, such as `enters`; it holds by itself",
            )


def _needs(condition: ConditionConfig, path: str) -> Iterator[Problem]:
    """Find times that are missing, and `within` where it means nothing."""
    if condition.verb == "dwells_in" and condition.for_ is None:
        yield path, "`dwells_in` needs `for`, such as `for: 10s`; without, say `inside`"
    if condition.times is not None and condition.within is None:
        yield path, "`times` needs `within`, such as `within: 1m`"
    wants = condition.times is not None or condition.verb in {"then", "expects"}
    if condition.within is not None and not wants:
        yield f"{path}.within", "goes only with `then`, `times` and `expects`; remove it"
    if condition.verb == "then" and not condition.within:
        yield path, "`then` needs `within`, such as `within: 30s`: the time for all of it"


def _numbers(condition: ConditionConfig, path: str) -> Iterator[Problem]:
    least, most = condition.at_least, condition.at_most
    if condition.verb == "count":
        if least is None and most is None:
            yield path, "`count` needs `at_least` or `at_most`"
        elif least is not None and most is not None and least > most:
            yield path, f"at least {least:g} and at most {most:g} cannot be; swap them"
    if condition.verb == "of":
        parts = len(condition.of or ())
        if least is None or least != round(least) or not 1 <= least <= parts:
            yield path, f"`of` needs `at_least` with a whole number from 1 to {parts}"
    if condition.verb == "expects" and least is not None and least > 1:
        yield f"{path}.at_least", f"a probability runs from 0 to 1 (it is {least:g})"
    if condition.verb == "then" and len(condition.then or ()) < 2:  # noqa: PLR2004
        yield f"{path}.then", "a sequence needs two conditions or more"


def _one_object(condition: ConditionConfig, path: str) -> Iterator[Problem]:
    """Find conditions of one object that no object can fulfil together."""
    if condition.verb == "of":
        return
    seen: frozenset[str] | None = None
    for key, inner in condition.members():
        labels = frozenset(listed_names(inner.label))
        if broad(inner) or not labels or "any" in labels or inner.verb == "not_":
            continue
        if seen is not None and not seen & labels:
            yield (
                f"{path}.{key}",
                f"no object is {_either(seen)} and {_either(labels)}; put one of them under `some`",
            )
        seen = labels if seen is None else seen & labels or labels
    if condition.verb == "all_":
        members = [inner for _, inner in condition.members()]
        inside = set(chain.from_iterable(listed_names(one.outside) for one in members))
        for key, inner in condition.members():
            wanted = set(listed_names(inner.inside)) | set(listed_names(inner.dwells_in))
            if wanted and wanted <= inside:
                name = _either(frozenset(wanted))
                yield f"{path}.{key}", f"nothing is inside {name} and outside; remove one of them"


def _order(condition: ConditionConfig, path: str) -> Iterator[Problem]:
    members = condition.members()
    within = condition.within
    for number, (key, inner) in enumerate(members):
        if number and within and inner.for_ is not None and inner.for_ >= within:
            told = f"lasts {duration(inner.for_)}, so the sequence is never over within"
            yield f"{path}.{key}.for", f"{told} {duration(within)}; raise `within`"
        if number < len(members) - 1 and inner.change == "vanished":
            yield (
                f"{path}.{key}",
                "who has vanished does nothing any more; put this, or what follows, under `some`",
            )
        if number and inner.change == "appeared":
            yield (
                f"{path}.{key}",
                "nobody does something before appearing; put what comes before under `some`",
            )


def _either(names: frozenset[str]) -> str:
    return " or ".join(sorted(names))
