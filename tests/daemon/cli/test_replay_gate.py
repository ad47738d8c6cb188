"""What the idle gate overlooks: the same recordings through everything, with it and without."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rig.command import lookout, written
from rig.quiet import Quiet

SECONDS = 180.0
BLOCKS = ((24, 70), (10, 28), (40, 90), (14, 44), (8, 20))
"""From a child far away to somebody at the door."""

CLEAN = (("preset", "ultrafast"), ("crf", "23"))
CONSTANT = (("preset", "ultrafast"), ("b", "900k"), ("maxrate", "900k"), ("bufsize", "450k"))


def visits() -> tuple[tuple[float, float], ...]:
    """Plan who comes when: often at first, then at any moment, from a second to seven."""
    chance = np.random.default_rng(3)
    found, at = [], 5.0
    while at < SECONDS - 10:
        length = float(chance.uniform(1.0, 7.0))
        found.append((at, at + length))
        pause = (4.0, 7.0) if at < 75.0 else (9.5, 14.0)
        at += length + float(chance.uniform(*pause))
    return tuple(found)


def replayed(folder: Path, clip: Path, gate: str) -> tuple[bytes, list[dict[str, Any]], str]:
    """Run the command; return what it wrote, the events by their end, and what it said."""
    out = folder / "out.jsonl"
    detector = {
        "type": "detectors.testing:ScriptedDetector",
        "width": 320,
        "height": 180,
        "brightness": 215,
        "smallest": 5,
    }
    config = written(
        folder,
        {
            "detector": detector,
            "cameras": {"yard": {"source": {"type": "file", "path": "x.mp4"}}},
        },
    )
    done = lookout("replay", str(clip), "-c", config, "--gate", gate, "--jsonl", str(out))
    assert done.code == 0, done.err
    events: dict[str, dict[str, Any]] = {}
    for line in out.read_text().splitlines():
        event = json.loads(line)
        events[event["id"]] = event
    return out.read_bytes(), list(events.values()), done.err


@pytest.mark.parametrize(
    ("noise", "options", "least"),
    [
        pytest.param(0.7, CLEAN, 0.15, id="clean"),
        pytest.param(6.0, CONSTANT, 0.1, id="cbr", marks=pytest.mark.slow),
    ],
)
def test_every_event_is_found_with_the_gate(
    tmp_path: Path, noise: float, options: tuple[tuple[str, str], ...], least: float
) -> None:
    """Visits of all sizes, speeds and moments: none is overlooked, though much stays undecoded.

    On a clean stream, whose packet sizes tell motion, and on a noisy one of constant bit rate,
    whose do not. Twice the same, as every replay.
    """
    planned = visits()
    clip = Quiet(SECONDS, planned, noise, options=options, brightest=130, blocks=BLOCKS)
    path = clip.write(tmp_path / "clip.mp4")
    _, without, _ = replayed(tmp_path, path, "off")
    told, rested, said = replayed(tmp_path, path, "auto")
    assert len(without) >= 0.6 * len(planned)
    missed = [event for event in without if not any(overlap(event, other) for other in rested)]
    assert not missed
    assert ("can be trusted" in said) == (options == CLEAN)
    held, packets = (int(word) for word in said.split() if word.isdecimal())
    assert held > least * packets
    if options == CLEAN:
        assert replayed(tmp_path, path, "auto")[0] == told


def overlap(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Tell whether two events were on at the same time."""
    begin = max(one["started_at"], other["started_at"])
    return bool(begin <= min(one["ended_at"], other["ended_at"]))
