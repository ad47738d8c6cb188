"""Ollama by its own API."""

from reasoners import Prompt, Turn
from reasoners.providers.ollama import OllamaConfig, OllamaReasoner
from reasoners.testing import Script, ScriptedModel

LINES = (
    b'{"model": "m", "message": {"role": "assistant", "content": "{\\"a\\""}, "done": false}\n',
    b'{"model": "m", "message": {"role": "assistant", "content": ": 1}"}, "done": false}\n',
    b'{"message": {"content": ""}, "done": true, "prompt_eval_count": 900, "eval_count": 12}\n',
)


PROMPT = Prompt((Turn("user", ("What?",)),), {"type": "object"})


async def test_it_is_asked_at_its_own_path_and_understood() -> None:
    """The URL may end with `/v1` as elsewhere; the answer comes in lines."""
    script = Script(headers=(("content-type", "application/x-ndjson"),), chunks=LINES)
    async with ScriptedModel(script) as model:
        for url in (model.url, model.url.removesuffix("/v1")):
            config = OllamaConfig(url=url, model="m")
            async with OllamaReasoner("home", config, None) as reasoner:
                said = await reasoner.complete(
                    Prompt((Turn("user", ("What?",)),), {"type": "object"})
                )
            assert (said.text, said.asked, said.answered) == ('{"a": 1}', 900, 12)
        assert [asked.path for asked in model.requests] == ["/api/chat", "/api/chat"]
    asked = model.requests[0].body
    assert asked["format"] == {"type": "object"}
    assert (asked["options"]["num_ctx"], asked["keep_alive"]) == (8192, 86_400)


def test_it_is_found_where_it_listens() -> None:
    """Without an address, Ollama's own."""
    assert OllamaConfig(model="m").host == "127.0.0.1"
    assert not OllamaConfig(model="m").cloud
