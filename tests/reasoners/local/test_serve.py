"""The worker's loop, over a real socket, with a model that needs no library."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from reasoners import Prompt, Turn
from reasoners.local.message import (
    Answered,
    Cancel,
    Failed,
    Load,
    Loaded,
    from_worker,
    packed,
)
from reasoners.local.serve import serve
from reasoners.testing.local import SLOW, Parrot
from sources import BlockingChannel

LOAD = Load(path="/m", device="cpu", threads=1, max_tokens=3)


@contextmanager
def serving() -> Iterator[BlockingChannel]:
    """Serve in a thread; give the daemon's end."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        thread = threading.Thread(target=serve, args=(BlockingChannel(theirs), Parrot), daemon=True)
        thread.start()
        yield BlockingChannel(ours)
        ours.shutdown(socket.SHUT_RDWR)
        thread.join(10)
        assert not thread.is_alive()


def hear(channel: BlockingChannel) -> Loaded | Answered | Failed:
    """Wait for the next message."""
    received = channel.receive()
    assert received is not None
    return from_worker.validate_json(received.text)


def ask(channel: BlockingChannel, number: int, text: str, images: int = 1) -> None:
    """Send a question."""
    question, blob = packed(number, Prompt((Turn("user", (text, *[b"\xff\xd8"] * images)),)))
    channel.send(question, blob)


def test_it_loads_answers_and_ends_with_the_daemon() -> None:
    """Questions one after the other; what is too long is said."""
    with serving() as channel:
        channel.send(LOAD)
        assert hear(channel) == Loaded(description="a parrot")
        ask(channel, 1, "one", 2)
        ask(channel, 2, "two", 4)
        first, second = hear(channel), hear(channel)
    assert isinstance(first, Answered)
    assert (first.id, first.text) == (1, "pictures of [2, 2] bytes")
    assert isinstance(second, Failed)
    assert (second.id, second.remedy) == (2, "too_long")


def test_a_cancelled_question_frees_the_model() -> None:
    """One that runs stops early, one that waits is not begun."""
    with serving() as channel:
        channel.send(LOAD)
        hear(channel)
        ask(channel, 1, SLOW)
        ask(channel, 2, SLOW)
        channel.send(Cancel(id=2))
        channel.send(Cancel(id=1))
        ask(channel, 3, "three")
        heard = [hear(channel) for _ in range(3)]
    assert [getattr(one, "id", None) for one in heard] == [1, 2, 3]
    assert isinstance(heard[1], Failed)
    assert heard[1].remedy == "cancelled"


def test_a_question_before_there_is_a_model_is_nonsense() -> None:
    """The daemon never says that."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ask(BlockingChannel(ours), 1, "x")
        with pytest.raises(Exception, match="before there is a model"):
            serve(BlockingChannel(theirs), Parrot)
