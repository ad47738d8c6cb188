"""Of what comes on the command topics only what is meant is heeded."""

import random
import re
from collections import Counter
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rig.mangled import mangled

from sinks import Command, Feedback, FeedbackReset, ProfileChoice, SceneAsked, Switch
from sinks.mqtt.orders import BURST, LONGEST, PACE, TOPICS, Orders
from sinks.mqtt.topic import Topics

ROOT: Final = "lookout/box1"
SET: Final = f"{ROOT}/cameras/porch/detect/set"


def orders() -> Orders:
    """Begin anew."""
    return Orders(Topics("lookout", "box1"))


@pytest.mark.parametrize(
    ("topic", "payload", "command"),
    [
        (SET, b"OFF", Switch(camera="porch", switch="detect", on=False)),
        (f"{ROOT}/cameras/yard/reason/set", b"ON", Switch(camera="yard", switch="reason", on=True)),
        (
            f"{ROOT}/cameras/porch/rule/gate/set",
            b"OFF",
            Switch(camera="porch", switch="rule/gate", on=False),
        ),
        (f"{ROOT}/cameras/porch/scene/get", b"", SceneAsked(camera="porch")),
        (f"{ROOT}/profile/set", b"away", ProfileChoice(profile="away")),
        (
            f"{ROOT}/feedback",
            b'{"event": "01K", "verdict": "false_alarm"}',
            Feedback(event="01K", verdict="false_alarm"),
        ),
        (
            f"{ROOT}/feedback",
            b'{"camera": "porch", "rule": "gate", "verdict": "forget"}',
            FeedbackReset(camera="porch", rule="gate", verdict="forget"),
        ),
    ],
)
def test_what_is_meant_is_read(topic: str, payload: bytes, command: object) -> None:
    """Switches and feedback, each in its one form."""
    made = orders()
    assert made.read(topic, payload, retained=False, now=0.0) == command
    assert (made.taken, made.refused) == (1, {})


@pytest.mark.parametrize(
    ("topic", "payload", "retained", "reason"),
    [
        (SET, b"ON", True, "retained"),
        (SET, b"O" * (LONGEST + 1), False, "large"),
        (SET, b"on", False, "invalid"),
        (SET, b"", False, "invalid"),
        (f"{ROOT}/cameras/porch/source/set", b"ON", False, "invalid"),
        (f"{ROOT}/cameras/../detect/set", b"ON", False, "invalid"),
        (f"{ROOT}/cameras/../scene/get", b"", False, "invalid"),
        (f"{ROOT}/cameras/porch/detect/get", b"", False, "unknown"),
        (f"{ROOT}/cameras/porch/detect/state", b"ON", False, "unknown"),
        (f"{ROOT}/cameras/porch/rule/gate/up/set", b"ON", False, "unknown"),
        (f"{ROOT}/cameras/porch/rule/..gate/set", b"ON", False, "invalid"),
        (f"{ROOT}/profile/set", b"Away!", False, "invalid"),
        (f"{ROOT}/profile/set", b"\xff", False, "invalid"),
        (f"{ROOT}/feedback", b'{"event": "x"}', False, "invalid"),
        (f"{ROOT}/feedback", b'{"event": "x", "verdict": "nice"}', False, "invalid"),
        (
            f"{ROOT}/feedback",
            b'{"event": "x", "verdict": "true_alarm", "path": "/"}',
            False,
            "invalid",
        ),
        (f"{ROOT}/feedback", b"[" * 500, False, "invalid"),
    ],
)
def test_what_is_not_is_counted_by_reason(
    topic: str, payload: bytes, retained: bool, reason: str
) -> None:
    """Retained, oversize, unknown, or wrong in any part."""
    made = orders()
    assert made.read(topic, payload, retained=retained, now=0.0) is None
    assert (made.taken, made.refused) == (0, {reason: 1})


@settings(max_examples=300)
@given(
    st.sampled_from([SET, f"{ROOT}/feedback", f"{ROOT}/cameras/p/x/set", f"{ROOT}/cameras//set"]),
    st.binary(max_size=600) | st.text(max_size=100).map(str.encode),
)
def test_whatever_comes_is_read_or_counted(topic: str, payload: bytes) -> None:
    """No payload on any command topic is an error; only exact words turn a switch."""
    made = orders()
    command = made.read(topic, payload, retained=False, now=0.0)
    assert made.taken + made.refused.total() == 1
    if isinstance(command, Switch):
        assert payload in {b"ON", b"OFF"}


def test_a_burst_is_held_to_its_pace_and_others_are_not() -> None:
    """Ten thousand at once on one topic: a few pass; another topic, and a later time, are free."""
    made = orders()
    passed = [made.read(SET, b"ON", retained=False, now=i / 1e6) for i in range(10_000)]
    assert sum(command is not None for command in passed) == BURST
    assert made.read(f"{ROOT}/cameras/yard/detect/set", b"ON", retained=False, now=0.1)
    later = [made.read(SET, b"ON", retained=False, now=10.0) for _ in range(100)]
    assert sum(command is not None for command in later) == min(BURST, int(9.99 * PACE))


def test_the_memory_of_paces_is_bounded() -> None:
    """Names without end cost no memory without end."""
    made = orders()
    for number in range(3 * TOPICS):
        made.read(f"{ROOT}/cameras/c{number}/detect/set", b"ON", retained=False, now=0.0)
    assert len(made._buckets) == TOPICS  # noqa: SLF001 (what is bounded)


EVERY: Final = sorted(
    {
        pattern.replace("+", "porch", 1).replace("+", name)
        for pattern in Topics("lookout", "box1").orders
        for name in ("detect", "reason", "source", "gate")
    }
)
"""Every topic that is listened to, with names in it that there are and that there are not."""


@pytest.mark.fault("F73")
@pytest.mark.parametrize("topic", EVERY)
def test_two_thousand_payloads_are_nothing_but_what_their_topic_is_for(topic: str) -> None:
    """Only the two words of a switch are heeded on its topic, and all the rest is counted."""
    chance, made, count = random.Random(topic), orders(), 2000
    heeded: Counter[Command] = Counter()
    for number in range(count):
        payload = mangled(chance, topic)
        command = made.read(topic, payload, retained=False, now=float(number))
        if command is not None:
            heeded[command] += 1
            assert payload in {b"ON", b"OFF"} or not isinstance(command, Switch)
    assert made.taken + made.refused.total() == count
    assert made.taken == heeded.total()
    for one in heeded:
        match one:
            case Switch(camera="porch", switch=switch):
                assert topic == f"{ROOT}/cameras/porch/{switch}/set"
            case ProfileChoice(profile=profile):
                assert topic == f"{ROOT}/profile/set"
                assert re.fullmatch("[a-z0-9_]{1,32}", profile)
            case SceneAsked(camera="porch"):
                assert topic == f"{ROOT}/cameras/porch/scene/get"
            case Feedback() | FeedbackReset():
                assert topic == f"{ROOT}/feedback"
            case _:
                pytest.fail(f"{one} came of {topic}")
    if topic in (SET, f"{ROOT}/cameras/porch/reason/set"):
        assert len(heeded) == 2, "both words were among them"
