"""A model that answers without computing, in the process of a local one: `python -m` it.

It says what the least is that fits the form, takes its time letter by letter, and stops when told.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Final

from reasoners.errors import QuestionTooLong, ReasonerRejected
from reasoners.local.__main__ import run
from reasoners.local.message import Answered, Load
from reasoners.prompt import Prompt
from reasoners.providers.scripted import least

SLOW: Final = "slowly"
"""Said in a question, the answer takes a second."""

CRASH: Final = "crash"
"""Said in a question, the process ends."""

STUMBLE: Final = "stumble"
"""Said in a question, something goes wrong that nobody foresaw."""


class Parrot:
    """Answers at once, or slowly; ends its process when asked to."""

    def __init__(self, load: Load) -> None:
        if load.path.endswith("broken"):
            raise ReasonerRejected(f"{load.path}: no weights")
        self._most = load.max_tokens

    @property
    def description(self) -> str:
        """What it is."""
        return "a parrot"

    def answer(self, number: int, prompt: Prompt, cancelled: Callable[[], bool]) -> Answered:
        """Say the least."""
        if CRASH in prompt.text:
            os._exit(9)
        if STUMBLE in prompt.text:
            raise RuntimeError("CUDA error: an illegal memory access was encountered")
        if len(prompt.images) > self._most:
            raise QuestionTooLong(f"{len(prompt.images)} pictures")
        began = time.monotonic()
        while SLOW in prompt.text and not cancelled() and time.monotonic() - began < 1:
            time.sleep(0.01)
        sizes = [len(image) for image in prompt.images]
        text = json.dumps(least(prompt.form)) if prompt.form else f"pictures of {sizes} bytes"
        return Answered(id=number, text=text, asked=100, answered=10, first_s=0.0, truncated=False)


if __name__ == "__main__":
    code = run(Parrot)
    sys.stderr.flush()
    os._exit(code)
