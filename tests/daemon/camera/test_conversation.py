"""Questions put to a decoder child."""

import asyncio
from pathlib import Path

import pytest
from rig.hosted import QUICK, ask_on, failing, opening, watched
from rig.hostile import write

from daemon.camera.conversation import Conversation
from daemon.counters import CameraFigures
from sources import PictureRequest, SourceUnavailable
from sources.message import Take


async def test_picture_in_hand_when_leaving_is_counted() -> None:
    """A frame that arrives in the moment of leaving is a counted drop, not a hole."""
    async with watched(opening(fps=200)) as found:
        for _ in range(20):
            received = found.figures.received
            async with asyncio.TaskGroup() as group:
                asking = group.create_task(found.host.next(0, 320, 240))
                while found.figures.received == received:  # noqa: ASYNC110 (the very moment)
                    await asyncio.sleep(0)
                asking.cancel()
            if not asking.cancelled():
                found.figures.detect()
    assert found.figures.received == 20
    assert found.figures.in_hand == 0
    assert found.figures.dropped["at_stop"] > 0


async def test_recording_that_hangs_misses_its_deadline() -> None:
    """The next picture of a recording has `request` seconds."""
    timing = QUICK.model_copy(update={"request": 0.5})
    order = opening(live=False, faults=[{"action": "hang", "at": 1}])
    async with failing("no picture within"), watched(order, live=False, timing=timing) as found:
        await ask_on(found)


@pytest.mark.parametrize("trick", ["never_answers", "deaf"])
async def test_child_that_only_babbles_is_killed(hostile: Path, trick: str) -> None:
    """Pulses alone do not keep a child alive: questions have a deadline, live ones too."""
    timing = QUICK.model_copy(update={"opening": 0.5, "silence": 0.5})
    module = write(hostile, trick)
    async with (
        failing("no picture within 2 s"),
        watched(opening(), module=module, timing=timing) as found,
    ):
        await found.next()


async def test_whoever_still_waits_when_all_ends_is_told() -> None:
    """Closing answers what is still asked; nothing is waited for any more."""

    async def send(_: object) -> None:
        pass

    talk = Conversation("yard", send, CameraFigures())
    async with asyncio.TaskGroup() as group:
        ask = Take(id=talk.number(), request=PictureRequest(index=1))
        asking = group.create_task(refused(talk, ask))
        await asyncio.sleep(0)
        assert talk.unanswered(ask.id)
        talk.close()
    assert asking.result() == "yard: closed"
    assert talk.question(ask.id) is None


async def refused(talk: Conversation, ask: Take) -> str:
    """Ask; return why there is no answer."""
    with pytest.raises(SourceUnavailable) as caught:
        await talk.ask(ask, 5.0)
    return str(caught.value)
