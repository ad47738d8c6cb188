"""The chain of models out of a configuration."""

from pathlib import Path
from typing import Any

import pytest
from rig.thinking import Notebook

from daemon.clock import Clock
from daemon.config import parse
from daemon.errors import ConfigRejected
from daemon.plan import Plan, plan
from daemon.secrets import Secret, Secrets
from daemon.thinking import Thinking, thinking

MODEL = {"type": "openai", "url": "http://127.0.0.1:1/v1", "model": "m"}


def planned(**parts: Any) -> Plan:
    """Plan one camera."""
    cameras = {"street": {"source": {"type": "synthetic"}}}
    config = parse({"cameras": cameras, **parts}, "lookout.yaml")
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
