"""A model that answers by a script, without any server: for tests and for trying rules out."""

import asyncio
import json
import time
from types import TracebackType
from typing import Any, ClassVar, Self

from pydantic import BaseModel, Field, JsonValue

from reasoners.errors import ReasonerUnavailable
from reasoners.prompt import Prompt, Said
from reasoners.providers.config import Provider


class ScriptedConfig(Provider):
    """What it says."""

    model: str = "scripted"
    """Name that events show; default `scripted`."""

    replies: tuple[str | dict[str, JsonValue], ...] = Field(default=(), max_length=1000)
    """Texts, or objects that become JSON, one for each question in turn, the last again and again.
    Default: what the form demands at least, filled with the first legal value."""

    takes: float = Field(default=0.0, ge=0, le=600)
    """Seconds until it answers; default 0."""

    fails: int = Field(default=0, ge=0)
    """Questions at the start that fail as if the server were down; default none."""

    probe: bool = False


class ScriptedReasoner:
    """Says what its configuration has, or the least that fits the form."""

    Config: ClassVar[type[BaseModel]] = ScriptedConfig
    enforces = True

    def __init__(self, name: str, config: ScriptedConfig, secret: str | None) -> None:  # noqa: ARG002 (it needs no key)
        self.name = name
        self.prompts: list[Prompt] = []
        """What it was asked last, at most a hundred."""

        self.asked = 0
        self._config = config

    async def __aenter__(self) -> Self:
        """Nothing to prepare."""
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Nothing to close."""

    async def complete(self, prompt: Prompt) -> Said:
        """Answer by script."""
        started = time.monotonic()
        self.prompts = [*self.prompts[-99:], prompt]
        number, self.asked = self.asked, self.asked + 1
        await asyncio.sleep(self._config.takes)
        if number < self._config.fails:
            down = ReasonerUnavailable("scripted to fail")
            down.billed = False
            raise down
        replies = self._config.replies
        said = replies[min(number, len(replies) - 1)] if replies else least(prompt.form)
        text = said if isinstance(said, str) else json.dumps(said)
        words = len(prompt.text.split()) + 300 * len(prompt.images)
        took = round(time.monotonic() - started, 3)
        return Said(text, self._config.model, words, len(text.split()), took, took, len(text))


def least(form: Any) -> JsonValue:  # noqa: ANN401, PLR0911 (JSON Schema, kind by kind)
    """Return the smallest value that fits a schema of ours: the first word of each enum."""
    if form is None:
        return "A scene."
    if "anyOf" in form:
        return least(form["anyOf"][-1])
    if "enum" in form:
        first: JsonValue = form["enum"][0]
        return first
    kind = form.get("type")
    kind = kind[0] if isinstance(kind, list) else kind
    match kind:
        case "object":
            return {name: least(part) for name, part in form.get("properties", {}).items()}
        case "array":
            return []
        case "integer" | "number":
            return form.get("minimum", 0) if form.get("maximum") != 100 else 90  # noqa: PLR2004 (a percentage)
        case "null":
            return None
        case "boolean":
            return True
        case _:
            return "0" if "pattern" in form else "a scene"
