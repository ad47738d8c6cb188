"""Trying a model out."""

import json
from typing import ClassVar, Self

import pytest
from pydantic import BaseModel

from reasoners import Prompt, Said
from reasoners.providers.config import HttpConfig
from reasoners.providers.http import HttpReasoner
from reasoners.providers.probe import PICTURE, Finding, on_form, probe
from reasoners.testing import Script, ScriptedModel, fails, says

GOOD = says(json.dumps({"word": "gantry", "number": 71}))


def models(**first: object) -> Script:
    """List one model."""
    body = json.dumps({"data": [{"id": "m", **first}]}).encode()
    return Script(headers=(("content-type", "application/json"),), chunks=(body,))


async def tried(*scripts: Script) -> tuple[Finding, HttpReasoner, int]:
    """Try a server out."""
    async with ScriptedModel(*scripts) as model:
        config = HttpConfig(url=model.url, model="m")
        async with HttpReasoner("main", config, None) as reasoner:
            found = await probe(reasoner)
        return found, reasoner, len(model.requests)


async def test_a_server_that_obeys_is_known_by_name_and_room() -> None:
    """What it is, that answers fit the form, pictures, tokens: two calls."""
    found, reasoner, asked = await tried(models(owned_by="vllm", max_model_len=16384), GOOD)
    assert (found.obeys, found.images, found.room, asked) == (True, 6, 16384, 3)
    assert (reasoner.dialect, reasoner.enforces) == ("vllm", True)
    assert "obeys the form, 6 pictures a call, room for 16384 tokens" in found.text


async def test_a_server_that_ignores_the_form_is_told_it_in_words() -> None:
    """It answers prose with HTTP 200: from now on the form is spelled out."""
    found, reasoner, _ = await tried(fails(500), says("Hello there."))
    assert found.obeys is False
    assert not reasoner.enforces
    assert "ignores the form" in found.text


async def test_a_server_that_takes_few_pictures_is_asked_with_fewer() -> None:
    """Six, three, one: whatever it takes."""
    few = fails(400, "At most 1 image(s) may be provided in one prompt.")
    found, _, _ = await tried(models(owned_by="vllm"), GOOD, few, few, GOOD)
    assert found.images == 1


@pytest.mark.parametrize("body", [b"[]", b'{"data": {}}', b'{"data": [1]}', b"nonsense"])
async def test_what_a_server_says_of_itself_may_be_anything(body: bytes) -> None:
    """It is tried out all the same."""
    odd = Script(headers=(("content-type", "application/json"),), chunks=(body,))
    found, reasoner, _ = await tried(odd, GOOD)
    assert (found.obeys, found.room, reasoner.dialect) == (True, None, "openai")


async def test_a_server_that_is_not_there_is_a_finding_too() -> None:
    """The cause, in a line."""
    found, _, _ = await tried(fails(503), fails(503))
    assert found.text == "HTTP 503"
    config = HttpConfig(url="http://127.0.0.1:9/v1", model="m")
    async with HttpReasoner("main", config, None) as reasoner:
        assert (await probe(reasoner)).problem.startswith("no connection")


@pytest.mark.parametrize(
    "text", ["Hello", "[]", '{"word": "x", "number": 71}', '{"word": "gantry"}']
)
def test_only_the_form_is_the_form(text: str) -> None:
    """Almost is not enough; the picture is a JPEG."""
    assert not on_form(text)
    assert PICTURE.startswith(b"\xff\xd8\xff")


class Timed:
    """A model whose answers take what the test says."""

    Config: ClassVar[type[BaseModel]] = BaseModel

    def __init__(self, *seconds: float) -> None:
        self.seconds = list(seconds)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    async def complete(self, prompt: Prompt) -> Said:
        """Answer on form."""
        assert prompt.images
        took = self.seconds.pop(0)
        return Said('{"word": "gantry", "number": 71}', "m", latency_s=took)


@pytest.mark.parametrize(("took", "keeps"), [(0.4, True), (1.1, False)])
async def test_a_slow_server_shows_whether_it_keeps_pictures(took: float, keeps: bool) -> None:
    """Asked something else of the same pictures, it answers quickly, or takes as long."""
    found = await probe(Timed(0.5, 1.2, took))
    assert found.keeps == keeps
    assert ("keeps pictures" in found.text) == keeps


async def test_of_a_quick_server_that_is_not_asked() -> None:
    """Nothing is to be saved."""
    assert (await probe(Timed(0.1, 0.2))).keeps is None


async def test_a_captioner_is_asked_for_no_form() -> None:
    """It writes sentences, and that is all that is wanted."""
    async with ScriptedModel(models(), says("A red disc.")) as model:
        config = HttpConfig(url=model.url, model="m")
        async with HttpReasoner("main", config, None) as reasoner:
            found = await probe(reasoner, prose=True)
        assert all("response_format" not in one.body for one in model.requests[1:])
    assert (found.obeys, found.images) == (None, 6)
    assert "writes captions" in found.text
