"""Why a rule fired, read as a person reads it."""

from collections.abc import Callable
from typing import Any

import pytest

from detectors import Track
from reasoners.firing import Ground
from reasoners.language.catalogue import catalogue, languages
from reasoners.scene.change import KINDS
from reasoners.scene.relation import INVERSE
from reasoners.scene.thing import Thing
from reasoners.telling.reasons import MEASURES, reason
from reasoners.telling.saying import Saying

SAYING = Saying(lambda number: (number, "person"), {"zone:step": "Front step"})


def thing(track: Callable[..., Track], number: int, label: str = "person") -> Thing:
    """Make an object."""
    return Thing.of(track(number, label=label), number, 0, 16 / 9, first=False)


def said(
    kind: str,
    things: tuple[Thing, ...] = (),
    language: str = "en",
    until: float | None = None,
    **more: Any,
) -> str:
    """Say why a rule fired that has one condition."""
    ground = Ground(kind, f"{kind} as written", 1.0, 4.0, 40, until, things, **more)
    return catalogue(language).sentence(reason("parcel", things[:1], [ground], SAYING, 4.0))


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", 'Rule parcel fired because person t1 is in zone "Front step" (for 3 s).'),
        ("de", "Regel parcel hat ausgelöst: Person t1 ist in Zone „Front step“ (seit 3 s)."),
        ("zh", "规则“parcel”被触发，因为人 t1 停留在区域“Front step”内（已 3 秒）。"),
    ],
)
def test_a_reason_names_who_where_and_since_when(
    track: Callable[..., Track], language: str, says: str
) -> None:
    """A condition reads as a sentence, in every language."""
    more: dict[str, Any] = {"place": "zone:step", "value": 3.0, "unit": "s"}
    assert said("dwells_in", (thing(track, 1),), language, **more) == says


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", "Rule wait fired; it held that person t1 stands still (for 3 s)."),
        ("de", "Regel wait hatte ausgelöst; es galt: Person t1 steht still (3 s lang)."),
        ("zh", "规则“wait”曾被触发，当时人 t1 静止不动（持续 3 秒）。"),
    ],
)
def test_what_is_over_is_not_said_to_hold(
    track: Callable[..., Track], language: str, says: str
) -> None:
    """At the end a condition lasted until it was last seen to hold, whatever the time is now."""
    who = (thing(track, 1),)
    ground = Ground("still", "is still", 1.0, 4.0, 40, things=who)
    over = reason("wait", who, [ground], SAYING, 9.0, ended_at=7.0)
    assert catalogue(language).sentence(over) == says
    going_on = catalogue("en").sentence(reason("wait", who, [ground], SAYING, 5.0))
    assert going_on.endswith("because person t1 stands still (for 3 s).")


def test_what_takes_no_time_is_said_to_have_happened(track: Callable[..., Track]) -> None:
    """A crossing has its way, and when it was."""
    more: dict[str, Any] = {"place": "line:gate", "value": "forward"}
    assert said("crosses", (thing(track, 1),), until=1.0, **more) == (
        "Rule parcel fired because person t1 crossed line gate forward (3 s ago)."
    )


def test_numbers_are_those_that_were_measured(track: Callable[..., Track]) -> None:
    """Counts, speeds and shares stand in the sentence."""
    people = tuple(thing(track, number) for number in (1, 2, 3))
    assert said("count", people, place="zone:step", value=3).startswith(
        'Rule parcel fired because 3 people are in zone "Front step"'
    )
    assert "goes at 4.2 m/s, faster than 3 (" in said(
        "faster_than", people[:1], value=4.21, wanted=3.0, unit="m/s"
    )
    assert "is likely to enter zone step (70%)" not in said("expects_enters", people[:1])
    assert 'is likely to enter zone "Front step" (70%)' in said(
        "expects_enters", people[:1], place="zone:step", value=0.7
    )


def test_a_condition_without_words_is_told_in_the_rule_s_own(track: Callable[..., Track]) -> None:
    """What no catalogue has is quoted, not dropped and not translated."""
    assert said("votes", (thing(track, 1),)) == (
        'Rule parcel fired because person t1 meets "votes as written" (for 3 s).'
    )
    assert said("none") == 'Rule parcel fired because "none as written" holds (for 3 s).'


@pytest.mark.parametrize("language", languages())
def test_every_kind_of_change_state_and_relation_has_words(
    track: Callable[..., Track], language: str
) -> None:
    """With all that can be measured of it, none needs the rule's own words."""
    two = (thing(track, 1), thing(track, 2, "dog"))
    states = ("moving", "still", "running", "fallen", "hidden", "loitering", "blocking")
    kinds = [*KINDS, *INVERSE, *states, "inside", "outside", "enters", "leaves", "count", "grouped"]
    for kind in kinds:
        way: float | str = "backward" if kind == "crossed" else 2
        text = said(kind, two, language, place="zone:step", value=way, wanted=1.0)
        assert "as written" not in text, kind
        assert "{" not in text


def test_many_are_counted_and_no_condition_needs_any(track: Callable[..., Track]) -> None:
    """Of many objects four are named; a firing without conditions only says whom it is about."""
    things = [thing(track, number) for number in range(1, 7)]
    plain = reason("crowd", things, [], SAYING, 4.0)
    assert catalogue("en").sentence(plain) == (
        "Rule crowd fired about person t1, person t2, person t3, person t4 and 2 more."
    )
    assert catalogue("de").sentence(reason("night", [], [], SAYING, 4.0)) == (
        "Regel night hat ausgelöst."
    )


def test_what_is_measured_of_traffic_has_words_in_every_language(
    track: Callable[..., Track],
) -> None:
    """A warning to a driver reads as such, figures included and not dated."""
    car = (thing(track, 3, "car"),)
    assert said("time_to_contact", car, value=2.13, unit="s", wanted=2.4) == (
        "Rule parcel fired because car t3 would be reached in 2.1 s."
    )
    for kind in sorted(MEASURES):
        for language in languages():
            text = said(kind, car, language, value=2.0)
            assert "as written" not in text, kind
            assert "2" in text or kind == "passes_ahead"
