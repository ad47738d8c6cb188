"""How long a real model's server takes: questions of ours to `llama-server`, one or two at a time.

Run as `python -m benchmarks.answering FOLDER`, with `model.gguf` and `mmproj.gguf` in the folder
and the program where `tests/rig/served.py` finds it; it keeps pictures, tokens and seconds of every
answer in `benchmarks/latencies.json`, for `python -m benchmarks governing`.
"""

import asyncio
import json
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from rig.served import Served, llama_server

from reasoners import Event, FrameReference, Job, Limits, Prompt, ReplyInvalid
from reasoners.providers.config import HttpConfig
from reasoners.providers.http import HttpReasoner
from reasoners.vlm.call import call
from reasoners.vlm.prompt import prompt

KEPT: Final = Path(__file__).resolve().parent / "latencies.json"
PICTURES: Final = (1, 2, 4, 6)
ROUNDS: Final = 16


def picture(number: int) -> bytes:
    """Draw some soft shapes, other ones for every number: 640x352, as a question has it."""
    rough = np.random.default_rng(number).integers(0, 255, (11, 20, 3), dtype=np.uint8)
    soft = cv2.resize(rough, (640, 352), interpolation=cv2.INTER_CUBIC)
    return bytes(cv2.imencode(".jpg", soft)[1])


async def timed(served: Served) -> list[list[float]]:
    """Return pictures, tokens asked and answered, seconds to the first word and to the last."""
    section = {key: value for key, value in served.reasoner().items() if key != "type"}
    config = HttpConfig.model_validate(section | {"max_tokens": 4000})
    found: list[list[float]] = []
    number = 0
    async with HttpReasoner("bench", config, None) as reasoner:
        for pictures in PICTURES:
            for together in (1, 2):
                for _ in range(ROUNDS // together):
                    asked = []
                    for _ in range(together):
                        number += 1
                        asked.append(_prompt(number, pictures))
                    async with asyncio.TaskGroup() as group:
                        for one in asked:
                            group.create_task(_answered(reasoner, one, pictures, found))
    return found


async def _answered(
    reasoner: HttpReasoner, asked: Prompt, pictures: int, found: list[list[float]]
) -> None:
    """Note one answer; a random model that goes on and on gives none."""
    try:
        said = await reasoner.complete(asked)
    except ReplyInvalid:
        return
    tokens = (said.asked or 0, said.answered or 0)
    found.append([pictures, *tokens, said.first_s or 0.0, said.latency_s])


def _prompt(number: int, pictures: int) -> Prompt:
    """Ask for the bare answer: of a full report a random model never finds the end."""
    return prompt(call((job(number, pictures),), Limits(images=6), "short"))


def job(number: int, pictures: int) -> Job:
    """Ask about an event of that number, with so many pictures of its own."""
    event = Event(
        id=f"e{number}",
        node="bench",
        camera="porch",
        revision=1,
        type="new",
        rule="presence",
        started_at=1.0,
        updated_at=1.0,
        explanation="Somebody came.",
        frame=FrameReference(index=number, captured_at=1.0, received_at=1.0),
    )
    images = tuple(picture(100 * number + one) for one in range(pictures))
    return Job(event, "Is it a courier?", images, 60.0)


def record(model: Path) -> dict[str, Any]:
    """Start the server, ask, and end it."""
    with tempfile.TemporaryDirectory() as folder, llama_server(model, Path(folder)) as served:
        return {"model": "tiny, random weights", "answers": asyncio.run(timed(served))}


if __name__ == "__main__":
    KEPT.write_text(json.dumps(record(Path(sys.argv[1]))) + "\n")
