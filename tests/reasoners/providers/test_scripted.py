"""A model that answers by script."""

import pytest
from rig.thinking import job

from reasoners import Limits, ReasonerUnavailable
from reasoners.providers.scripted import ScriptedConfig, ScriptedReasoner, least
from reasoners.vlm.call import call
from reasoners.vlm.prompt import prompt
from reasoners.vlm.reply import read

CALL = call((job(1),), Limits())
PROMPT = prompt(CALL)


async def test_replies_come_in_turn_and_the_last_stays() -> None:
    """Texts as they are, objects as JSON, after as many failures as wanted."""
    config = ScriptedConfig(replies=("one", {"two": 2}), fails=1)
    async with ScriptedReasoner("s", config, None) as reasoner:
        with pytest.raises(ReasonerUnavailable):
            await reasoner.complete(PROMPT)
        said = [(await reasoner.complete(PROMPT)).text for _ in range(3)]
    assert said == ['{"two": 2}'] * 3
    async with ScriptedReasoner("s", ScriptedConfig(replies=("one", "two")), None) as reasoner:
        assert [(await reasoner.complete(PROMPT)).text for _ in range(3)] == ["one", "two", "two"]


async def test_without_a_script_the_answer_fits_the_form() -> None:
    """The least that the schema allows; tokens are counted by words."""
    async with ScriptedReasoner("s", ScriptedConfig(), None) as reasoner:
        said = await reasoner.complete(PROMPT)
    assert read(said.text, CALL).answers["q1"].answer == "yes"
    assert said.asked is not None
    assert said.asked > 300
    assert least(None) == "A scene."
