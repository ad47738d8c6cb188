"""Has captions parsed in a process of its own, as long as that helps; else the dictionary reads."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self

from pydantic import ValidationError

from daemon.thinking.hosted import HostedReasoner
from reasoners import Prompt, ReasonerError, ReasonerRejected, ReasonerUnavailable, Turn
from reasoners.syntax import Parsed
from reasoners.vlm.syntax.words import Language

logger = logging.getLogger(__name__)

SPARE: Final = 0.3
"""Seconds before the deadline of a question by which its caption must have been read."""

Told = Callable[[str, str], None]
"""Hears the kind of a notice and its text."""


def _nobody(kind: str, text: str) -> None:
    """Tell nobody."""


class _Left(Exception):  # noqa: N818 (a fact: the dictionary reads)
    """Why a caption was not parsed."""

    def __init__(self, reason: str, why: str) -> None:
        super().__init__(why)
        self.reason = reason


class Parsing:
    """The parser of one model's captions.

    Never fails and never takes longer than it may: what cannot be parsed is None, counted by
    reason, and said once until it works again.

    Args:
        name: Of the model.
        hosted: The process of the pipeline.
        language: Of the captions.
        within: Seconds a caption may take.
        loads: Seconds that loading may take.
    """

    def __init__(
        self, name: str, hosted: HostedReasoner, language: Language, within: float, loads: float
    ) -> None:
        self.language: Language = language
        self.parsed = 0
        """Captions that were read by their grammar."""

        self.left: Counter[str] = Counter()
        """Captions left to the dictionary, by reason."""

        self.told: Told = _nobody
        """Hears when captions are left to the dictionary, and when that is over."""

        self._name = name
        self._hosted = hosted
        self._within = within
        self._loads = loads
        self._ailing = False

    async def __aenter__(self) -> Self:
        """Begin to load; does not wait for it."""
        await self._hosted.__aenter__()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """End the process."""
        await self._hosted.__aexit__(exc_type, exc, tb)

    async def settled(self) -> str:
        """Wait until it is loaded; return what it is.

        Raises:
            ReasonerRejected: It cannot be; a person must see to it.
            ReasonerUnavailable: It was not, in the time that it may take.
        """
        try:
            async with asyncio.timeout(self._loads):
                await self._hosted.settled()
        except TimeoutError:
            raise ReasonerUnavailable(self._hosted.why) from None
        return self._hosted.description

    async def parse(self, text: str, until: float) -> Parsed | None:
        """Return a caption as trees of words; None where the dictionary is to read it.

        Args:
            text: The caption.
            until: When its question has its deadline, in the loop's time.
        """
        try:
            parsed = await self._asked(text, until)
        except _Left as left:
            self.left[left.reason] += 1
            if not self._ailing:
                self._ailing = True
                told = f"captions of {self._name} are read by the dictionary: {left}"
                logger.warning("%s", told)
                self.told("degraded", told)
            return None
        self.parsed += 1
        if self._ailing:
            self._ailing = False
            logger.info("captions of %s are parsed again", self._name)
            self.told("recovered", f"captions of {self._name} are parsed again")
        return parsed

    async def _asked(self, text: str, until: float) -> Parsed:
        hosted = self._hosted
        room = min(self._within, until - SPARE - asyncio.get_running_loop().time())
        if hosted.failed:
            raise _Left("down", hosted.why)
        if room <= 0:
            raise _Left("hurry", "a question had no time left for more")
        served, started = hosted.serves, hosted.starts
        try:
            async with asyncio.timeout(room):
                said = await hosted.complete(Prompt((Turn("user", (text,)),)))
            return Parsed.model_validate_json(said.text)
        except TimeoutError:
            if not served:
                raise _Left("loading", "its parser is still being loaded") from None
            if room >= self._within and hosted.starts == started:
                # It hangs: cancelled questions do not stop it, so another must take its place.
                hosted.restart()
            raise _Left("late", f"its parser did not answer within {room:.1f} s") from None
        except ValidationError:
            hosted.restart()
            raise _Left("nonsense", "its parser said what none says") from None
        except ReasonerRejected as error:
            raise _Left("rejected", str(error)) from None
        except ReasonerError as error:
            raise _Left("died", str(error)) from None
