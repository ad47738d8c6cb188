"""The process of a local model: loads it, then answers one question after the other.

The main thread listens, so that a question can be cancelled while another thread answers it.
"""

import contextlib
import queue
import threading
import traceback
from collections.abc import Callable
from typing import Literal, Protocol

from reasoners.errors import QuestionTooLong, ReasonerError, ReasonerUnavailable
from reasoners.local.message import (
    Answered,
    Cancel,
    Failed,
    Load,
    Loaded,
    Question,
    to_worker,
    unpacked,
)
from reasoners.prompt import Prompt
from sources import BlockingChannel, ChannelBroken


class Model(Protocol):
    """What answers."""

    @property
    def description(self) -> str:
        """What it is."""
        ...

    def answer(self, number: int, prompt: Prompt, cancelled: Callable[[], bool]) -> Answered:
        """Answer one question; stop early once `cancelled` says so."""
        ...


def serve(channel: BlockingChannel, make: Callable[[Load], Model]) -> None:
    """Serve until the daemon closes its end.

    Args:
        channel: To the daemon.
        make: Loads a model.

    Raises:
        ReasonerError: It cannot be loaded.
        ChannelBroken: The daemon says what it never would.
    """
    received = channel.receive()
    if received is None:
        return
    load = to_worker.validate_json(received.text)
    if not isinstance(load, Load):
        raise ChannelBroken("a question before there is a model")
    model = make(load)
    channel.send(Loaded(description=model.description[:500]))
    asked: queue.SimpleQueue[tuple[Question, bytes] | None] = queue.SimpleQueue()
    gone: set[int] = set()
    thread = threading.Thread(target=_answer, args=(channel, model, asked, gone), daemon=True)
    thread.start()
    while (received := channel.receive()) is not None:
        message = to_worker.validate_json(received.text)
        match message:
            case Question():
                asked.put((message, received.blob))
            case Cancel():
                gone.add(message.id)
            case Load():
                raise ChannelBroken("a second model")
    asked.put(None)


def _answer(
    channel: BlockingChannel,
    model: Model,
    asked: "queue.SimpleQueue[tuple[Question, bytes] | None]",
    gone: set[int],
) -> None:
    while (item := asked.get()) is not None:
        question, blob = item
        number = question.id
        try:
            if number in gone:
                channel.send(Failed(id=number, remedy="cancelled", reason="cancelled"))
                continue
            prompt = unpacked(question, blob)
            said = model.answer(number, prompt, lambda number=number: number in gone)  # type: ignore[misc]
            channel.send(said)
        except ReasonerError as exc:
            channel.send(Failed(id=number, remedy=_remedy(exc), reason=str(exc)[:2000]))
        except OSError:
            return  # the daemon is gone
        except Exception as exc:  # noqa: BLE001 (whatever it was, nobody would be answered again)
            traceback.print_exc()
            _give_up(channel, exc)
            return
        finally:
            gone.discard(number)


def _give_up(channel: BlockingChannel, cause: Exception) -> None:
    """Say that no question will have an answer any more, and why: to be started anew."""
    reason = f"bug: {type(cause).__name__}: {cause}"[:2000]
    with contextlib.suppress(OSError):
        channel.send(Failed(remedy="unavailable", reason=reason))


def _remedy(error: ReasonerError) -> Literal["too_long", "unavailable", "rejected"]:
    if isinstance(error, QuestionTooLong):
        return "too_long"
    return "unavailable" if isinstance(error, ReasonerUnavailable) else "rejected"
