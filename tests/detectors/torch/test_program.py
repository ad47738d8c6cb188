"""What happens on the device between pixels and rows."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detectors.families import yolov8
from detectors.families.suppression import suppress
from detectors.torch.program import CANDIDATES, MOST, PATIENT, Program, Wishes, settle_anchors
from detectors.torch.program import look as plain_look

pytestmark = pytest.mark.torch
torch: Any = pytest.importorskip("torch", reason='needs pip install "lookout-daemon[gpu]"')

from torch.utils._python_dispatch import TorchDispatchMode  # noqa: E402 (after the skip)

WANTED = (True, True, False)


def program(layout: Any, output: Any, min_score: float = 0.2) -> Program:
    """Make a program whose model always says the same."""
    wishes = Wishes(min_score, 0.5, WANTED)
    return Program(torch, lambda _: output, layout, wishes, dtype=torch.float32, device="cpu")


def yolo(anchors: int, seed: int = 1) -> Any:
    """Make the output of a head with overlapping boxes of three classes."""
    random = np.random.default_rng(seed)
    boxes = np.concatenate(
        (random.uniform(0, 300, (2, 2, anchors)), random.uniform(20, 90, (2, 2, anchors))), 1
    )
    scores = random.uniform(0, 1, (2, 3, anchors)) ** 4
    return torch.from_numpy(np.concatenate((boxes, scores), axis=1).astype(np.float32))


def look(made: Program, *, patient: bool = False) -> Any:
    """Run a program on two black pictures."""
    black = torch.zeros(2, 32, 32, 3, dtype=torch.uint8)
    return (made.patiently(black, 2) if patient else made(black)).numpy()


def test_equals_the_families_own_reading() -> None:
    """Boxes, scores and classes are those of plain decoding and suppression on the host."""
    output = yolo(700)
    rows = look(program("yolov8", output), patient=True)
    for picture in range(2):
        found = yolov8.decode(output[picture].numpy(), 0.2)
        found = suppress(found.take(found.number < 2), 0.5, MOST)
        count = int(rows[picture, 0, 0])
        assert count == len(found.score)
        assert rows[picture, 0, 1] == 1
        mine = rows[picture, 1 : 1 + count]
        assert np.allclose(mine[:, :4], found.xyxy, atol=1e-3)
        assert np.allclose(mine[:, 4], found.score)
        assert (mine[:, 5] == found.number).all()
        assert (rows[picture, 1 + count :, 4] == 0).all()


def test_more_candidates_than_the_fixed_program_takes_are_not_final() -> None:
    """A picture that was cut short says so; a patient look is final."""
    output = yolo(8 * CANDIDATES)
    made = program("yolov8", output, min_score=0.01)
    assert look(made)[:, 0, 1].tolist() == [0, 0]
    assert look(made, patient=True)[:, 0, 1].tolist() == [1, 1]


def test_a_head_that_suppresses_by_itself_is_only_sorted() -> None:
    """Weak, unwanted and unknown rows go; what stays comes strongest first."""
    output = torch.zeros(2, 50, 6)
    output[0, :5] = torch.tensor(
        [
            [1, 1, 9, 9, 0.3, 0],
            [2, 2, 9, 9, 0.9, 1],
            [3, 3, 9, 9, 0.8, 2],
            [4, 4, 9, 9, 0.1, 0],
            [5, 5, 9, 9, 0.7, 77],
        ]
    )
    rows = look(program("end_to_end", output))
    assert rows[:, 0, :2].tolist() == [[2, 1], [0, 1]]
    assert rows[0, 1:3, 0].tolist() == [2, 1]
    assert np.allclose(rows[0, 1:3, 4], [0.9, 0.3])


@pytest.mark.parametrize("patient", [False, True])
@pytest.mark.parametrize("layout", ["yolov8", "end_to_end"])
def test_numbers_that_are_none_are_no_objects(layout: str, patient: bool) -> None:
    """16 bits overflow: what is no number is never reported, nor does it harm its neighbours."""
    if layout == "yolov8":
        output = yolo(700)
        whole = look(program(layout, output), patient=patient)
        output[0, :, ::7] = torch.nan
        output[1] = torch.nan
    else:
        output = torch.rand(2, 50, 6, generator=torch.Generator().manual_seed(1))
        output[..., 5] = 1
        whole = look(program(layout, output), patient=patient)
        output[0, ::7] = torch.nan
        output[1] = torch.nan
    rows = look(program(layout, output), patient=patient)
    count = int(rows[0, 0, 0])
    assert count > 0
    assert rows[1, 0, 0] == 0
    assert np.isfinite(rows[0, 1 : 1 + count]).all()
    if layout == "end_to_end":
        assert count < whole[0, 0, 0]


@pytest.mark.parametrize("layout", ["yolov8", "end_to_end"])
@pytest.mark.parametrize("where", ["boxes", "scores", "numbers"])
def test_infinite_numbers_keep_within_bounds(layout: str, where: str) -> None:
    """Whatever overflows, counts stay counts, and class numbers those of wanted classes."""
    output = yolo(700) if layout == "yolov8" else torch.ones(2, 50, 6)
    axis = 1 if layout == "yolov8" else 2
    place = {"boxes": slice(0, 4), "scores": slice(4, 5), "numbers": slice(5, 6)}[where]
    for sign, picture in ((1, 0), (-1, 1)):
        part = output[picture].transpose(0, axis - 1)[place]
        part[:, ::3] = sign * torch.inf
    rows = look(program(layout, output))
    for picture in rows:
        count = int(picture[0, 0])
        assert 0 <= count <= len(picture) - 1
        assert set(picture[1 : 1 + count, 5]) <= {0.0, 1.0}
        assert not np.isnan(picture[1 : 1 + count, 4]).any()


def test_more_boxes_than_a_patient_look_takes_end_as_the_strongest() -> None:
    """Where everything is an object the strongest are told, and the picture is done with."""
    output = yolo(PATIENT + 500)
    output[:, 4:] = output[:, 4:] * 0.5 + 0.5
    rows = look(program("yolov8", output), patient=True)
    assert (rows[:, 0, 0] > MOST / 3).all()
    assert (np.diff(rows[0, 1:, 4]) <= 0).all()


class OnDevice(TorchDispatchMode):  # type: ignore[misc]  # torch is not checked here
    """Notes every operation that leaves its result on the host."""

    def __init__(self) -> None:
        super().__init__()
        self.elsewhere: list[str] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Do it and look where the result lies."""
        result = func(*args, **(kwargs or {}))
        for one in result if isinstance(result, (tuple, list)) else (result,):
            if isinstance(one, torch.Tensor) and one.device.type != "meta":
                self.elsewhere.append(str(func))
        return result


@pytest.mark.parametrize("layout", ["yolov8", "end_to_end"])
def test_no_step_leaves_the_device(layout: Any) -> None:
    """A graph that holds a copy from the host would read memory that is long given away."""
    shape = (2, 7, 700) if layout == "yolov8" else (2, 50, 6)
    made = Program(
        torch,
        lambda pixels: pixels.new_zeros(shape),
        layout,
        Wishes(0.2, 0.5, WANTED),
        dtype=torch.float16,
        device="meta",
    )
    pixels = torch.zeros(2, 32, 32, 3, dtype=torch.uint8, device="meta")
    with OnDevice() as watched:
        rows = made(pixels)
    assert (rows.device.type, watched.elsewhere) == ("meta", [])


def test_no_step_of_a_network_leaves_the_device(checkpoint: Path) -> None:
    """The same holds for Ultralytics' own networks, once they have looked at something."""
    model = torch.load(checkpoint, map_location="cpu", weights_only=False)["model"]
    model = model.float().fuse().eval()
    black = torch.zeros(2, 64, 64, 3, dtype=torch.uint8)
    plain_look(torch, model, black, torch.float32)
    settle_anchors(model)
    model = model.to("meta")
    for module in model.modules():
        if getattr(module, "shape", None) is not None and hasattr(module, "anchors"):
            module.anchors, module.strides = module.anchors.to("meta"), module.strides.to("meta")
    with OnDevice() as watched:
        plain_look(torch, model, black.to("meta"), torch.float32)
    assert watched.elsewhere == []
