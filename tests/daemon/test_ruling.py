"""Which rules each camera has, and what is told of those that do not fit."""

from pathlib import Path

import pytest

from daemon.config import DaemonConfig, load, parse
from daemon.errors import ConfigRejected
from daemon.ruling import problems, rule_names, ruled

ZONE = {"points": [[0, 0], [1, 0], [1, 1]]}
IN = {"when": {"label": "person", "inside": "yard"}}


def config(**more: object) -> DaemonConfig:
    """Make a file with two cameras, of which one has a zone."""
    cameras = {
        "back": {"source": {"type": "synthetic"}, "zones": {"yard": ZONE}},
        "front": {"source": {"type": "synthetic"}},
    }
    return parse({"cameras": cameras, **more}, "l.yaml")


def names(made: DaemonConfig) -> dict[str, tuple[str, ...]]:
    """Return the rules of each camera."""
    return {name: rule_names(ruled(made, name)) for name in made.cameras}


def test_a_shared_rule_is_for_every_camera_that_has_what_it_names() -> None:
    """A camera without rules has the built-in one; one with rules has not."""
    assert names(config()) == {"back": ("presence",), "front": ("presence",)}
    assert names(config(rules={"in": IN})) == {"back": ("in",), "front": ("presence",)}
    named = {**IN, "cameras": ["back"]}
    assert names(config(rules={"in": named}))["back"] == ("in",)


def test_a_camera_may_ask_for_the_built_in_rule_or_do_without() -> None:
    """`presence.enabled` has the last word."""
    for enabled, told in ((True, ("presence", "in")), (False, ("in",))):
        camera = {
            "source": {"type": "synthetic"},
            "zones": {"yard": ZONE},
            "presence": {"enabled": enabled},
            "rules": {"in": IN},
        }
        assert names(config(cameras={"c": camera}))["c"] == told


def test_a_cameras_own_rule_takes_the_place_of_a_shared_one() -> None:
    """Of the same name; one that is not enabled takes it away."""
    own = {"when": {"label": "car"}, "severity": "alert"}
    camera = {"source": {"type": "synthetic"}, "zones": {"yard": ZONE}, "rules": {"in": own}}
    made = config(cameras={"c": camera}, rules={"in": IN})
    assert ruled(made, "c").rules["in"].severity == "alert"
    camera["rules"] = {"in": {**own, "enabled": False}}
    assert names(config(cameras={"c": camera}, rules={"in": IN}))["c"] == ("presence",)


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        (
            {"in": {**IN, "cameras": ["front"]}},
            "rules.in.when.inside: no zone 'yard': the camera has no zones; draw it under `zones:`",
        ),
        (
            {"in": {**IN, "cameras": ["side"]}},
            "rules.in.cameras: no camera 'side'; there are back,",
        ),
        (
            {"in": {"when": {"inside": "yrad"}}},
            (
                "rules.in: no camera has all the zones and lines it names (when.inside: no zone"
                " 'yrad'; is 'yard' meant?)"
            ),
        ),
        (
            {"presence": IN},
            "rules.presence: 'presence' is the built-in rule; give this one another",
        ),
        ({"in": {**IN, "profiles": ["work"]}}, "rules.in.profiles: no profile 'work'; there are"),
        ({"in": {**IN, "timezone": "UTC"}}, "rules.in.timezone: without a `schedule`"),
        ({"in": {"when": {"dwells_in": "yard"}}}, "rules.in.when: `dwells_in` needs `for`"),
    ],
)
def test_what_does_not_fit_is_one_line(rules: dict[str, object], told: str) -> None:
    """File, key, reason and remedy."""
    (line,) = problems(config(rules=rules), "l.yaml")
    assert line.startswith(f"l.yaml: {told}")


def test_the_active_profile_must_be_one_of_them() -> None:
    """Told with those there are."""
    (line,) = problems(config(profile="work"), "l.yaml")
    assert line == (
        "l.yaml: profile: 'work' is none of `profiles` (home, away, night); add it there"
    )


def test_own_rules_are_told_with_their_camera() -> None:
    """The key leads to the camera's section; unknown keys name those that were meant."""
    camera = {"source": {"type": "synthetic"}, "rules": {"in": IN}}
    (line,) = problems(config(cameras={"c": camera}), "l.yaml")
    assert line.startswith("l.yaml: cameras.c.rules.in.when.inside: no zone 'yard'")
    camera["rules"] = {"in": {"when": {"all": [{"lable": "x"}]}}}
    with pytest.raises(ConfigRejected, match=r"when\.all\.0\.lable: unknown key; is `label` meant"):
        config(cameras={"c": camera})


def test_rules_of_other_files_are_included(tmp_path: Path) -> None:
    """Relative to the file; a rule of the file itself takes the place of an included one."""
    (tmp_path / "sets").mkdir()
    (tmp_path / "sets" / "a.yaml").write_text(
        "rules:\n  one: {when: {label: person}}\n  two: {when: {label: car}}\n"
    )
    file = tmp_path / "l.yaml"
    file.write_text(
        "include: [sets/a.yaml]\n"
        "rules: {two: {when: {label: dog}}}\n"
        "cameras: {c: {source: {type: synthetic}}}\n"
    )
    made = load(file)
    assert {name: rule.when.label for name, rule in made.rules.items()} == {
        "one": "person",
        "two": "dog",
    }


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("cameras: {}\n", r"a\.yaml: cameras: unknown key; known here: rules"),
        ("rules: {one: {when: {laebl: x}}}\n", r"a\.yaml: rules\.one\.when\.laebl: unknown key"),
        ("- 1\n", r"a\.yaml: must be a mapping"),
        (None, r"a\.yaml: cannot be read"),
    ],
)
def test_an_included_file_is_named_with_what_is_wrong_in_it(
    tmp_path: Path, text: str | None, told: str
) -> None:
    """Not the file that includes it."""
    if text is not None:
        (tmp_path / "a.yaml").write_text(text)
    file = tmp_path / "l.yaml"
    file.write_text("include: [a.yaml]\ncameras: {c: {source: {type: synthetic}}}\n")
    with pytest.raises(ConfigRejected, match=told):
        load(file)


def test_a_camera_in_a_vehicle_tells_of_the_road_alone() -> None:
    """With the profile it has the warnings asked for, and the built-in rule only on request."""
    dash = {"source": {"type": "synthetic"}, "profile": "driver_assist"}
    told = ("collision", "closing_fast", "person_in_path", "lane_departure", "lead_moved_off")
    assert names(config(cameras={"dash": dash}))["dash"] == told
    both = {**dash, "presence": {"enabled": True}, "driving": {"warn": ["collision"]}}
    assert names(config(cameras={"dash": both}))["dash"] == ("presence", "collision")


def test_a_rule_that_is_called_as_a_warning_is_refused() -> None:
    """Two things of one name would be one event."""
    rules = {"collision": {"when": {"label": "car"}}}
    dash = {"source": {"type": "synthetic"}, "profile": "driver_assist", "rules": rules}
    (told,) = problems(config(cameras={"dash": dash}), "l.yaml")
    assert told.startswith("l.yaml: cameras.dash.rules.collision: driver assist warns by this name")
