"""Several detectors that look at the same frames."""

import asyncio
from typing import Any

from rig.detecting import QUICK, SIZE, Camera, Told, alive, camera
from rig.waiting import until

from daemon.detection import DetectorHost, Panel


def scripted(name: str, label: str, width: int = SIZE[0], **script: Any) -> DetectorHost:
    """Make a host of a scripted detector that says one label."""
    told = Told()
    config: dict[str, Any] = {"width": width, "height": SIZE[1], "label": label, **script}
    backend = "detectors.testing:ScriptedDetector"
    return DetectorHost(
        name,
        backend,
        config,
        timing=QUICK,
        told=told,
        beat=told.beat,
    )


async def test_frame_is_seen_by_each_and_found_once() -> None:
    """What two detectors find in one frame is one result, strongest first."""
    people, cars = scripted("people", "person"), scripted("cars", "car", width=96)
    panel = Panel([people, cars])
    async with alive(people), alive(cars), camera(panel) as yard:
        profile = await panel.profile()
        assert profile.labels == ("person", "car")
        assert panel.size == (96, SIZE[1])
        await yard.put()
        seen = await yard.look(panel)
    assert seen is not None
    assert seen.detections is not None
    assert sorted(seen.detections.label) == ["car", "person"]
    assert (people.figures.frames, cars.figures.frames) == (1, 1)


async def test_detector_that_is_refused_is_gone_without() -> None:
    """A camera goes on with the detectors that work."""
    people, cars = scripted("people", "person", load="rejected"), scripted("cars", "car")
    panel = Panel([people, cars])
    async with alive(people), alive(cars), camera(panel) as yard:
        profile = await panel.profile()
        await yard.put()
        seen = await yard.look(panel)
    assert profile.labels == ("car",)
    assert seen is not None
    assert seen.detections is not None
    assert seen.detections.label == ("car",)
    assert people.figures.state == "degraded"


async def test_detector_that_dies_loses_no_frame_of_the_others() -> None:
    """While one starts anew the frame counts as seen by the other; then both look again."""
    people = scripted("people", "person", fault="segfault", fault_at=2)
    cars = scripted("cars", "car")
    panel = Panel([people, cars])
    async with alive(people), alive(cars), camera(panel) as yard:
        await panel.profile()
        labels = []
        for _ in range(2):
            await yard.put()
            seen = await yard.look(panel)
            assert seen is not None
            assert seen.detections is not None
            labels.append(sorted(seen.detections.label))
        await until(lambda: people.running)
        await yard.put()
        seen = await yard.look(panel)
        assert seen is not None
        assert seen.detections is not None
        labels.append(sorted(seen.detections.label))
    assert labels == [["car", "person"], ["car"], ["car", "person"]]
    assert people.figures.lost == 1


async def test_cancelled_camera_leaves_nothing_behind_with_two_detectors() -> None:
    """A frame that two are looking at is given back once."""
    people, cars = scripted("people", "person", delay=0.2), scripted("cars", "car", delay=0.2)
    panel = Panel([people, cars])
    async with alive(people), alive(cars), camera(panel) as yard:
        await panel.profile()

        async def cancelled(yard: Camera) -> None:
            await yard.put()
            async with asyncio.TaskGroup() as group:
                looking = group.create_task(yard.look(panel))
                await until(lambda: not len(yard.edge))
                looking.cancel()

        await cancelled(yard)
        assert yard.dropped == {"abandoned": 1}
        assert yard.pool.free == 3
