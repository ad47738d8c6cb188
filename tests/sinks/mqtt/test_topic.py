"""Where each message goes."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rig.revisions import revision

from sinks import (
    CameraStatus,
    Forecast,
    FrameReport,
    Message,
    Notice,
    ObjectCounts,
    Place,
    SceneReport,
    Snapshot,
    Stats,
    ZoneCounts,
)
from sinks.mqtt.topic import Topics

TOPICS = Topics("lookout", "box1")
names = st.from_regex(r"\A[a-z0-9_]{1,32}\Z")


@pytest.mark.parametrize(
    ("message", "topics", "retain", "qos"),
    [
        (
            CameraStatus(camera="yard", state="online", since=1),
            ["cameras/yard/state", "cameras/yard/status"],
            True,
            1,
        ),
        (ObjectCounts(camera="yard", at=1, counts={}), ["cameras/yard/objects"], True, 1),
        (
            ZoneCounts(camera="yard", zone="step", at=1, counts={}),
            ["cameras/yard/zones/step"],
            True,
            1,
        ),
        (Snapshot(camera="yard", event="e1", jpeg=b"\xff"), ["cameras/yard/snapshot"], True, 1),
        (Forecast(camera="yard", event="e1", jpeg=b"\xff"), ["cameras/yard/forecast"], True, 1),
        (
            FrameReport(camera="yard", index=1, captured_at=1, received_at=1, published_at=1),
            ["cameras/yard/frames"],
            False,
            0,
        ),
        (SceneReport(camera="yard", at=1), ["cameras/yard/scene"], False, 1),
        (Notice(kind="gap", at=1, node="box1", text="lost 3"), ["notices"], False, 1),
        (Stats(at=1, node="box1", uptime_s=1), ["stats"], False, 1),
    ],
)
def test_each_message_has_its_topics(
    message: Message, topics: list[str], retain: bool, qos: int
) -> None:
    """Topic, retention and quality of service are those of the design."""
    letters = TOPICS.message(message)
    assert [letter.topic for letter in letters] == [f"lookout/box1/{topic}" for topic in topics]
    assert {letter.retain for letter in letters} == {retain}
    assert {letter.qos for letter in letters} == {qos}


def test_a_state_is_a_bare_word_beside_the_whole_record() -> None:
    """Automations compare a word; people read the reason."""
    word, record = TOPICS.message(
        CameraStatus(camera="yard", state="refused", reason="wrong password", since=5)
    )
    assert word.payload == b"refused"
    assert json.loads(record.payload) == {
        "schema": "lookout.camera/1",
        "camera": "yard",
        "state": "refused",
        "reason": "wrong password",
        "since": 5,
        "reader": None,
        "transport": None,
        "decoder": None,
    }


def test_an_event_goes_out_as_it_is_and_is_not_retained() -> None:
    """The payload is the event's own line; nobody gets an old event for a new one."""
    event = revision(1, rule="parcel_left")
    letter = TOPICS.event(event)
    assert letter.topic == "lookout/box1/events/porch/parcel_left"
    assert letter.payload == event.wire().encode()
    assert (letter.qos, letter.retain) == (1, False)


def test_availability_is_retained() -> None:
    """Whoever subscribes later knows whether we are there."""
    here, gone = TOPICS.present(online=True), TOPICS.present(online=False)
    assert (here.payload, gone.payload) == (b"online", b"offline")
    assert here.topic == gone.topic == "lookout/box1/availability"
    assert here.retain
    assert gone.retain


@given(camera=names, rule=names, zone=names, node=names)
def test_no_name_leads_out_of_the_tree_or_into_anothers_place(
    camera: str, rule: str, zone: str, node: str
) -> None:
    """Topics are plain, below the node, and two messages never share a retained one by chance."""
    topics = Topics("lookout", node)
    letters = [
        topics.event(revision(1, camera=camera, rule=rule)),
        topics.present(online=True),
        *topics.message(CameraStatus(camera=camera, state="online", since=1)),
        *topics.message(ObjectCounts(camera=camera, at=1, counts={})),
        *topics.message(ZoneCounts(camera=camera, zone=zone, at=1, counts={})),
        *topics.message(Snapshot(camera=camera, event="e1", jpeg=b"\xff")),
    ]
    found = [letter.topic for letter in letters] + [topics.selftest]
    assert len(set(found)) == len(found)
    for topic in found:
        assert re.fullmatch(rf"lookout/{node}(/[a-z0-9_]+)+", topic)


def test_what_is_not_configured_any_more_is_found_and_cleared() -> None:
    """Zones and rules of cameras that stay, and everything of cameras that went."""
    topics = Topics("lookout", "box1")
    root = "lookout/box1/cameras"
    found = {
        f"{root}/porch/state",
        f"{root}/porch/zones/step",
        f"{root}/porch/zones/lawn",
        f"{root}/porch/rules/presence",
        f"{root}/porch/rules/old_rule",
        f"{root}/porch/rule/presence/state",
        f"{root}/porch/rule/old_rule/state",
        f"{root}/porch/forecast",
        f"{root}/porch/snapshot",
        f"{root}/lawn/forecast",
        f"{root}/shed/state",
        f"{root}/shed/zones/bench",
    }
    porch = Place("porch", "Porch", {"step": "Step"}, rules={"presence": "presence"})
    lawn = Place("lawn", "Lawn", forecast=True)
    parts = (
        *("detect/state", "forecast", "latest", "objects", "reason/state", "snapshot", "state"),
        "status",
    )
    assert topics.ghosts(found, [porch, lawn], ["garage", "porch"]) == sorted(
        [
            f"{root}/porch/forecast",
            f"{root}/porch/zones/lawn",
            f"{root}/porch/rules/old_rule",
            f"{root}/porch/rule/old_rule/state",
            f"{root}/shed/zones/bench",
            *(f"{root}/{camera}/{part}" for camera in ("garage", "shed") for part in parts),
        ]
    )


def test_pictures_are_read_again_only_where_some_are_shown_no_more() -> None:
    """They are large: those of cameras that have forecasts cost their way at each connect."""
    drawn, plain = Place("lawn", "Lawn", forecast=True), Place("porch", "Porch")
    for cameras, pictures, read in (
        ([drawn], True, set()),
        ([drawn, plain], True, {"forecast"}),
        ([drawn], False, {"forecast", "snapshot"}),
    ):
        topics = Topics("lookout", "box1", pictures)
        matched = {pattern.rpartition("/")[2] for pattern in topics.remains(cameras)}
        assert matched & {"forecast", "snapshot"} == read
