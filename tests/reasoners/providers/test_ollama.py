"""Ollama by its own API."""

import json

import pytest

from reasoners import Prompt, ReasonerRejected, Turn
from reasoners.providers.ollama import OllamaConfig, OllamaReasoner
from reasoners.providers.probe import introduced, probe
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


def shown(**told: object) -> Script:
    """Tell of a model."""
    body = json.dumps(told).encode()
    return Script(headers=(("content-type", "application/json"),), chunks=(body,))


async def test_a_model_that_takes_no_pictures_is_found_out() -> None:
    """Ollama would drop them without a word, and the model answer from nothing."""
    blind = shown(capabilities=["completion", "tools"])
    async with ScriptedModel(blind) as model:
        async with OllamaReasoner("home", OllamaConfig(url=model.url, model="m"), None) as reasoner:
            found = await probe(reasoner)
            with pytest.raises(ReasonerRejected, match="takes no pictures"):
                await reasoner.complete(PROMPT)
        assert [asked.path for asked in model.requests] == ["/api/show"]
        assert model.requests[0].body == {"model": "m"}
    assert found.text == "the model takes no pictures; choose one that does"


async def test_the_room_of_a_model_is_told_by_ollama() -> None:
    """By its file, if that is less than what Ollama is told; an older Ollama says nothing."""
    info = {"general.architecture": "qwen3vl", "qwen3vl.context_length": 4096}
    for told, room in (
        (shown(capabilities=["completion", "vision"], model_info=info), 4096),
        (shown(details={}), 8192),
        (shown(capabilities="vision", model_info=[1]), 8192),
    ):
        async with ScriptedModel(told) as model:
            config = OllamaConfig(url=model.url, model="m")
            async with OllamaReasoner("home", config, None) as reasoner:
                assert await introduced(reasoner) == room


async def test_a_model_that_is_somewhere_else_by_another_name_is_barred() -> None:
    """Not one picture is sent on; with the name of one that is away it is the owner's choice."""
    away = {"remote_host": "https://ollama.com:443", "capabilities": ["vision"]}
    async with ScriptedModel(shown(**away)) as model:
        async with OllamaReasoner("home", OllamaConfig(url=model.url, model="m"), None) as reasoner:
            assert "sends what this model is asked to its cloud" in (await probe(reasoner)).text
            with pytest.raises(ReasonerRejected, match="its cloud"):
                await reasoner.complete(PROMPT)
        assert [asked.path for asked in model.requests] == ["/api/show"]
        config = OllamaConfig(url=model.url, model="m-cloud")
        async with OllamaReasoner("home", config, None) as reasoner:
            await introduced(reasoner)
            assert not reasoner.barred
