"""Reads DICOM pictures: grey or colour, shown as their own tags ask (DICOM PS3.3, C.11).

Rescale slope and intercept come first, then the window or table of interest; without one the whole
range is shown. MONOCHROME1 means that low values are light.
"""

from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from typing import Any

import numpy as np
import numpy.typing as npt

from sources.child.libav import MOST_PIXELS
from sources.errors import SourceRejected
from sources.source import DecodeFault, Rgb

HEAD = 132
"""Bytes by which a file is known."""

_MARK = slice(128, HEAD)
_DEFLATED = b"1.2.840.10008.1.2.1.99"
"""A data set packed as a whole: it could unpack to anything."""

_GREY = 2
_COLOR = 3


def is_dicom(data: bytes) -> bool:
    """Tell whether a file is one of DICOM, by its own mark."""
    return data[_MARK] == b"DICM"


def pictures(data: bytes) -> Iterator[Rgb]:
    """Yield every picture of a DICOM file as RGB, 8 bit.

    Raises:
        DecodeFault: It is damaged, too large, or packed in a way not read here.
        SourceRejected: pydicom is not installed.
    """
    try:
        import pydicom  # noqa: PLC0415 (an extra)
        from pydicom import pixels  # noqa: PLC0415 (the same)
        from pydicom.pixels import utils  # noqa: PLC0415 (the same)
    except ImportError:
        raise SourceRejected(
            'DICOM needs the extra `dicom`: pip install "lookout-daemon[dicom]"'
        ) from None
    if _DEFLATED in data[:2048]:
        raise DecodeFault("a deflated DICOM file")
    dataset = None
    try:
        with pydicom.config.disable_value_validation():
            dataset = pydicom.dcmread(BytesIO(data))
        _within_limits(dataset)
        colored = int(dataset.SamplesPerPixel) == _COLOR
        indexed = dataset.PhotometricInterpretation == "PALETTE COLOR"
        for plane in utils.iter_pixels(dataset):
            if indexed:
                yield _looked_up(plane, dataset, pixels)
            else:
                yield plane.astype(np.uint8) if colored else _grey(plane, dataset, pixels)
    except DecodeFault:
        raise
    except Exception as error:  # noqa: BLE001 (pydicom raises anything at a damaged file)
        raise DecodeFault(_reason(dataset, error)) from None


def _reason(dataset: Any, error: Exception) -> str:  # noqa: ANN401 (pydicom's own)
    """Say why a file gives no picture: what is packed wants what unpacks it."""
    packed = ""
    with suppress(Exception):  # what a damaged file says of itself may be anything
        syntax = dataset.file_meta.TransferSyntaxUID
        packed = str(syntax.name) if syntax.is_encapsulated else ""
    if packed and isinstance(error, RuntimeError | NotImplementedError):
        return (
            f"DICOM packed as {packed[:60]}, which nothing here unpacks: install pillow "
            "(JPEG, JPEG 2000), pyjpegls or pylibjpeg beside pydicom"
        )
    return f"DICOM that is damaged or lacks what a picture needs ({type(error).__name__})"


def _within_limits(dataset: Any) -> None:  # noqa: ANN401 (pydicom's own)
    count = int(dataset.get("NumberOfFrames") or 1)
    if not 0 < int(dataset.Rows) * int(dataset.Columns) * count <= MOST_PIXELS:
        raise DecodeFault("a DICOM file with too many pixels")


def _looked_up(plane: npt.NDArray[Any], dataset: Any, pixels: Any) -> Rgb:  # noqa: ANN401 (pydicom's own)
    """Return the colours that numbers stand for (PS3.3, C.7.6.3.1.5)."""
    colors = np.asarray(pixels.apply_color_lut(plane, dataset))
    if colors.ndim != _COLOR or colors.shape[2] < _COLOR:
        raise DecodeFault("a DICOM picture of an odd shape")
    deep = colors.dtype.itemsize > 1
    return np.ascontiguousarray((colors >> 8 if deep else colors)[..., :_COLOR].astype(np.uint8))


def _grey(plane: npt.NDArray[Any], dataset: Any, pixels: Any) -> Rgb:  # noqa: ANN401 (pydicom's own)
    values = pixels.apply_modality_lut(plane, dataset)
    if "VOILUTSequence" in dataset:
        values = pixels.apply_voi_lut(values, dataset, index=0)
    values = np.asarray(values, np.float64)
    if values.ndim != _GREY:
        raise DecodeFault("a DICOM picture of an odd shape")
    low, high = _span(values, dataset)
    shown = np.clip((values - low) / max(high - low, 1e-9), 0, 1)
    if dataset.PhotometricInterpretation == "MONOCHROME1":
        shown = 1 - shown
    return np.repeat(np.round(shown * 255).astype(np.uint8)[..., None], 3, axis=2)


def _span(values: npt.NDArray[np.float64], dataset: Any) -> tuple[float, float]:  # noqa: ANN401
    """Return which values are black and white: the ends of the window where there is one."""
    if "WindowCenter" in dataset and "VOILUTSequence" not in dataset:
        center, width = (_first(dataset[name].value) for name in ("WindowCenter", "WindowWidth"))
        return center - 0.5 - (width - 1) / 2, center - 0.5 + (width - 1) / 2
    return float(values.min()), float(values.max())


def _first(value: Any) -> float:  # noqa: ANN401 (one number or several)
    return float(
        value[0] if isinstance(value, list | tuple) or hasattr(value, "__iter__") else value
    )
