"""Questions put to a decoder child, each with a deadline, and the answers to them."""

import asyncio
from collections.abc import Awaitable, Callable

from daemon.counters import CameraFigures
from daemon.process import ProcessGone
from sources import SourceUnavailable
from sources.message import Cut, Ended, Given, Gone, Next, Piece, Take, Taken

Answer = Given | Ended | Taken | Piece | Gone
Question = Next | Take | Cut


class Conversation:
    """Puts questions, and hands answers to who waits for them.

    Args:
        name: Of the camera.
        send: Sends a question to the child.
        figures: Where pictures are counted that come too late.
    """

    def __init__(
        self, name: str, send: Callable[[Question], Awaitable[None]], figures: CameraFigures
    ) -> None:
        self.asked = 0
        """Number of the last question."""

        self.given_up: Next | None = None
        """A question for a picture whose answer is still to come, though nobody waits for it."""

        self._name = name
        self._send = send
        self._figures = figures
        self._answers: dict[int, tuple[Question, asyncio.Future[tuple[Answer, bytes]]]] = {}

    def number(self) -> int:
        """Return the number of the next question."""
        self.asked += 1
        return self.asked

    async def ask(self, ask: Question, limit: float) -> tuple[Answer, bytes]:
        """Put a question and wait for its answer.

        Raises:
            SourceUnavailable: A picture did not come within `limit` seconds.
            TimeoutError: Something else did not.
        """
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[tuple[Answer, bytes]] = loop.create_future()
        self._answers[ask.id] = (ask, answer)
        try:
            async with asyncio.timeout(limit):
                try:
                    await self._send(ask)
                except ProcessGone:
                    # The listener knows better why; it ends this task by ending the group.
                    await asyncio.Event().wait()
                return await answer
        except asyncio.CancelledError:
            if isinstance(ask, Next):
                if answer.done() and not answer.cancelled():
                    # It came into our hands, and we are leaving: accounted for all the same.
                    self._figures.drop("at_stop")
                else:
                    self.given_up = ask
            raise
        except TimeoutError:
            if isinstance(ask, Next):
                raise SourceUnavailable(
                    f"{self._name}: no picture within {limit:.0f} s; killing its child"
                ) from None
            raise
        finally:
            self._answers.pop(ask.id, None)

    def question(self, number: int) -> Question | None:
        """Return the question of a number, if somebody still waits for its answer."""
        asked = self._answers.get(number)
        return None if asked is None else asked[0]

    def unanswered(self, number: int) -> bool:
        """Tell whether the answer to a question is still to be handed over."""
        asked = self._answers.get(number)
        return asked is not None and not asked[1].done()

    def answer(self, message: Answer, blob: bytes) -> None:
        """Hand over an answer."""
        self._answers[message.id][1].set_result((message, blob))

    def close(self) -> None:
        """Answer whoever still waits: they are no part of what ends here."""
        for _, answer in self._answers.values():
            if not answer.done():
                answer.set_exception(SourceUnavailable(f"{self._name}: closed"))
