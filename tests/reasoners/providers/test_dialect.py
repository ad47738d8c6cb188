"""How each kind of server is asked."""

import base64
from typing import get_args

import pytest

from reasoners.prompt import Prompt, Turn
from reasoners.providers.dialect import HABITS, Dialect, Effort, Manner, body, guess

PICTURE = b"\xff\xd8\xff jpeg"
FORM = {"type": "object", "properties": {"a": {"type": "string", "enum": ["b"]}}}
PROMPT = Prompt(
    (Turn("system", ("You check.",)), Turn("user", ("Look:", PICTURE, "What is it?"))), FORM
)


@pytest.mark.parametrize("dialect", get_args(Dialect))
def test_every_dialect_streams_shows_the_picture_and_caps_the_answer(dialect: Dialect) -> None:
    """Whatever the server: a stream, temperature 0, the picture's bytes, a limit of tokens."""
    asked = body(PROMPT, dialect, "m", Manner(64))
    assert asked["model"] == "m"
    assert asked["stream"] is True
    assert base64.b64encode(PICTURE).decode() in str(asked["messages"])
    options = asked.get("options", asked)
    assert options["temperature"] == 0
    assert options.get("num_predict", options.get("max_tokens")) == 64
    assert HABITS[dialect].path.startswith("/")


@pytest.mark.parametrize(
    ("dialect", "key"),
    [
        ("openai", "json_schema"),
        ("vllm", "json_schema"),
        ("sglang", "json_schema"),
        ("llamacpp", "json_schema"),
        ("llama_cpp_python", "json_object"),
    ],
)
def test_the_form_goes_where_the_server_looks(dialect: Dialect, key: str) -> None:
    """One server's key gives another an error, or nothing."""
    form = body(PROMPT, dialect, "m", Manner(64))["response_format"]
    assert form["type"] == key
    assert (form.get("schema") or form["json_schema"]["schema"]) == FORM


@pytest.mark.parametrize(("effort", "temperature"), [("none", 0), ("minimal", None), ("low", None)])
def test_a_model_that_thinks_is_asked_in_its_own_words(
    effort: Effort, temperature: int | None
) -> None:
    """The limit by its newer name, how much to think, and no temperature while it does."""
    asked = body(PROMPT, "openai", "m", Manner(64, effort))
    assert (asked["reasoning_effort"], asked["max_completion_tokens"]) == (effort, 64)
    assert "max_tokens" not in asked
    assert asked.get("temperature") == temperature


def test_texts_have_an_end_where_the_engine_bears_it() -> None:
    """llama.cpp is told how long a text may be; others write broken JSON when they are."""
    longest = {}
    for dialect in ("llamacpp", "vllm", "openai"):
        form = {"type": "object", "properties": {"description": {"type": "string"}}}
        asked = body(Prompt(PROMPT.turns, form), dialect, "m", Manner(64))["response_format"]
        text = asked["json_schema"]["schema"]["properties"]["description"]
        longest[dialect] = text.get("maxLength")
    assert longest == {"llamacpp": 300, "vllm": None, "openai": None}


def test_transformers_serve_gets_no_field_it_does_not_know() -> None:
    """It answers 422 to unknown ones, and ignores the form."""
    asked = body(PROMPT, "transformers", "m", Manner(64))
    assert asked.keys() == {"model", "messages", "max_tokens", "temperature", "stream"}
    assert not HABITS["transformers"].enforces


@pytest.mark.parametrize("dialect", ["vllm", "sglang", "llamacpp"])
def test_a_server_of_ones_own_hands_the_wish_to_think_on(dialect: Dialect) -> None:
    """To the template of the model, by the names that templates know; the limit stays as it is."""
    asked = body(PROMPT, dialect, "m", Manner(64, "none"))
    assert asked["chat_template_kwargs"] == {"enable_thinking": False}
    assert (asked["max_tokens"], asked["temperature"]) == (64, 0)
    assert "reasoning_effort" not in asked
    asked = body(PROMPT, dialect, "m", Manner(64, "low"))
    assert asked["chat_template_kwargs"] == {"enable_thinking": True, "reasoning_effort": "low"}
    assert "chat_template_kwargs" not in body(PROMPT, dialect, "m", Manner(64))


@pytest.mark.parametrize(
    ("effort", "think"),
    [("none", False), ("minimal", "low"), ("low", "low"), ("high", "high"), (None, None)],
)
def test_ollama_is_told_how_much_to_think(effort: Effort | None, think: object) -> None:
    """By its own word, and nothing where nothing is wished: some models then lose the form."""
    asked = body(PROMPT, "ollama", "m", Manner(64, effort))
    assert asked.get("think") == think
    assert ("think" in asked) == (effort is not None)


def test_ollama_is_told_what_room_it_needs_and_to_stay() -> None:
    """Without that it cuts questions off at 4096 tokens, and forgets the model in five minutes."""
    asked = body(PROMPT, "ollama", "m", Manner(64, context=8192, loaded=86_400.0))
    assert (asked["options"]["num_ctx"], asked["keep_alive"]) == (8192, 86_400)
    bare = body(PROMPT, "ollama", "m", Manner(64))
    assert "num_ctx" not in bare["options"]
    assert "keep_alive" not in bare


def test_ollama_gets_bare_pictures_and_the_form_as_format() -> None:
    """Pictures lie beside the text, without the frame of a data URL."""
    asked = body(PROMPT, "ollama", "m", Manner(64))
    system, user = asked["messages"]
    assert system == {"role": "system", "content": "You check."}
    assert user["content"] == "Look:\n\nWhat is it?"
    assert user["images"] == [base64.b64encode(PICTURE).decode()]
    assert asked["format"] == FORM


def test_prose_is_asked_for_without_a_form() -> None:
    """Captioners get none."""
    for dialect in get_args(Dialect):
        asked = body(Prompt(PROMPT.turns), dialect, "m", Manner(64))
        assert "response_format" not in asked
        assert "format" not in asked


@pytest.mark.parametrize(
    ("owner", "version", "dialect"),
    [
        ("llamacpp", None, "llamacpp"),
        ("vllm", {"version": "0.33.0"}, "vllm"),
        ("sglang", None, "sglang"),
        ("library", {"version": "0.5"}, "ollama"),
        ("system", None, "openai"),
        ("me", None, "llama_cpp_python"),
        ("somebody", None, None),
        (None, None, None),
    ],
)
def test_servers_are_known_by_what_they_say(
    owner: str | None, version: dict[str, str] | None, dialect: Dialect | None
) -> None:
    """Who says nothing known stays unknown."""
    assert guess(owner, version) == dialect
