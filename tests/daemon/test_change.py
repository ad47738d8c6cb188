"""What another configuration changes, and what of it has to wait."""

from copy import deepcopy
from typing import Any

import pytest

from daemon.change import Change, change
from daemon.config import parse
from daemon.errors import ConfigRejected
from daemon.plan import Plan, plan
from daemon.secrets import Secret, Secrets

ZONE = {"points": [[0, 0], [1, 0], [1, 1]]}
RTSP = {"type": "rtsp", "url": "rtsp://10.0.0.7/1", "credential": "porch"}
MODEL = {"type": "openai", "url": "http://127.0.0.1:1/v1", "model": "m", "credential": "key"}
BEFORE: dict[str, Any] = {
    "sinks": {"out": {"type": "console"}},
    "reasoner": MODEL,
    "detectors": {
        "near": {"type": "detectors.testing:ScriptedDetector"},
        "far": {"type": "detectors.testing:ScriptedDetector", "width": 64},
    },
    "cameras": {
        "porch": {"source": RTSP, "zones": {"step": ZONE}, "detector": "near"},
        "yard": {"source": {"type": "synthetic"}, "detector": "near"},
    },
}


def planned(config: dict[str, Any], porch: str = "one", key: str = "k") -> Plan:
    """Make a plan, with a camera's password and a model's key."""
    found = {"porch": Secret("viewer", porch), "key": Secret(None, key)}
    return plan(parse(config, "lookout.yaml"), "lookout.yaml", Secrets(found, "secrets.toml"))


def changed(config: dict[str, Any], **secrets: str) -> Change:
    """Compare with what was before."""
    return change(planned(BEFORE), planned(config, **secrets))


def with_(path: str, value: object) -> dict[str, Any]:
    """Return the configuration with one key set, or taken out with None."""
    config = deepcopy(BEFORE)
    *places, last = path.split(".")
    place = config
    for one in places:
        place = place.setdefault(one, {})
    if value is None:
        del place[last]
    else:
        place[last] = value
    return config


def test_the_same_file_changes_nothing() -> None:
    """Read once more, whatever the order of its keys and the defaults it spells out."""
    same = with_("cameras.yard.rotate", 0)
    same["cameras"] = dict(reversed(same["cameras"].items()))
    found = changed(same)
    assert (found.begun, found.ended, found.anew) == ((), (), ())
    assert (found.detectors, found.waiting) == ((), ())


@pytest.mark.parametrize(
    ("path", "value", "anew"),
    [
        ("cameras.porch.zones.step.points", [[0, 0], [1, 0], [0, 1]], ("porch",)),
        ("cameras.yard.source.fps", 7, ("yard",)),
        ("cameras.yard.enabled", False, ("yard",)),
        ("cameras.yard.language", "de", ("yard",)),
        ("cameras.yard.title", "The yard", ()),
        ("language", "de", ("porch", "yard")),
        ("tracker", {"type": "bytetrack", "high_score": 0.45}, ("porch", "yard")),
        ("rules.stands", {"when": {"label": "person", "inside": "step"}}, ("porch",)),
        ("detectors.near.width", 128, ("porch", "yard")),
        ("detectors.far.width", 128, ()),
        ("profile", "night", ()),
    ],
)
def test_cameras_change_by_what_is_about_them(path: str, value: Any, anew: tuple[str, ...]) -> None:
    """A camera is built anew for what it is looked at with and for, and for nothing else."""
    found = changed(with_(path, value))
    assert found.anew == anew
    assert (found.begun, found.ended, found.waiting) == ((), (), ())


def test_cameras_come_and_go() -> None:
    """By their names; a renamed one is another."""
    config = with_("cameras.yard", None)
    config["cameras"]["gate"] = {"source": {"type": "synthetic"}, "detector": "near"}
    found = changed(config)
    assert (found.begun, found.ended, found.anew) == (("gate",), ("yard",), ())
    assert list(found.plan.cameras) == ["porch", "gate"]


def test_a_changed_password_is_a_changed_camera() -> None:
    """Nobody else is disturbed by it."""
    assert changed(BEFORE, porch="two").anew == ("porch",)


@pytest.mark.parametrize(
    ("path", "value", "detectors"),
    [
        ("cameras.yard.detector", "far", ("far",)),
        ("detectors.near.width", 128, ("near",)),
        ("detectors.far.width", 128, ()),
        ("cameras.yard.detector", ["near", "far"], ("far",)),
    ],
)
def test_detectors_are_started_that_cameras_come_to_use(
    path: str, value: Any, detectors: tuple[str, ...]
) -> None:
    """One that is changed is another; one that nobody uses is none."""
    assert changed(with_(path, value)).detectors == detectors


@pytest.mark.parametrize(
    ("path", "value", "waiting"),
    [
        ("node", "box2", "node"),
        ("sinks.more", {"type": "console"}, "sinks.more"),
        ("sinks.out", None, "sinks.out"),
        ("reasoner.model", "other", "reasoner"),
        ("journal.days", 3, "journal.days"),
        ("timing.silence", 3, "timing.silence"),
        ("state_dir", "/somewhere", "state_dir"),
        ("cassette", {}, "cassette"),
        ("stats_interval", 5, "stats_interval"),
    ],
)
def test_what_has_to_wait_is_named_and_left_as_it_is(path: str, value: Any, waiting: str) -> None:
    """And the rest is applied: the plan that is at work then has the old value there."""
    config = with_(path, value)
    config["cameras"]["yard"]["rotate"] = 90
    found = changed(config)
    assert found.waiting == (waiting,)
    assert found.anew == ("yard",)
    before, after = planned(BEFORE), found.plan
    for key in ("node", "sinks", "reasoner", "journal", "timing", "cassette", "stats_interval"):
        assert getattr(after.config, key) == getattr(before.config, key)
    assert after.config.state == before.config.state
    assert change(after, planned(config)).waiting == (waiting,), "it waits for as long as it does"


def test_a_changed_key_of_a_model_waits_too() -> None:
    """The one in use stays, and the next reload still says so."""
    found = changed(BEFORE, key="other")
    assert found.waiting == ("reasoner.credential",)
    assert found.plan.reasoners[0].key == "k"
    assert change(found.plan, planned(BEFORE, key="other")).waiting == ("reasoner.credential",)


def test_what_does_not_hold_without_what_waits_is_refused_whole() -> None:
    """A camera that says nothing of a cloud may come with a model on this machine, not before."""
    cloud = {"type": "openai", "url": "https://models.example/v1", "model": "m"}
    config = with_("reasoner", cloud)
    config["cameras"]["porch"]["cloud"] = config["cameras"]["yard"]["cloud"] = False
    before = planned(config)
    with pytest.raises(ConfigRejected) as refused:
        change(before, planned(BEFORE))
    first, *rest = refused.value.problems
    assert first == "lookout.yaml: reasoner: restart to apply; the rest needs it:"
    assert [line.partition(": pictures")[0] for line in rest] == [
        "lookout.yaml: cameras.porch.cloud",
        "lookout.yaml: cameras.yard.cloud",
    ]


def test_a_camera_may_be_looked_at_by_other_detectors() -> None:
    """A detector under another name is another, though its options are the same."""
    config = deepcopy(BEFORE)
    config["detectors"]["close"] = config["detectors"]["near"]
    config["cameras"]["porch"]["detector"] = "close"
    found = changed(config)
    assert (found.anew, found.detectors) == (("porch",), ("close",))
