"""What is said between us and models, put on a cassette beside the event loop."""

import logging
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final

from reasoners import Prompt
from reasoners.providers.tape import Outcome, Tape

logger = logging.getLogger(__name__)

WAITING: Final = 16
"""Exchanges that wait for the disk at most, a megabyte each; of more, the newest is left out."""


class Taping:
    """Records exchanges: pictures as they were sent, masked already; secrets never.

    `noted = recorded + lost + forbidden + what still waits`, always.

    Args:
        tape: Where to.
        allows: Tells whether a camera may be recorded.
        clean: Takes secrets out of a text.
        kept: Seconds that a line is kept; None keeps all that there is room for.
        in_turn: Whether each one is written before the next is asked, and none left out, as in a
            replay.
    """

    def __init__(
        self,
        tape: Tape,
        *,
        allows: Callable[[str], bool],
        clean: Callable[[str], str] = str,
        kept: float | None = None,
        in_turn: bool = False,
    ) -> None:
        self.noted = 0
        self.recorded = 0
        self.lost = 0
        """For which there was no room, or no time."""

        self.forbidden = 0
        """Of cameras that are not to be recorded."""

        self._tape = tape
        self._allows = allows
        self._clean = clean
        self._kept = kept
        self._in_turn = in_turn
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="cassette")
        self._pending: deque[Future[bool]] = deque()
        self._fails = False

    @property
    def figures(self) -> dict[str, int | float | str | None]:
        """Counts for `stats`."""
        self.settle()
        return {
            "taped": self.recorded,
            "taped_lost": self.lost,
            "taped_forbidden": self.forbidden,
        }

    def note(self, camera: str, prompt: Prompt, outcome: Outcome, about: Mapping[str, Any]) -> None:
        """Record one exchange; waits for nothing, but in a replay.

        Args:
            camera: Whose pictures it shows.
            prompt: What was asked.
            outcome: What came of it.
            about: What else is to be known.
        """
        self.noted += 1
        if not self._allows(camera):
            self.forbidden += 1
            return
        self.settle()
        if len(self._pending) >= WAITING:
            self.lost += 1
            return
        line = {"camera": camera, **about}
        self._pending.append(self._thread.submit(self._write, prompt, outcome, line))
        if self._in_turn:
            self._pending[-1].exception()
            self.settle()

    def settle(self) -> None:
        """Count what was written meanwhile."""
        while self._pending and self._pending[0].done():
            done = self._pending.popleft()
            failure = done.exception()
            if failure is None and done.result():
                self.recorded += 1
                self._fails = False
                continue
            self.lost += 1
            if not self._fails:
                self._fails = True
                why = "it is full" if failure is None else str(failure)
                logger.warning("exchanges with models are not recorded: %s", why)

    def expire(self, now: float) -> None:
        """Let go of what is too old.

        Args:
            now: Unix seconds.
        """
        if self._kept is not None:
            self._thread.submit(self._expire, now, self._kept)

    def close(self) -> None:
        """Write what waits, and let the thread go."""
        self._thread.shutdown()
        self.settle()

    def _write(self, prompt: Prompt, outcome: Outcome, about: Mapping[str, Any]) -> bool:
        return self._tape.write(prompt, self._cleaned(outcome), about)

    def _cleaned(self, outcome: Outcome) -> Outcome:
        """Take secrets out of whatever a server said."""
        return {
            kind: {
                key: self._clean(value) if isinstance(value, str) else value
                for key, value in said.items()
            }
            for kind, said in outcome.items()
        }

    def _expire(self, now: float, kept: float) -> None:
        try:
            self._tape.expire(now, kept)
        except OSError as exc:
            logger.warning("old exchanges were not removed: %s", exc.strerror)
