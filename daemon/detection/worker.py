"""The conversation with one detector worker: load, map slots, ask, understand the answer."""

import array
import asyncio
from collections.abc import Callable, Mapping, Sequence

from daemon.detection.looking import Held
from daemon.process import Process
from daemon.slots import SlotPool
from daemon.systemd import patient
from daemon.timing import Timing
from detectors import Detections, DetectorExhausted, DetectorRejected, DetectorUnavailable
from detectors.columns import from_rows
from detectors.message import (
    Detect,
    Failed,
    Found,
    Item,
    ItemPart,
    Load,
    Loaded,
    Map,
    Unmap,
    from_worker,
)
from sources import ChannelBroken


class Worker:
    """One worker process, from its start to its end."""

    def __init__(self, process: Process, timing: Timing) -> None:
        self._process = process
        self._timing = timing
        self._mapped: dict[str, SlotPool] = {}

    async def load(self, load: Load, beat: Callable[[], None]) -> Loaded:
        """Have it load its detector.

        Raises:
            DetectorError: It could not.
            TimeoutError: It took too long.
        """
        await self._process.send(load)
        with patient(beat):
            async with asyncio.timeout(self._timing.load):
                received = await self._process.receive()
        message = from_worker.validate_json(received.text)
        if isinstance(message, Failed):
            raise _failure(message)
        if not isinstance(message, Loaded):
            raise ChannelBroken(f"answered {message.kind} to load")
        return message

    def check(self) -> None:
        """Raise ProcessGone if it has ended, without waiting."""
        self._process.check()

    def maps(self, cameras: Sequence[str], pools: Mapping[str, SlotPool]) -> bool:
        """Whether it has the slots of these cameras, as they are now."""
        return all(self._mapped.get(camera) is pools.get(camera) for camera in cameras)

    async def ask(
        self, number: int, batch: Sequence[tuple[str, Held]], pools: Mapping[str, SlotPool]
    ) -> None:
        """Have a batch of cameras' frames looked at.

        Raises:
            ProcessGone: It ended, perhaps with a last word; see `answer`.
        """
        await self._map([camera for camera, _ in batch], pools)
        items = tuple(_item(camera, held) for camera, held in batch)
        await self._process.send(Detect(id=number, items=items))

    async def answer(
        self, number: int, count: int, labels: tuple[str, ...]
    ) -> tuple[Found, list[Detections | None]]:
        """Wait for the answer to a batch of so many; None stands for a torn picture.

        Raises:
            DetectorError: The detector failed.
            ProcessGone: It ended.
            ChannelBroken: It said something else.
        """
        received = await self._process.receive()
        message = from_worker.validate_json(received.text)
        if isinstance(message, Failed):
            raise _failure(message)
        if not isinstance(message, Found) or message.id != number or len(message.rows) != count:
            raise ChannelBroken("an answer that fits no question")
        numbers = array.array("f")
        numbers.frombytes(received.blob)
        return message, from_rows(message.rows, numbers, labels)

    async def _map(self, cameras: Sequence[str], pools: Mapping[str, SlotPool]) -> None:
        for camera in [name for name, pool in self._mapped.items() if pools.get(name) is not pool]:
            del self._mapped[camera]
            await self._process.send(Unmap(camera=camera))
        for camera in cameras:
            pool = pools.get(camera)
            if pool is not None and camera not in self._mapped:
                message = Map(camera=camera, slots=pool.count)
                await self._process.send(message, descriptors=[pool.readonly])
                self._mapped[camera] = pool


def _item(camera: str, held: Held) -> Item:
    frame = held.frame
    if frame.camera != camera:
        raise ChannelBroken(f"a frame of {frame.camera} came for {camera}")
    pixels = frame.pixels
    return Item(
        camera=frame.camera,
        index=frame.index,
        slot=pixels.slot,
        generation=pixels.generation,
        width=pixels.width,
        height=pixels.height,
        parts=tuple(ItemPart(region=p.region, place=p.place) for p in frame.parts or ()),
    )


def _failure(message: Failed) -> DetectorRejected | DetectorUnavailable:
    if message.remedy == "rejected":
        return DetectorRejected(message.reason)
    return (DetectorExhausted if message.exhausted else DetectorUnavailable)(message.reason)
