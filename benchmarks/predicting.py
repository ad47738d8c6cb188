"""Ultralytics' own loop over a clip, in its own environment; see `benchmarks.predict`.

    .venv-torch/bin/python -m benchmarks.predicting CLIP MODEL STRIDE tuned|shipped|tracked

Calls `predict(stream=True)`, or `track` of that kind with ByteTrack, again and again on the clip,
and looks at every `STRIDE`th picture. Prints a line of JSON for every look: looks and objects so
far, and the CPU seconds of the process.
"""

import functools
import json
import os
import sys
import time
from collections.abc import Mapping

SWITCHES = {
    "YOLO_AUTOINSTALL": "false",
    "YOLO_OFFLINE": "true",
    "YOLO_VERBOSE": "false",
    "DO_NOT_TRACK": "1",
}

TUNED = {"OMP_NUM_THREADS": "1"}
"""One thread each, as on Lookout's side: on two cores more of them wait for each other."""


def main() -> None:
    """Run until killed."""
    clip, model, stride, how = sys.argv[1:5]
    os.environ.update(SWITCHES)
    if how != "shipped":
        os.environ.update(TUNED)
    run(clip, model, int(stride), how)


def run(clip: str, model: str, stride: int, how: str) -> None:
    """Look and tell."""
    import ultralytics  # noqa: PLC0415 (reads the environment when it is imported)

    if how != "shipped":
        _tune()
    network = ultralytics.YOLO(model, task="detect")
    looks = objects = 0
    while True:
        tracker = {"tracker": "bytetrack.yaml", "persist": True} if how == "tracked" else {}
        look = network.track if tracker else network.predict
        results = look(
            clip,
            **tracker,
            stream=True,
            vid_stride=stride,
            conf=0.1,
            iou=0.6,
            max_det=300,
            device="cpu",
            verbose=False,
            save=False,
        )
        for result in results:
            boxes = result.boxes
            columns = boxes.xyxyn.tolist(), boxes.conf.tolist(), boxes.cls.tolist()
            looks, objects = looks + 1, objects + len(columns[0])
            done = {"looks": looks, "objects": objects, "cpu_s": time.process_time()}
            print(json.dumps(done), flush=True)


def _tune() -> None:
    """Give OpenVINO the settings that Lookout gives it; Ultralytics has no option for them."""
    import cv2  # noqa: PLC0415 (of Ultralytics' environment)
    import openvino  # noqa: PLC0415
    import torch  # noqa: PLC0415

    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    # The decoder heeds this alone, and no option of FFmpeg's.
    capture, one = cv2.VideoCapture, [cv2.CAP_PROP_N_THREADS, 1]
    vars(cv2)["VideoCapture"] = lambda path: capture(path, cv2.CAP_FFMPEG, one)
    shipped = openvino.Core.compile_model

    @functools.wraps(shipped)
    def compiled(
        core: object,
        model: object,
        device_name: str | None = None,
        config: Mapping[str, object] | None = None,
    ) -> object:
        settings = {
            **(config or {}),
            "INFERENCE_NUM_THREADS": max(1, min(len(os.sched_getaffinity(0)) // 2, 8)),
            "NUM_STREAMS": 1,
            "ENABLE_CPU_PINNING": False,
        }
        return shipped(core, model, device_name or "CPU", settings)

    openvino.Core.compile_model = compiled


if __name__ == "__main__":
    main()
