"""Many rules over one scene: what fires on plays whose truth is known."""

import pytest

from reasoners import Chronicle, Event, RuleConfig, Rules
from reasoners.testing import CONFIG, exact, play

RULES = {
    "parcel": {"when": {"label": "backpack", "change": "left_behind", "by": "person"}},
    "taken": {"when": {"label": "backpack", "change": "taken"}},
    "dwells": {"when": {"label": "person", "dwells_in": "yard", "for": "3s"}},
    "loiters": {"when": {"label": "person", "is": "loitering", "where": "yard"}},
    "out": {"when": {"label": "person", "crosses": "gate", "way": "forward"}},
    "crowd": {"when": {"count": "person", "where": "yard", "at_least": 4}},
    "follows": {"when": {"label": "person", "follows": "person"}},
    "runs": {"when": {"label": "person", "is": "running"}},
    "falls": {"when": {"label": "person", "is": "fallen", "for": "2s"}},
    "wrong": {"when": {"label": "car", "is": "wrong_way", "where": "lane"}},
    "passes": {
        "when": {
            "label": "person",
            "then": [{"enters": "yard"}, {"leaves": "yard"}],
            "within": "1m",
        }
    },
    "blocks": {"when": {"label": "car", "is": "blocking", "where": "lane"}},
    "rides": {"when": {"label": "person", "on": "bicycle", "for": 1}},
    "behind": {"when": {"label": "person", "is": "hidden"}},
    "held_up": {"when": {"label": "car", "blocks": "car"}},
}


def engine() -> Rules:
    """Make an engine of all of them."""
    return Rules({name: RuleConfig.model_validate(rule) for name, rule in RULES.items()}, CONFIG)


def events(name: str, seed: int = 7) -> list[Event]:
    """Return the first revisions of the events of a play."""
    told = Chronicle(
        node="box1",
        camera="yard",
        config=CONFIG,
        new_id=lambda camera, ordinal, _: f"{camera}-{ordinal}",
        clock="media",
        ask=None,
        engines=(engine(),),
    )
    found = [r.event for view in exact(play(name, seed), 10) for r in told.observe(view)]
    return [event for event in found if event.type == "new"]


@pytest.mark.parametrize(
    ("name", "fires"),
    [
        ("bag", {"parcel": 1, "taken": 1, "dwells": 2}),
        ("loiterer", {"loiters": 1, "dwells": 1, "passes": 1}),
        ("crowd", {"crowd": 1}),
        ("follower", {"follows": 1, "passes": 2}),
        ("runner", {"runs": 1}),
        ("fall", {"falls": 1}),
        ("lane", {"wrong": 1}),
        ("cyclist", {"rides": 1}),
        ("curtain", {"behind": 1}),
        ("queue", {"held_up": 1, "blocks": 2}),
    ],
)
def test_rules_fire_on_what_happens(name: str, fires: dict[str, int]) -> None:
    """Each play makes the events it must, for the objects it is about, with conditions told."""
    told = events(name)
    for rule, times in fires.items():
        of_it = [event for event in told if event.rule == rule]
        assert len(of_it) == times, (rule, [event.started_at for event in of_it])
        assert all(event.objects and event.conditions for event in of_it)
        assert all(one.since <= event.started_at for event in of_it for one in event.conditions)


def test_what_does_not_happen_fires_nothing() -> None:
    """Two who walk by leave nothing, run nowhere, and make no crowd."""
    quiet = {"parcel", "taken", "crowd", "runs", "falls", "wrong", "blocks", "rides", "loiters"}
    assert not quiet & {event.rule for event in events("passers")}


def test_an_event_carries_which_conditions_held_when() -> None:
    """Kind, objects, place, since, value and frame of each condition stand in the event."""
    (event, *_) = [event for event in events("loiterer") if event.rule == "dwells"]
    (told,) = event.conditions
    assert told.condition == "person dwells_in yard for 3 s"
    assert (told.kind, told.place, told.subjects) == ("dwells_in", "zone:yard", ("t1",))
    assert (told.value, told.wanted, told.unit) == (3.0, 3.0, "s")
    assert told.since == pytest.approx(event.started_at - 3.0)
    assert told.frame == round(event.started_at * 10)


def test_a_rule_that_is_not_enabled_says_nothing() -> None:
    """Off in the file is off."""
    rule = RuleConfig.model_validate({"when": {"label": "person"}, "enabled": False})
    rules = Rules({"off": rule}, CONFIG)
    assert rules.drain() is None


def test_after_a_reset_everything_begins_anew() -> None:
    """Nothing that was going on ends or goes on after the camera was gone."""
    told = Chronicle(
        node="box1",
        camera="yard",
        config=CONFIG,
        new_id=lambda camera, ordinal, _: f"{camera}-{ordinal}",
        clock="media",
        ask=None,
        engines=(engine(),),
    )
    views = list(exact(play("loiterer", 7), 10))
    for view in views[:180]:
        told.observe(view)
    closed = told.close(18.0, "camera_lost")
    assert {r.event.end_reason for r in closed} == {"camera_lost"}
    assert [r.event.rule for r in told.observe(views[180])] == []


def test_a_fall_is_a_hint_with_its_uncertainty() -> None:
    """How plainly it looked like one stands in the condition and in the words, and is never 1."""
    (event,) = [one for one in events("fall", 2) if one.rule == "falls"]
    (condition,) = event.conditions
    assert isinstance(condition.value, float)
    assert 0.5 <= condition.value <= 0.9
    assert f"seems to have fallen, with a confidence of {condition.value:.0%}" in event.explanation
