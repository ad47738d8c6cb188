"""The chain of models out of a configuration."""

from pathlib import Path
from typing import Any

import pytest
from rig.revisions import revision
from rig.thinking import Notebook, job

from daemon.clock import Clock
from daemon.config import parse
from daemon.errors import ConfigRejected
from daemon.plan import Plan, plan
from daemon.secrets import Secret, Secrets
from daemon.thinking import Thinking, thinking
from daemon.thinking.opinions import Opinions
from reasoners import Answer, Reasoning

MODEL = {"type": "openai", "url": "http://127.0.0.1:1/v1", "model": "m"}


def planned(**parts: Any) -> Plan:
    """Plan one camera."""
    cameras = {"street": {"source": {"type": "synthetic"}}}
    config = parse({"cameras": cameras} | parts, "lookout.yaml")
    return plan(config, "lookout.yaml", Secrets({"key": Secret(None, "two words")}))


def built(made: Plan, **more: Any) -> Thinking | None:
    """Build what the plan asks for."""
    return thinking(
        made,
        keeper=Notebook(),
        clock=Clock(),
        beat=lambda: None,
        told=lambda *_: None,
        **more,
    )


def test_without_a_model_nobody_thinks() -> None:
    """No reasoner, no queue."""
    assert built(planned()) is None


def test_a_cassette_without_a_model_is_told_at_the_start(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """One warning with its key; none where something is recorded, nor in a replay."""
    state = {"state_dir": str(tmp_path), "cassette": {}}
    built(planned(**state), in_turn=True)
    built(planned(**state, reasoner=MODEL))
    assert not caplog.messages
    built(planned(**state))
    (line,) = caplog.messages
    assert line.startswith("lookout.yaml: cassette: nothing is recorded, for no model is ")


def test_budget_and_chain_come_from_the_file() -> None:
    """Limits of the first, both models in order, and the sum of what they take at once."""
    first = {**MODEL, "budget": {"calls_per_hour": 30}, "waiting": 5, "at_once": 3}
    second = {**MODEL, "smaller": True, "patches": 256, "images": 2}
    one = built(planned(reasoner=first, reasoners={"spare": second}))
    assert one is not None
    assert [provider.offer.name for provider in one.governor.providers] == ["reasoner", "spare"]
    assert one.governor.queue.most == 5
    assert one.governor.providers[1].offer.smaller
    assert one.governor.purse.within("calls", 0.0) == 0


def test_a_replay_knows_no_budget(tmp_path: Path) -> None:
    """What a recording costs is not the camera's budget; answers go on a cassette."""
    first = {**MODEL, "budget": {"calls_per_hour": 1}}
    one = built(planned(reasoner=first), in_turn=True, cassette=tmp_path / "tape")
    assert one is not None
    assert all(one.governor.purse.spent(kind) == 0 for kind in ("calls", "tokens"))


def test_a_key_that_no_header_carries_is_a_wrong_configuration() -> None:
    """One line, with the file's name, without the key."""
    with pytest.raises(
        ConfigRejected, match=r"^lookout\.yaml: reasoner reasoner: the key"
    ) as caught:
        built(planned(reasoner={**MODEL, "credential": "key"}))
    assert "two words" not in str(caught.value)


def test_memory_and_second_opinions_come_from_the_file() -> None:
    """Of the first model; the one for second opinions is known by its name."""
    first = {**MODEL, "memory": 0, "second": {"severity": "warning", "by": "large"}, "prose": True}
    one = built(planned(reasoner=first, reasoners={"spare": MODEL, "large": MODEL}))
    assert one is not None
    assert one.opinions == Opinions(frozenset({"alert", "warning"}), by=2)
    minding = one.minding
    minding.recall([revision(1, description="A man waits.")])
    assert minding.minded(job(2, camera="porch")).memory == ()


def test_a_second_opinion_of_nobody_is_refused() -> None:
    """The names that there are stand beside."""
    with pytest.raises(ConfigRejected, match=r"second\.by: no model 'x'; there are reasoner"):
        built(planned(reasoner={**MODEL, "second": {"by": "x"}}))


@pytest.mark.parametrize(
    ("camera", "rule", "need"),
    [
        ({"presence": {"ask": {"question": "A courier?", "need": 0.7}}}, "presence", 0.75),
        ({}, "presence", 0.55),
        ({"rules": {"gate": {"when": {"label": "person"}, "verify": True}}}, "gate", 0.55),
        ({"rules": {"gate": {"when": {"label": "person"}}}}, "gate", None),
        ({}, "gone", None),
    ],
)
def test_words_of_people_move_what_the_file_says(
    camera: dict[str, Any], rule: str, need: float | None
) -> None:
    """Whatever decides about a rule's events; of rules that ask nothing, or are gone, nothing."""
    source = {"source": {"type": "synthetic"}}
    made = planned(cameras={"street": source | camera}, reasoner=MODEL)
    one = built(made)
    assert one is not None
    answers = (Answer(question=rule, answer="yes", confidence=0.9),)
    verified = Reasoning(state="verified")
    event = revision(1, camera="street", rule=rule, answers=answers, reasoning=verified)
    one.minding.judge([(event, "false_alarm")])
    assert one.minding.needs().get(f"street/{rule}", {}).get("need") == need
