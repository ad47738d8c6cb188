"""Models that are known by name: where their authors publish them, and under which licence.

Only what could be confirmed stands here. An address is one that the authors' own pages name; where
there is none, the file is exported by oneself or its address given by hand. A hash is one that the
authors publish: none of them does for these files, so a file is pinned by the first download.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KnownModel:
    """One model that can be had."""

    name: str
    file: str
    """What its file is called in the folder of models."""

    licence: str
    """SPDX identifier, of code and weights."""

    url: str | None
    """None where the authors publish no such file: `--from` gives an address."""

    sha256: str | None
    """None where the authors publish none: the first download pins it."""

    input: tuple[int, int]
    """Width and height in pixels."""

    classes: str
    """What its class numbers mean; `coco` is COCO's 80."""

    family: str
    note: str = ""
    """What else one should know before taking it."""


_YOLOX = "https://github.com/Megvii-BaseDetection/YOLOX/releases/download/0.1.1rc0/"
_ULTRALYTICS = "https://github.com/ultralytics/assets/releases/download/"
_PICKLE = (
    "a pickle that runs code when opened; needs the extra `gpu` and `allow_pickle: true`, or "
    "`lookout models export`, once"
)
_EXPORT = "published as weights for its own code; export it to ONNX there"


def _yolox(size: str, side: int) -> KnownModel:
    file = f"yolox_{size}.onnx"
    return KnownModel(
        f"yolox_{size}", file, "Apache-2.0", _YOLOX + file, None, (side, side), "coco", "yolox"
    )


def _yolo(name: str, release: str = "v8.3.0", family: str = "yolov8") -> KnownModel:
    file = f"{name}.pt"
    url = f"{_ULTRALYTICS}{release}/{file}"
    return KnownModel(*(name, file, "AGPL-3.0", url, None, (640, 640), "coco", family), _PICKLE)


def _detr(name: str, side: int) -> KnownModel:
    return KnownModel(
        *(name, f"{name}.onnx", "Apache-2.0", None, None, (side, side), "coco", "detr"), _EXPORT
    )


KNOWN: tuple[KnownModel, ...] = (
    _yolox("nano", 416),
    _yolox("tiny", 416),
    _yolox("s", 640),
    _yolox("m", 640),
    _yolox("l", 640),
    _yolox("x", 640),
    _detr("dfine_n_coco", 640),
    _detr("dfine_s_coco", 640),
    _detr("deimv2_hgnetv2_n_coco", 640),
    _detr("rtdetrv2_r18vd_coco", 640),
    _detr("rfdetr_nano", 384),
    _yolo("yolov8n"),
    _yolo("yolo11n"),
    _yolo("yolo11s"),
    _yolo("yolo26n", "v8.4.0", "end_to_end"),
    _yolo("yolo26s", "v8.4.0", "end_to_end"),
)
"""Small ones first, freely licensed families first."""


def known(name: str) -> KnownModel | None:
    """Find a model by its name or by the name of its file."""
    return next((model for model in KNOWN if name in {model.name, model.file}), None)
