"""Tries a model out: is it there, does it obey the form, how many pictures, how long?

It is shown a picture of our own, a red disc, and asked for prose under a form that allows none: who
answers on form was made to.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from reasoners.errors import QuestionTooLong, ReasonerError, ReasonerRejected
from reasoners.prompt import Prompt, Turn
from reasoners.providers.dialect import guess
from reasoners.providers.http import HttpReasoner
from reasoners.reasoner import Reasoner

PICTURE: Final = base64.b64decode("""\
/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQc1td
hbWGkJ6jq62rZ4C8ybqmx5moq6T/2wBDARweHigjKE4rK06kbl1upKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSk
pKSkpKSkpKSkpKSkpKSkpKSkpKT/wAARCABAAEADASIAAhEBAxEB/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcI
CQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRol
JicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ip
qrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/8QAHwEAAwEBAQEBAQEBAQAAAAAA
AAECAwQFBgcICQoL/8QAtREAAgECBAQDBAcFBAQAAQJ3AAECAxEEBSExBhJBUQdhcRMiMoEIFEKRobHBCSMzUvAVYnLR
ChYkNOEl8RcYGRomJygpKjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6goOEhYaHiImKkpOUlZaX
mJmaoqOkpaanqKmqsrO0tba3uLm6wsPExcbHyMnK0tPU1dbX2Nna4uPk5ebn6Onq8vP09fb3+Pn6/9oADAMBAAIRAxEA
PwAooooAKKKQsqnBYD6mgaTewtFNDq2MMDn3p1ANNaMKKKKBBRRSOdqEjsM0DSu7EE8xB2qcY6moKKK5JScme/SpRpxs
gqWGYqQrHK9PpUVFCbTuh1KcakeWRfopkJzEp/Cn11J3VzwJR5ZOPYKa43IwxnIp1FMSdndFCipZ4ip3KPl9u1RVyNNO
zPoKdSNSPNEKKKkiiLsCR8v86Er6Ic5qC5pE8AxEvHXmpKBwMCiupKysfPzlzScu4UUUUyQphhjJ5UfhxT6KTSe5UZSj
8LsRiGMY+XP1qQcDAoooSS2CU5S+J3CiiimSf//Z
""")
"""64x64 pixels: a red disc on grey."""

WORDS: Final = ("kumquat", "gantry")
FORM: Final[Mapping[str, Any]] = {
    "type": "object",
    "properties": {
        "word": {"type": "string", "enum": list(WORDS)},
        "number": {"type": "integer", "minimum": 70, "maximum": 79},
    },
    "required": ["word", "number"],
    "additionalProperties": False,
}

Form = Mapping[str, Any] | None

SLOW: Final = 0.3
"""Seconds of an answer below which it does not matter whether pictures are kept."""

QUICKER: Final = 0.6
"""Share of the first answer's time that a second about the same pictures takes at most, if they
were kept."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found out; `lookout doctor` and the log show it."""

    obeys: bool | None
    """Whether the answer was made to fit the form; None if there was none."""

    images: int | None
    """Pictures one call takes, of those tried."""

    room: int | None
    """Tokens the server says it takes in."""

    latency_s: float | None
    problem: str = ""
    keeps: bool | None = None
    """Whether it keeps pictures it has just read, so that asking of them again is quick; None where
    it answers too fast for that to matter."""

    @property
    def text(self) -> str:
        """Say it in a line."""
        if self.problem:
            return self.problem
        form = "obeys the form" if self.obeys else "ignores the form (it is spelled out instead)"
        if self.obeys is None:
            form = "writes captions"
        room = f", room for {self.room} tokens" if self.room else ""
        keeps = ", keeps pictures between two calls" if self.keeps else ""
        latency = f"{self.latency_s:.1f} s an answer"
        return f"{form}, {self.images} pictures a call{room}, {latency}{keeps}"


async def probe(reasoner: Reasoner, images: int = 6, *, prose: bool = False) -> Finding:
    """Try a model out, with two or three calls, and more if it takes few pictures.

    Args:
        reasoner: Who is tried; an HTTP one learns what kind of server it talks to.
        images: Pictures wanted.
        prose: Whether it writes captions: then no form is asked for.
    """
    form = None if prose else FORM
    room = None
    try:
        if isinstance(reasoner, HttpReasoner):
            room = await introduced(reasoner)
        said = await reasoner.complete(_prompt(1, form))
        taken, took = await _pictures(reasoner, images, form)
        keeps = await _keeps(reasoner, taken, took or said.latency_s, form)
    except ReasonerError as error:
        return Finding(None, None, room, None, str(error))
    obeys = None if prose else on_form(said.text)
    if isinstance(reasoner, HttpReasoner) and obeys is not None:
        reasoner.obeys = obeys
    return Finding(obeys, taken, room, said.latency_s, keeps=keeps)


def on_form(text: str) -> bool:
    """Tell whether an answer fits the form of the probe."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return False
    fits = isinstance(said, dict) and said.keys() == {"word", "number"}
    return fits and said["word"] in WORDS and said["number"] in range(70, 80)


async def _pictures(reasoner: Reasoner, images: int, form: Form) -> tuple[int, float | None]:
    """Return how many pictures a call takes, halving until it does, and how long such a call took.

    None where one is all that is left: nobody was asked with more.
    """
    while images > 1:
        try:
            said = await reasoner.complete(_prompt(images, form))
        except (QuestionTooLong, ReasonerRejected):
            images //= 2
        else:
            return images, said.latency_s
    return 1, None


async def _keeps(reasoner: Reasoner, images: int, took: float, form: Form) -> bool | None:
    """Ask something else of the same pictures: who kept them answers much faster."""
    if took < SLOW:
        return None
    said = await reasoner.complete(_prompt(images, form, "Say goodbye instead, as briefly."))
    return said.latency_s <= QUICKER * took


async def introduced(reasoner: HttpReasoner) -> int | None:
    """Ask a server what it is; return the tokens it takes in, if it says so.

    Raises:
        ReasonerUnavailable: It is not there.
        ReasonerRejected: It says that its model takes no pictures.
    """
    if reasoner.dialect == "ollama":
        return await _ollama(reasoner)
    listed = await reasoner.ask(f"{reasoner.base}/models")
    rows = listed.get("data") if isinstance(listed, dict) else None
    first = rows[0] if isinstance(rows, list) and rows and isinstance(rows[0], dict) else {}
    meta = first.get("meta")
    owner = first.get("owned_by")
    if reasoner.guessing:
        found = guess(owner if isinstance(owner, str) else None, None)
        # Ollama's other API is asked just as well; its own needs another address.
        if found is not None and found != "ollama":
            reasoner.dialect = found
    room = first.get("max_model_len", meta.get("n_ctx") if isinstance(meta, dict) else None)
    return room if _count(room) else None


async def _ollama(reasoner: HttpReasoner) -> int | None:
    """Ask Ollama about its model, which may be blind, or somewhere else: it says neither by itself.

    Such a model is barred: the one would answer from nothing, the other is sent what is to stay.
    """
    shown = await reasoner.ask(f"{reasoner.base}/api/show", {"model": reasoner.model})
    told = shown if isinstance(shown, dict) else {}
    reasoner.barred = _bar(told, cloud=reasoner.cloud)
    if reasoner.barred:
        raise ReasonerRejected(reasoner.barred)
    info = told.get("model_info")
    sizes = info.items() if isinstance(info, dict) else ()
    own = [size for key, size in sizes if key.endswith(".context_length") and _count(size)]
    given = [] if reasoner.context is None else [reasoner.context]
    return min((*own, *given), default=None)


def _bar(told: Mapping[str, Any], *, cloud: bool) -> str:
    """Say why a model must not be asked, by what Ollama tells of it; empty where it may."""
    able, away = told.get("capabilities"), told.get("remote_host")
    if isinstance(able, list) and "vision" not in able:
        return "the model takes no pictures; choose one that does"
    if away and not cloud:
        agreed = "give it a name that ends in `-cloud` (`ollama cp`), so that cameras must agree"
        return f"Ollama sends what this model is asked to its cloud: {agreed}"
    return ""


def _count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _prompt(images: int, form: Form, more: str = "") -> Prompt:
    asked = f"Say hello in one short sentence of plain prose, without any braces. {more}".strip()
    return Prompt((Turn("user", (*[PICTURE] * images, asked)),), form)
