"""Random models of Ultralytics, exported and read back: the same numbers, the same boxes."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rig import lively

from detectors import Detections, DetectorRejected
from detectors.boxes import overlap
from detectors.export.exporting import export
from detectors.export.message import Export, Exported
from detectors.families.coco import COCO
from detectors.onnx import OnnxConfig, OnnxDetector
from detectors.openvino import OpenvinoConfig, OpenvinoDetector
from detectors.picture import Picture

pytestmark = pytest.mark.torch

SIZE = (640, 384)
MIN_SCORE, IOU = 0.3, 0.6
Foreign = Any


def exported(source: Path, folder: Path, form: str, **more: Any) -> Exported:
    """Export into a folder, in this process."""
    folder.mkdir(parents=True, exist_ok=True)
    order = {"model": source, "format": form, "folder": folder, "size": SIZE, "allow_pickle": True}
    return export(Export.model_validate({**order, **more}), lambda _: None)


def truth(source: Path) -> tuple[Foreign, Foreign]:
    """Let the library itself look: its raw output, and the boxes its own pipeline finds."""
    import torch  # noqa: PLC0415 (only where the extra is)
    from ultralytics import YOLO  # noqa: PLC0415

    picture = lively.noise()
    yolo = YOLO(source)
    end_to_end = source.name.startswith("yolo26")
    model = yolo.model.float().fuse().eval()
    with torch.inference_mode():
        tensor = torch.from_numpy(picture.copy()).permute(2, 0, 1)[None].float() / 255
        output = model(tensor)
    raw = (output[0] if isinstance(output, (tuple, list)) else output)[0].numpy()
    options = {"conf": MIN_SCORE, "iou": IOU, "imgsz": (384, 640), "device": "cpu"}
    if end_to_end:
        options["nms"] = False
    [result] = YOLO(source).predict(picture[..., ::-1], verbose=False, **options)
    return raw, result.boxes


def raw_of(detector: OnnxDetector | OpenvinoDetector, picture: Picture) -> Foreign:
    """Return the numbers our back end itself got for a picture, before anything reads them."""
    if isinstance(detector, OpenvinoDetector):
        ticket = detector.begin([picture])
        detector.finish(ticket)
        return ticket.bed.outputs()[0][0].copy()
    detector.detect([picture])
    feed = detector._feed(detector._blob[:1])  # noqa: SLF001
    return detector._session.run(None, feed)[0][0]  # noqa: SLF001


@pytest.fixture(scope="module")
def written(
    checkpoint: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[Path, Exported]]:
    """Export each family to both formats, once; tell what was said and where it is."""
    folder = tmp_path_factory.mktemp("written")
    done = {form: exported(checkpoint, folder / form, form) for form in ("onnx", "openvino")}
    return {form: (folder / form / told.files[0], told) for form, told in done.items()}


def readers(written: dict[str, tuple[Path, Exported]]) -> list[OnnxDetector | OpenvinoDetector]:
    """Build everything of ours that reads what was written."""
    values = {"min_score": MIN_SCORE, "iou": IOU}
    onnx = OnnxConfig.model_validate({**values, "model": written["onnx"][0], "provider": "cpu"})
    full = {**values, "precision": "full"}
    return [
        OnnxDetector("test", onnx),
        *(
            OpenvinoDetector("test", OpenvinoConfig.model_validate({**full, "model": path}))
            for path, _ in written.values()
        ),
    ]


def test_numbers_and_boxes_are_the_library_s(
    checkpoint: Path, written: dict[str, tuple[Path, Exported]]
) -> None:
    """Raw outputs within 1e-3, boxes IoU at least 0.98 and scores within 0.02, names from the file.

    Both formats and both back ends. Coordinates of a head are pixels up to 640: what must hold for
    them is relative to that.
    """
    end_to_end = checkpoint.name.startswith("yolo26")
    raw, boxes = truth(checkpoint)
    for detector in readers(written):
        profile = detector.load()
        assert profile.labels == COCO
        assert f"({'end_to_end' if end_to_end else 'yolov8'}, 640x384)" in profile.description
        picture = Picture("yard", 0, lively.noise())
        require_numbers(raw_of(detector, picture), raw, end_to_end=end_to_end)
        [found] = detector.detect([picture])
        require_boxes(found, boxes)


def require_numbers(ours: Foreign, raw: Foreign, *, end_to_end: bool) -> None:
    """Compare raw outputs; rows of equal score may change places, so each must have its twin."""
    if end_to_end:
        near = np.abs(ours[:, None, :4] - raw[None, :, :4]).max(axis=2) <= 1e-3 * 640
        near &= np.abs(ours[:, None, 4] - raw[None, :, 4]) <= 1e-3
        assert near.any(axis=1).mean() > 0.99
        return
    assert np.abs(ours[4:] - raw[4:]).max() <= 1e-3
    assert np.abs(ours[:4] - raw[:4]).max() / 640 <= 1e-3


def require_boxes(found: Detections, boxes: Foreign) -> None:
    """Pair every clear box with one of the library's, both ways."""
    theirs = boxes.xyxyn.numpy()
    visible = (theirs[:, 2:] > theirs[:, :2]).all(axis=1)
    theirs, scores = theirs[visible], boxes.conf.numpy()[visible]
    labels = np.array([COCO[int(number)] for number in boxes.cls.numpy()[visible]])
    pairs = overlap(found.xyxy, theirs) >= 0.98
    pairs &= np.abs(found.score[:, None] - scores[None]) <= 0.02
    pairs &= np.array(found.label)[:, None] == labels[None]
    clear = found.score >= MIN_SCORE + 0.02
    assert clear.sum() >= 3
    # Right at the threshold of overlap a pair may be decided the other way.
    assert np.sum(clear & ~np.any(pairs, axis=1)) <= clear.sum() // 50
    missed = ~np.any(pairs, axis=0)
    assert np.sum(missed & (scores >= MIN_SCORE + 0.02)) <= clear.sum() // 50


def test_what_is_told_of_an_export_is_true(written: dict[str, tuple[Path, Exported]]) -> None:
    """Names, licence, versions and agreement; nothing but the files named is left in the folder."""
    for form, (path, done) in written.items():
        assert sorted(done.files) == sorted(file.name for file in path.parent.iterdir())
        assert len(done.files) == {"onnx": 1, "openvino": 3}[form]
        assert done.names == COCO
        assert done.licence is not None
        assert "AGPL-3.0" in done.licence
        assert set(done.made_with) == {"ultralytics", "torch", form}
        assert done.agreement is not None
        assert done.agreement.boxes > 5
        assert done.agreement.score < 1e-3


def test_half_and_open_batches_read_back(checkpoint: Path, tmp_path: Path) -> None:
    """16-bit floats are read by OpenVINO; a batch that is left open is used by ONNX Runtime."""
    if not checkpoint.name.startswith("yolo26"):
        pytest.skip("one family is enough")
    pictures = [Picture("yard", number, lively.noise()) for number in range(3)]
    half = exported(checkpoint, tmp_path / "half", "onnx", half=True)
    assert half.agreement is not None
    small = OpenvinoDetector("test", OpenvinoConfig(model=tmp_path / "half" / half.files[0]))
    small.load()
    assert len(small.detect(pictures)) == 3
    wide = exported(checkpoint, tmp_path / "wide", "onnx", batch=4)
    values = {"model": tmp_path / "wide" / wide.files[0], "provider": "cpu", "max_batch": 4}
    detector = OnnxDetector("test", OnnxConfig.model_validate(values))
    assert detector.load().max_batch == 4
    assert len(detector.detect(pictures)) == 3


def test_a_model_that_cannot_be_exported_is_named(tmp_path: Path) -> None:
    """A classifier and a file of another kind each give one reason, and are named."""
    import torch  # noqa: PLC0415 (only where the extra is)

    lively.keep_at_home(tmp_path)
    from ultralytics import YOLO  # noqa: PLC0415

    classifier, layer = tmp_path / "classifier.pt", tmp_path / "layer.pt"
    YOLO("yolo11n-cls.yaml").save(classifier)
    torch.save(torch.nn.Linear(2, 2), layer)
    for path, reason in ((classifier, "classify"), (layer, "no Ultralytics model")):
        with pytest.raises(DetectorRejected, match=rf"{path}: .*{reason}"):
            exported(path, tmp_path / "out", "onnx")


def test_tensorrt_needs_what_it_needs(checkpoint: Path, tmp_path: Path) -> None:
    """Without TensorRT, or without a GPU, the remedy is said before anything is done."""
    if os.path.exists("/dev/nvidia0"):  # noqa: PTH110 (a device, not a file)
        pytest.skip("a machine with a GPU")
    with pytest.raises(DetectorRejected, match=r"tensorrt.*pip install|torch sees none"):
        exported(checkpoint, tmp_path, "tensorrt")
    assert list(tmp_path.iterdir()) == []
