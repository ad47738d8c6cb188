"""DICOM files, made by pydicom."""

from pathlib import Path
from typing import Any

import numpy.typing as npt
import pytest


def dicom_file(
    path: Path,
    pixels: npt.NDArray[Any],
    *,
    window: tuple[float, float] | None = None,
    inverted: bool = False,
    color: bool = False,
    rows: int | None = None,
    columns: int | None = None,
) -> Path:
    """Write pixels as a DICOM file and return its path.

    Args:
        path: Where.
        pixels: Height x width, frames x height x width, or height x width x 3 in colour.
        window: Centre and width of what is shown.
        inverted: Whether low values are light.
        color: Whether it is RGB.
        rows: A lie about the height.
        columns: A lie about the width.
    """
    pydicom = pytest.importorskip("pydicom", reason="the extra `dicom` is not installed")
    meta = pydicom.dataset.FileMetaDataset()
    meta.MediaStorageSOPClassUID = pydicom.uid.SecondaryCaptureImageStorage
    meta.MediaStorageSOPInstanceUID = pydicom.uid.generate_uid()
    meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    dataset = pydicom.Dataset()
    dataset.file_meta = meta
    dataset.SOPClassUID = meta.MediaStorageSOPClassUID
    dataset.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    height, width = pixels.shape[:2] if color or pixels.ndim == 2 else pixels.shape[1:]
    dataset.Rows, dataset.Columns = rows or height, columns or width
    dataset.SamplesPerPixel, dataset.PixelRepresentation = 3 if color else 1, 0
    dataset.PhotometricInterpretation = (
        "RGB" if color else "MONOCHROME1" if inverted else "MONOCHROME2"
    )
    if color:
        dataset.PlanarConfiguration = 0
    if pixels.ndim == 3 and not color:
        dataset.NumberOfFrames = len(pixels)
    dataset.BitsAllocated = dataset.BitsStored = pixels.itemsize * 8
    dataset.HighBit = pixels.itemsize * 8 - 1
    if window is not None:
        dataset.WindowCenter, dataset.WindowWidth = str(window[0]), str(window[1])
    dataset.PixelData = pixels.tobytes()
    dataset.save_as(str(path), enforce_file_format=True)
    return path
