"""Ollama by its own API, under its own name: `type: ollama`.

Source: https://github.com/ollama/ollama/blob/main/docs/api.md
"""

from typing import ClassVar, Literal

from pydantic import BaseModel

from reasoners.providers.config import HttpConfig, Server
from reasoners.providers.dialect import Dialect
from reasoners.providers.http import HttpReasoner


class OllamaConfig(HttpConfig):
    """A model that Ollama serves."""

    url: Server = "http://127.0.0.1:11434"
    """Where Ollama listens; default `http://127.0.0.1:11434`. It receives the pictures."""

    dialect: Dialect | Literal["auto"] = "ollama"
    """Left as it is."""


class OllamaReasoner(HttpReasoner):
    """Asks Ollama."""

    Config: ClassVar[type[BaseModel]] = OllamaConfig
