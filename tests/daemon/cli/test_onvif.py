"""The process that speaks ONVIF: its answers, its end, and what it is never told."""

import asyncio
from pathlib import Path

import psutil
import pytest
from rig.answering import Answering
from rig.onvif_device import Habits, OnvifDevice

from daemon.cli.onvif import MODULE, ask
from sources import SourceRejected, SourceUnavailable
from sources.device import DeviceConfig, Order

USER, WORD = "viewer", "c4nary:%2F/w#rd"


def speakers() -> list[psutil.Process]:
    """Find the processes of ours that speak ONVIF."""
    ours = psutil.Process().children(recursive=True)
    return [one for one in ours if MODULE in one.cmdline()]


def shown(process: psutil.Process) -> bytes:
    """Return what anybody, or its own user, can read of a process."""
    place = Path(f"/proc/{process.pid}")
    return (place / "cmdline").read_bytes() + (place / "environ").read_bytes()


async def test_silent_camera_ends_with_its_process() -> None:
    """A camera that takes the question and never answers costs its patience, and leaves nobody.

    Meanwhile the password is neither in the command line nor in the environment of the process.
    """
    pytest.importorskip("zeep", reason="the extra onvif is not installed")
    with Answering() as silent:
        camera = DeviceConfig(host="127.0.0.1", port=silent.port, read_timeout=60)

        async def asked() -> None:
            with pytest.raises(SourceUnavailable, match="no answer over ONVIF within 4 s"):
                await ask(Order(camera=camera, user=USER, secret=WORD), 4)

        async with asyncio.TaskGroup() as group:
            group.create_task(asked())
            while not speakers():  # noqa: ASYNC110 (it starts within its patience)
                await asyncio.sleep(0.05)
            for one in speakers():
                assert WORD.encode() not in shown(one)
    assert speakers() == []


async def test_answers_come_back() -> None:
    """What the camera tells is told; what it refuses is raised, without the password."""
    pytest.importorskip("zeep", reason="the extra onvif is not installed")
    with OnvifDevice(habits=Habits(user=USER, password=WORD)) as device:
        camera = DeviceConfig(host="127.0.0.1", port=device.port)
        good = await ask(Order(camera=camera, user=USER, secret=WORD))
        with pytest.raises(SourceRejected, match="refuses user or password"):
            await ask(Order(camera=camera, user=USER, secret="not " + WORD))
    assert good.device is not None
    assert good.device.model == "Model 1"
