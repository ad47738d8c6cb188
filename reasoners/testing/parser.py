"""A parser that knows a few captions by heart, in the process of a real one: `python -m` it.

Its pipeline is a JSON file: captions, and what is to be said of each, as `Parsed` has it.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from reasoners.errors import ReasonerRejected
from reasoners.local.__main__ import run
from reasoners.local.message import Answered, Load
from reasoners.prompt import Prompt
from reasoners.syntax import Parsed

HANG: Final = "for ever"
"""Said in a caption, it is never parsed."""

CRASH: Final = "crash"
"""Said in a caption, the process ends."""

NONSENSE: Final = "nonsense"
"""Said in a caption, what is answered is no parse."""


class PhraseBook:
    """Parses what it was taught; of anything else it says that no word hangs on another."""

    def __init__(self, load: Load) -> None:
        path = Path(load.path)
        if not path.is_file():
            raise ReasonerRejected(f"{path}: no such book")
        self._known: dict[str, list[list[str | int]]] = json.loads(path.read_text("utf-8"))

    @property
    def description(self) -> str:
        """What it is."""
        return f"a book of {len(self._known)} captions"

    def answer(self, number: int, prompt: Prompt, cancelled: Callable[[], bool]) -> Answered:
        """Look the caption up."""
        text = "".join(part for part in prompt.turns[0].parts if isinstance(part, str))
        if CRASH in text:
            os._exit(9)
        while HANG in text:
            # As native code does: whether anybody still wants it makes no difference.
            cancelled()
            time.sleep(0.01)
        plain = [[word, word, "X", "X", "ROOT", place] for place, word in enumerate(text.split())]
        rows = [tuple(row) for row in self._known.get(text, plain)]
        parsed = Parsed.model_validate({"words": rows})
        said = "{}" if NONSENSE in text else parsed.model_dump_json()
        words = len(parsed.words)
        return Answered(
            id=number, text=said, asked=words, answered=words, first_s=0.0, truncated=False
        )


if __name__ == "__main__":
    code = run(PhraseBook)
    sys.stderr.flush()
    os._exit(code)
