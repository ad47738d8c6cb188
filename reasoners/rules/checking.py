"""Whether a rule fits a camera: its zones and lines are there and can do what the rule asks."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Final

from reasoners.rules.compiling import leaves
from reasoners.rules.condition import RELATIONS, ConditionConfig, OtherConfig, key_of, listed_names
from reasoners.rules.rule import RuleConfig
from reasoners.rules.shape import Problem, problems
from reasoners.scene.line import LineConfig
from reasoners.scene.zone import ZoneConfig

_ZONES: Final = ("inside", "outside", "dwells_in", "enters", "leaves")
_NEEDS: Final = {
    "loitering": ("loiter", "2m", "nobody loiters"),
    "loitered": ("loiter", "2m", "nobody loiters"),
    "blocking": ("keep_clear", "5s", "nothing blocks"),
    "blocked": ("keep_clear", "5s", "nothing blocks"),
    "crowded": ("crowd", "10", "it is never crowded"),
    "uncrowded": ("crowd", "10", "it is never crowded"),
    "wrong_way": ("way", "90", "no way is wrong"),
}
"""What a zone must say for a state or change of this word to come about in it."""


def check(
    rule: RuleConfig, zones: Mapping[str, ZoneConfig], lines: Mapping[str, LineConfig]
) -> list[Problem]:
    """Return all that is wrong with a rule on a camera of these zones and lines."""
    return [*problems(rule.when), *missing(rule, zones, lines), *_unfit(rule, zones, lines)]


def missing(
    rule: RuleConfig, zones: Mapping[str, ZoneConfig], lines: Mapping[str, LineConfig]
) -> list[Problem]:
    """Return the zones and lines that a rule names and the camera does not have."""
    found: list[Problem] = []
    for path, leaf in leaves(rule.when):
        for key, name, kind in _named(leaf):
            known = {"zone": [*zones], "line": [*lines], "zone or line": [*zones, *lines]}[kind]
            if name not in known:
                found.append((f"{path}.{key}", _unknown(name, kind, known)))
    return found


def _named(leaf: ConditionConfig) -> Iterator[tuple[str, str, str]]:
    """Yield key, name and kind of every place a condition names."""
    for key in _ZONES:
        yield from ((key, name, "zone") for name in listed_names(getattr(leaf, key)))
    yield from (("crosses", name, "line") for name in listed_names(leaf.crosses))
    kind = "zone or line" if leaf.change or leaf.expects else "zone"
    yield from (("where", name, kind) for name in listed_names(leaf.where))
    for key in (*RELATIONS, "by"):
        other = getattr(leaf, key)
        if isinstance(other, OtherConfig):
            yield from ((f"{key}.inside", name, "zone") for name in listed_names(other.inside))


def _unknown(name: str, kind: str, known: list[str]) -> str:
    close = get_close_matches(name, known, 1)
    if close:
        return f"no {kind} {name!r}; is {close[0]!r} meant?"
    if known:
        return f"no {kind} {name!r}; there are {', '.join(sorted(known))}"
    plural = {"zone": "zones", "line": "lines"}.get(kind, "zones or lines")
    return f"no {kind} {name!r}: the camera has no {plural}; draw it under `{plural}:`"


def _unfit(
    rule: RuleConfig, zones: Mapping[str, ZoneConfig], lines: Mapping[str, LineConfig]
) -> Iterator[Problem]:
    """Find states and changes that cannot come about, as no zone asks for them."""
    for path, leaf in leaves(rule.when):
        word = leaf.is_ or leaf.change
        if word not in _NEEDS:
            continue
        attribute, example, without = _NEEDS[word]
        named = listed_names(leaf.where)
        if word == "wrong_way" and _has_way(lines, named) and leaf.change:
            continue
        candidates = [name for name in named if name in zones] or ([] if named else [*zones])
        if any(getattr(zones[name], attribute) is not None for name in candidates):
            continue
        where = f"zone {candidates[0]}" if len(candidates) == 1 else "any zone"
        key = key_of("is_" if leaf.is_ else "change")
        yield (
            f"{path}.{key}",
            (
                f"without `{attribute}` {without} in {where}; give the zone one, such as"
                f" `{attribute}: {example}`"
            ),
        )


def _has_way(lines: Mapping[str, LineConfig], named: tuple[str, ...]) -> bool:
    return any(line.way != "both" for name, line in lines.items() if not named or name in named)
