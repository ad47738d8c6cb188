"""Which frames are looked at, and what is known between two looks."""

import asyncio
from pathlib import Path
from typing import Literal

import pytest
from rig.street import reports, street


async def test_rate_follows_the_tracks(tmp_path: Path) -> None:
    """What stands there for long costs fewer looks; it is still one event, from start to end."""
    looks: dict[str, int] = {}
    events: dict[str, list[object]] = {}
    kinds: tuple[Literal["fixed", "tracks"], ...] = ("fixed", "tracks")
    for rate in kinds:
        folder = tmp_path / rate
        script = street(
            folder, fps=5, rate=rate, media_start=0.0, live=False, frames=160, goes=10**6
        )
        async with script as one:
            await one.line.once()
            events[rate] = [(event.type, event.end_reason) for event in await one.events()]
            looks[rate] = one.line.figures.detected
            assert one.line.figures.balanced
    assert looks["fixed"] == 40
    assert looks["tracks"] < 30
    for told in events.values():
        assert (told[0], told[-1]) == (("new", None), ("end", "left"))


async def test_boxes_are_carried_between_looks(tmp_path: Path) -> None:
    """Of a recording one frame in five is looked at; each other one has boxes too, and says so.

    The same visit is told as with a look at every frame: one event, from start to end.
    """
    told: list[list[tuple[str, str | None]]] = []
    for carry in (0, 4):
        script = street(
            tmp_path / str(carry), carry=carry, media_start=0.0, live=False, frames=60, goes=45
        )
        async with script as one:
            await one.line.once()
            while len(reports(one)) < 60:  # noqa: ASYNC110 (what is shown has no event of its own)
                await asyncio.sleep(0.01)
            told.append([(event.type, event.end_reason) for event in await one.events()])
            figures, frames = one.line.figures, reports(one)
            assert figures.balanced
            assert (figures.detected, figures.carried) == ((60, 0) if carry == 0 else (12, 48))
            ended = (await one.events())[-1]
    assert [row[0] for row in told] == [("new", None)] * 2
    assert [row[-1] for row in told] == [("end", "left")] * 2
    assert [frame.looked for frame in frames] == [number % 5 == 0 for number in range(60)]
    shown = {frame.index - 100: frame.objects for frame in frames}
    assert all(
        object_.carried == (number % 5 != 0) for number in shown for object_ in shown[number]
    )
    # Confirmed by its second look, at 10: from there on it has a box on every frame.
    assert all(len(shown[number]) == 1 for number in range(10, 45))
    lefts = [shown[number][0].box[0] for number in range(15, 40)]
    assert lefts == sorted(lefts)
    scores = [shown[number][0].score for number in range(20, 26)]
    assert scores[:5] == sorted(scores[:5], reverse=True)
    assert scores[5] > scores[4]
    # Last shown by the look at 40, although carried on until 45.
    assert ended.ended_at == pytest.approx(40 / 20, abs=0.001)
