"""Two beds of one compiled model."""

import os
import select
from pathlib import Path
from typing import Any

import numpy as np
import openvino
from rig.models import bright_model

from detectors.families.letterbox import Letterbox
from detectors.openvino_bed import BEDS, Bed


def beds(path: Path) -> list[Bed]:
    """Make beds of a model that boxes what is bright, with a size of 128 x 96."""
    core = openvino.Core()
    steps = openvino.preprocess.PrePostProcessor(core.read_model(bright_model(path, "ssd")))
    tensor = steps.input().tensor()
    tensor.set_element_type(openvino.Type.u8).set_layout(openvino.Layout("NHWC"))
    steps.input().model().set_layout(openvino.Layout("NCHW"))
    steps.input().preprocess().convert_element_type(openvino.Type.f32)
    compiled: Any = core.compile_model(steps.build(), "CPU", {"NUM_STREAMS": 1})
    return [Bed(openvino, compiled, (128, 96), swapped=False) for _ in range(BEDS)]


def test_two_looks_do_not_mix(tmp_path: Path) -> None:
    """Both are started before one is waited for, each has its own answer, and the bell rings."""
    bell = os.eventfd(0, os.EFD_NONBLOCK)
    whole = Letterbox.stretch((128, 96))
    rung = 0
    try:
        made = beds(tmp_path / "m.xml")
        for number, bed in enumerate(made):
            bed.ring(bell)
            picture = np.zeros((96, 128, 3), np.uint8)
            picture[:48, 64 * number : 64 * number + 64] = 255
            bed.lay(picture, whole)
            bed.start()
        while rung < len(made):
            assert select.select([bell], [], [], 20)[0]
            rung += os.eventfd_read(bell)
        assert all(bed.done for bed in made)
        for bed in made:
            bed.wait()
        lefts = [float(bed.outputs()[0].reshape(-1, 7)[0][3]) for bed in made]
    finally:
        made.clear()
        os.close(bell)
    assert np.allclose(lefts, [0, 0.5])


def test_padding_is_laid_anew_with_another_place(tmp_path: Path) -> None:
    """Nothing of a picture of another shape is left around the next one."""
    bed = beds(tmp_path / "m.xml")[0]
    bed.lay(np.full((96, 128, 3), 255, np.uint8), Letterbox.stretch((128, 96)))
    bed.infer()
    assert bed.outputs()[0].reshape(-1, 7)[0][2] > 0
    bed.lay(np.zeros((48, 128, 3), np.uint8), Letterbox(0, 24, 128, 48))
    bed.infer()
    assert bed.outputs()[0].reshape(-1, 7)[0][2] <= 0
