"""The floor: what decoding and inference cost when nothing else is done, in one process.

    python -m benchmarks.floor CLIP MODEL FPS

Plays a clip at its own speed, again and again; decodes every packet in one thread; converts and
infers the pictures that are due. No queue, no tracker, no event, no second process. Prints a line
of JSON for every picture inferred: how many were decoded and looked at so far, the CPU seconds of
looking (conversion and inference), and those of all else.
"""

import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import openvino
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from sources.child.decoded import Scalers


def main() -> None:
    """Run until killed."""
    clip, model, fps = Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3])
    run(clip, Eye(model), 1 / fps)


class Eye:
    """A compiled model with its one input tensor, 8 bit, BGR; the product's own settings."""

    def __init__(self, model: Path) -> None:
        core = openvino.Core()
        graph = core.read_model(model)
        steps = openvino.preprocess.PrePostProcessor(graph)
        steps.input().tensor().set_element_type(openvino.Type.u8).set_layout(
            openvino.Layout("NHWC")
        )
        steps.input().model().set_layout(openvino.Layout("NCHW"))
        steps.input().preprocess().convert_element_type(openvino.Type.f32)
        settings: dict[str, Any] = {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_NUM_THREADS": max(1, min(len(os.sched_getaffinity(0)) // 2, 8)),
            "NUM_STREAMS": 1,
            "ENABLE_CPU_PINNING": False,
        }
        self._request = core.compile_model(steps.build(), "CPU", settings).create_infer_request()
        _, self._height, self._width, _ = self._request.get_input_tensor().shape
        self._canvas = np.full((1, self._height, self._width, 3), 114, np.uint8)
        self._request.set_input_tensor(openvino.Tensor(self._canvas, shared_memory=True))
        self._scalers = Scalers()

    def look(self, frame: VideoFrame) -> None:
        """Convert as the product does, scaled to fit, and infer."""
        scale = min(self._width / frame.width, self._height / frame.height)
        width, height = round(frame.width * scale), round(frame.height * scale)
        rgb = self._scalers.convert(frame, width, height)
        self._canvas[0, :height, :width] = cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR)
        self.infer()

    def infer(self) -> None:
        """Infer what lies in the input tensor."""
        self._request.infer()


def run(clip: Path, eye: Eye, interval: float) -> None:
    """Play, decode, look; say after each look what was done and what it took."""
    due = started = time.monotonic()
    decoded = looks = 0
    looking = 0.0
    for at, codec, packet in played(clip):
        early = started + at - time.monotonic()
        if early > 0:
            time.sleep(early)
        for frame in codec.decode(packet):
            decoded += 1
            if at + started < due - 0.1 * interval:
                continue
            due = max(due + interval, at + started + 0.5 * interval)
            before = time.process_time()
            eye.look(frame)
            looking += time.process_time() - before
            looks += 1
            rest = time.process_time() - looking
            done = {"decoded": decoded, "looks": looks, "decode_s": rest, "look_s": looking}
            print(json.dumps(done), flush=True)


def played(clip: Path) -> "Iterator[tuple[float, VideoCodecContext, Packet[VideoStream]]]":
    """Yield when each packet is due, its decoder, and the packet, for ever."""
    offset = 0.0
    while True:
        with av.open(str(clip)) as container:
            video = container.streams.video[0]
            codec = video.codec_context
            codec.thread_count, codec.thread_type = 1, "NONE"
            rate = float(video.average_rate or 25)
            number = 0
            for packet in container.demux(video):
                if packet.size:
                    yield offset + number / rate, codec, packet
                    number += 1
            offset += number / rate


if __name__ == "__main__":
    main()
