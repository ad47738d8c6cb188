"""The conversation with a worker that answers what was not asked."""

import pytest
from rig.detecting import SIZE, alive, camera, made

from daemon.detection.worker import Worker
from daemon.process import Process
from daemon.timing import Timing
from detectors import DetectorExhausted
from detectors.message import Load
from sources import ChannelBroken


def load(**config: object) -> Load:
    """Describe a scripted detector."""
    return Load.model_validate(
        {"name": "test", "backend": "detectors.testing:ScriptedDetector", "config": config}
    )


async def test_lack_of_memory_is_told_apart() -> None:
    """What the worker says of its device's memory arrives as that."""
    async with Process("detectors.worker", "test", grace=0.5) as process:
        worker = Worker(process, Timing(load=20))
        with pytest.raises(DetectorExhausted, match="no memory left"):
            await worker.load(load(load="exhausted"), lambda: None)


async def test_frame_of_another_camera_is_not_sent() -> None:
    """A mix-up of cameras is a fault, never an answer."""
    host = made()
    async with alive(host), camera(host, "yard") as yard:
        await yard.put()
        held = await yard.edge.take_waiting()
        assert held is not None
        async with Process("detectors.worker", "test", grace=0.5) as process:
            worker = Worker(process, Timing(load=20))
            loaded = await worker.load(load(width=SIZE[0], height=SIZE[1]), lambda: None)
            with pytest.raises(ChannelBroken, match="a frame of yard came for street"):
                await worker.ask(1, [("street", held)], {})
            pools = {"yard": yard.pool}
            await worker.ask(2, [("yard", held)], pools)
            _, (found,) = await worker.answer(2, 1, loaded.labels)
            assert found is not None
            assert len(found) == 1
        held.lease.release()
