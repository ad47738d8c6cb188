"""Ollama by its own API, under its own name: `type: ollama`.

Source: https://github.com/ollama/ollama/blob/main/docs/api.md
"""

from dataclasses import replace
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, Field

from reasoners.period import Period
from reasoners.providers.config import HttpConfig, Server
from reasoners.providers.dialect import Dialect, Manner
from reasoners.providers.http import HttpReasoner


class OllamaConfig(HttpConfig):
    """A model that Ollama serves."""

    url: Server = "http://127.0.0.1:11434"
    """Where Ollama listens; default `http://127.0.0.1:11434`. It receives the pictures."""

    dialect: Dialect | Literal["auto"] = "ollama"
    """Left as it is."""

    context: int | None = Field(default=8192, ge=1024, le=4_194_304)
    """Tokens the model takes in at once, question, pictures and answer together; default 8192, as
    Ollama is told. Left to itself it takes 4096 on most machines, and cuts off without a word what
    is more. Raising it makes room for more pictures and takes memory."""

    loaded: Annotated[Period, Field(ge=0, le=31_536_000, allow_inf_nan=False)] = 86_400.0
    """Time for which Ollama keeps the model in memory after a question, in seconds or as `24h`;
    default a day. Left to itself it lets go after five minutes, and the next question waits until
    the model is loaded again, often past its deadline. 0 lets go at once."""

    @property
    def manner(self) -> Manner:
        """What Ollama is told beside each question."""
        return replace(super().manner, loaded=self.loaded)


class OllamaReasoner(HttpReasoner):
    """Asks Ollama."""

    Config: ClassVar[type[BaseModel]] = OllamaConfig
