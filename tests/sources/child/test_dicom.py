"""DICOM pictures, made by pydicom; through a child in `test_folder.py`."""

from contextlib import suppress
from pathlib import Path
from warnings import catch_warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rig.dicom import dicom_file

from sources.child.dicom import is_dicom, pictures
from sources.source import DecodeFault


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Make a file whose picture is tiny, so that all of it is tags."""
    place = tmp_path_factory.mktemp("dicom") / "a.dcm"
    return dicom_file(place, np.zeros((2, 2), np.uint8), window=(2, 4)).read_bytes()


RAMP = np.linspace(0, 4000, 64 * 64).reshape(64, 64).astype(np.uint16)


def test_window_decides_what_is_black_and_white(tmp_path: Path) -> None:
    """Values below and above the window are black and white, those within lie between."""
    data = dicom_file(tmp_path / "a.dcm", RAMP, window=(2000, 1000)).read_bytes()
    assert is_dicom(data)
    (rgb,) = pictures(data)
    grey = rgb[..., 0]
    assert (grey[RAMP < 1490] == 0).all()
    assert (grey[RAMP > 2510] == 255).all()
    assert 120 <= grey[np.abs(RAMP.astype(int) - 2000) < 3].mean() <= 135


def test_without_a_window_everything_is_shown(tmp_path: Path) -> None:
    """The least value is black, the greatest white; MONOCHROME1 is the other way round."""
    (plain,) = pictures(dicom_file(tmp_path / "a.dcm", RAMP).read_bytes())
    assert (plain[0, 0, 0], plain[-1, -1, 0]) == (0, 255)
    (inverted,) = pictures(dicom_file(tmp_path / "b.dcm", RAMP, inverted=True).read_bytes())
    assert (np.abs(inverted.astype(int) + plain - 255) <= 1).all()


def test_several_frames_come_in_turn(tmp_path: Path) -> None:
    """Each frame of a series is a picture; colours stay."""
    series = np.stack([np.full((16, 16), value, np.uint8) for value in (10, 20, 30)])
    shown = list(pictures(dicom_file(tmp_path / "a.dcm", series).read_bytes()))
    assert len(shown) == 3
    color = np.zeros((16, 16, 3), np.uint8)
    color[..., 0] = 200
    (rgb,) = pictures(dicom_file(tmp_path / "c.dcm", color, color=True).read_bytes())
    assert (rgb == color).all()


def test_numbers_that_stand_for_colours_are_looked_up(tmp_path: Path) -> None:
    """A picture of indices, as ultrasound sends, has the colours of its tables."""
    pydicom = pytest.importorskip("pydicom", reason="the extra `dicom` is not installed")
    dataset = pydicom.dcmread(dicom_file(tmp_path / "a.dcm", np.array([[0, 1], [2, 3]], np.uint8)))
    dataset.PhotometricInterpretation = "PALETTE COLOR"
    ramps = ([0, 255, 0, 128], [0, 0, 255, 64], [9, 0, 0, 32])
    for name, ramp in zip(("Red", "Green", "Blue"), ramps, strict=True):
        descriptor = f"{name}PaletteColorLookupTableDescriptor"
        setattr(dataset, descriptor, [4, 0, 16])
        dataset[descriptor].VR = "US"
        table = np.array([value << 8 for value in ramp], "<u2")
        setattr(dataset, f"{name}PaletteColorLookupTableData", table.tobytes())
        dataset[f"{name}PaletteColorLookupTableData"].VR = "OW"
    dataset.save_as(str(tmp_path / "b.dcm"), enforce_file_format=True)
    (rgb,) = pictures((tmp_path / "b.dcm").read_bytes())
    assert rgb.reshape(4, 3).tolist() == [list(color) for color in zip(*ramps, strict=True)]


def test_what_nothing_unpacks_is_named(tmp_path: Path) -> None:
    """A packed file says how it is packed and what would help; a damaged one that it is."""
    pydicom = pytest.importorskip("pydicom", reason="the extra `dicom` is not installed")
    dataset = pydicom.dcmread(dicom_file(tmp_path / "a.dcm", RAMP))
    dataset.file_meta.TransferSyntaxUID = pydicom.uid.MPEG2MPML
    dataset.PixelData = pydicom.encaps.encapsulate([bytes(100)])
    dataset["PixelData"].VR = "OB"
    dataset.save_as(str(tmp_path / "b.dcm"), enforce_file_format=True)
    with pytest.raises(DecodeFault, match=r"MPEG2.*install"):
        list(pictures((tmp_path / "b.dcm").read_bytes()))


@given(st.binary(max_size=6), st.integers(128, 700), st.integers(0, 8))
@settings(max_examples=60)
def test_whatever_a_file_says_of_itself_it_is_a_picture_or_none(
    whole: bytes, bits: bytes, at: int, gone: int
) -> None:
    """Damage anywhere in its tags is a fault of the file, and of nothing else."""
    with suppress(DecodeFault), catch_warnings(action="ignore"):
        list(pictures(whole[:at] + bits + whole[at + gone :]))


def test_damaged_and_monstrous_files_are_refused(tmp_path: Path) -> None:
    """Nothing is unpacked beyond the limit, and no error of pydicom escapes."""
    data = dicom_file(tmp_path / "a.dcm", RAMP).read_bytes()
    # Packed in a way that is none, and without any size.
    odd = data.replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.5.1.1\0")
    odd = odd.replace(b"\x28\0\x10\0US", b"\x28\0\x17\0US")
    with pytest.raises(DecodeFault):
        list(pictures(odd))
    for cut in (140, 300, len(data) // 2):
        with pytest.raises(DecodeFault):
            list(pictures(data[:cut]))
    large = dicom_file(tmp_path / "b.dcm", RAMP, rows=60_000, columns=60_000).read_bytes()
    with pytest.raises(DecodeFault, match="too many"):
        list(pictures(large))
    packed = data.replace(b"1.2.840.10008.1.2.1\x00", b"1.2.840.10008.1.2.1.99\x00", 1)
    with pytest.raises(DecodeFault, match="deflated"):
        list(pictures(packed))
