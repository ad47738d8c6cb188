"""How each kind of server wants to be asked. Pure: a prompt in, path and body out.

Seen of llama.cpp 0.5 and `transformers serve` 5.23; read of vLLM
(https://docs.vllm.ai/en/latest/features/structured_outputs/), SGLang
(https://docs.sglang.ai/advanced_features/structured_outputs.html), Ollama
(https://github.com/ollama/ollama/blob/main/docs/api.md) and OpenAI
(https://platform.openai.com/docs/api-reference/chat); `chat_template_kwargs` of Qwen
(https://qwen.readthedocs.io/en/latest/deployment/vllm.html#thinking-non-thinking-modes).
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from reasoners.prompt import Prompt, Turn
from reasoners.providers.bounds import bounded

Dialect = Literal[
    "openai", "vllm", "llamacpp", "llama_cpp_python", "sglang", "transformers", "ollama"
]

Effort = Literal["none", "minimal", "low", "medium", "high"]
"""How much a model thinks to itself before it answers, as OpenAI calls it."""


@dataclass(frozen=True, slots=True)
class Habits:
    """What is known of a kind of server before it was asked anything."""

    path: str
    enforces: bool
    """Whether it makes the answer fit the form."""

    usage: bool
    """Whether it must be asked to count tokens in a stream."""


HOSTED: Final = frozenset({"vllm", "sglang", "llamacpp"})
"""Servers of one's own that hand a wish to think on to the template of the model."""


@dataclass(frozen=True, slots=True)
class Manner:
    """What a server is told beside the question."""

    max_tokens: int = 1024
    """Of the answer, what a model thinks to itself included."""

    effort: Effort | None = None
    """How much it is to think to itself; None for servers that know no such thing."""

    context: int | None = None
    """Tokens of question and answer it is to have room for; only Ollama is told."""

    loaded: float | None = None
    """Seconds for which it is to keep the model in memory; likewise."""


HABITS: Final[Mapping[Dialect, Habits]] = {
    "openai": Habits("/chat/completions", enforces=True, usage=True),
    "vllm": Habits("/chat/completions", enforces=True, usage=True),
    "llamacpp": Habits("/chat/completions", enforces=True, usage=True),
    "llama_cpp_python": Habits("/chat/completions", enforces=True, usage=False),
    "sglang": Habits("/chat/completions", enforces=True, usage=True),
    # It answers 200 to a form and ignores it, and 422 to fields it does not know.
    "transformers": Habits("/chat/completions", enforces=False, usage=False),
    "ollama": Habits("/api/chat", enforces=True, usage=False),
}


def body(prompt: Prompt, dialect: Dialect, model: str, manner: Manner) -> dict[str, Any]:
    """Return what is posted, always as a stream: a deadline then frees the server at once.

    Args:
        prompt: What is asked.
        dialect: How the server wants to be asked.
        model: Its name there.
        manner: What else it is told.
    """
    if dialect == "ollama":
        return _ollama(prompt, model, manner)
    asked: dict[str, Any] = {
        "model": model,
        "messages": [_message(turn) for turn in prompt.turns],
        "max_tokens": manner.max_tokens,
        "temperature": 0,
        "stream": True,
    }
    effort = manner.effort
    if effort is not None and dialect in HOSTED:
        # Templates know one word or the other; what one does not know it leaves alone.
        thinks = {"enable_thinking": effort != "none"}
        level = {} if effort == "none" else {"reasoning_effort": effort}
        asked["chat_template_kwargs"] = {**thinks, **level}
    elif effort is not None:
        # Models that think refuse the limit by its old name, and a temperature while they do.
        asked |= {"reasoning_effort": effort, "max_completion_tokens": asked.pop("max_tokens")}
        if effort != "none":
            del asked["temperature"]
    if HABITS[dialect].usage:
        asked["stream_options"] = {"include_usage": True}
    if prompt.form is not None:
        asked |= _form(prompt.form, dialect)
    return asked


def guess(owner: str | None, version: Mapping[str, Any] | None) -> Dialect | None:
    """Tell which server it is by what it says of itself; None where that says nothing.

    Args:
        owner: `owned_by` of the first model that `/models` lists.
        version: What `/version` or `/api/version` answered, if anything.
    """
    known: dict[str, Dialect] = {
        "llamacpp": "llamacpp",
        "vllm": "vllm",
        "sglang": "sglang",
        "library": "ollama",
        "me": "llama_cpp_python",
    }
    if owner in known:
        return known[owner]
    if owner is not None and (owner in {"openai", "system"} or owner.startswith("openai-")):
        return "openai"
    if owner is None and version is None:
        return None
    return "vllm" if version is not None and owner is None else None


def _form(form: Mapping[str, Any], dialect: Dialect) -> dict[str, Any]:
    match dialect:
        case "transformers":
            return {}
        case "llama_cpp_python":
            return {"response_format": {"type": "json_object", "schema": form}}
        case _:
            whole = bounded(form) if dialect == "llamacpp" else form
            named = {"name": "verdict", "strict": True, "schema": whole}
            return {"response_format": {"type": "json_schema", "json_schema": named}}


def _message(turn: Turn) -> dict[str, Any]:
    if all(isinstance(part, str) for part in turn.parts):
        return {"role": turn.role, "content": "\n\n".join(map(str, turn.parts))}
    return {"role": turn.role, "content": [_content(part) for part in turn.parts]}


def _content(part: str | bytes) -> dict[str, Any]:
    if isinstance(part, str):
        return {"type": "text", "text": part}
    return {"type": "image_url", "image_url": {"url": f"data:image/jpeg;base64,{_base64(part)}"}}


def _ollama(prompt: Prompt, model: str, manner: Manner) -> dict[str, Any]:
    options: dict[str, Any] = {"temperature": 0, "num_predict": manner.max_tokens}
    if manner.context is not None:
        options["num_ctx"] = manner.context
    asked: dict[str, Any] = {
        "model": model,
        "messages": [_ollama_message(turn) for turn in prompt.turns],
        "stream": True,
        "options": options,
    }
    if manner.loaded is not None:
        asked["keep_alive"] = round(manner.loaded)
    if manner.effort is not None:
        least = {"none": False, "minimal": "low"}
        asked["think"] = least.get(manner.effort, manner.effort)
    if prompt.form is not None:
        asked["format"] = prompt.form
    return asked


def _ollama_message(turn: Turn) -> dict[str, Any]:
    """Build a message of Ollama's own: pictures go beside the text, which refers to their order."""
    texts = [part for part in turn.parts if isinstance(part, str)]
    images = [_base64(part) for part in turn.parts if isinstance(part, bytes)]
    message: dict[str, Any] = {"role": turn.role, "content": "\n\n".join(texts)}
    return {**message, "images": images} if images else message


def _base64(image: bytes) -> str:
    return base64.b64encode(image).decode("ascii")
