"""JPEGs with marks."""

import cv2
import numpy as np
import pytest

from sources.child.convert import Converter
from sources.child.draw import jpeg
from sources.child.mask import Mask
from sources.picture import Mark, PictureRequest
from sources.source import Rgb
from sources.testing.scripted import ScriptedPicture
from sources.testing.truth import read

PICTURE = ScriptedPicture(7, 1234, 640, 360, 0.0, corrupt=False)
RED = (255, 0, 0)


def drawn(request: PictureRequest, converter: Converter | None = None) -> Rgb:
    """Make the JPEG and decode it to RGB."""
    made = jpeg(converter or Converter(Mask(())), PICTURE, request)
    decoded = cv2.imdecode(np.frombuffer(made.data, np.uint8), cv2.IMREAD_COLOR)
    assert decoded is not None
    assert decoded.shape == (made.size.height, made.size.width, 3)
    return np.asarray(cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB), np.uint8)


def red(picture: Rgb) -> "np.ndarray[tuple[int, int], np.dtype[np.bool_]]":
    """Tell where it is red."""
    channels = picture.astype(int)
    return np.asarray((channels[..., 0] > 150) & (channels[..., 1] < 110))


def test_jpeg_shows_the_frame_it_names() -> None:
    """Scaled down, it still bears the frame's number; colours are not swapped."""
    picture = drawn(PictureRequest(index=1234, longest=320))
    assert picture.shape[:2] == (180, 320)
    assert read(picture) == (7, 1234)
    assert np.abs(picture[90, 160].astype(int) - (110, 100, 70)).max() < 8


@pytest.mark.parametrize(
    ("shape", "points", "spot"),
    [
        ("box", ((0.25, 0.25), (0.75, 0.75)), (180, 160)),
        ("polygon", ((0.25, 0.25), (0.75, 0.25), (0.5, 0.75)), (90, 320)),
        ("line", ((0.25, 0.5), (0.75, 0.5)), (180, 320)),
        ("arrow", ((0.25, 0.5), (0.75, 0.5)), (180, 320)),
    ],
)
def test_marks_lie_where_they_should(
    shape: str, points: tuple[tuple[float, float], ...], spot: tuple[int, int]
) -> None:
    """Each shape leaves its colour on its line and nothing far from it."""
    mark = Mark.model_validate({"shape": shape, "points": points, "color": RED})
    picture = red(drawn(PictureRequest(index=0, marks=(mark,))))
    assert picture[spot]
    assert not picture[:60].any()
    assert not picture[310:].any()


def test_marks_follow_the_crop() -> None:
    """Coordinates are those of the whole picture also when only a part is shown."""
    mark = Mark(shape="line", points=((0.75, 0.25), (0.75, 0.75)), color=RED)
    picture = red(drawn(PictureRequest(index=0, crop=(0.5, 0.25, 1, 0.75), marks=(mark,))))
    assert picture.shape == (180, 320)
    assert picture[90, 160]
    assert not picture[:, :150].any()


def test_text_stays_within_the_picture() -> None:
    """A label at the very edge is moved in, so that it can be read."""
    mark = Mark(shape="text", points=((1.0, 0.0),), text="t17 person", color=RED)
    assert red(drawn(PictureRequest(index=0, marks=(mark,)))).sum() > 300


@pytest.mark.fault("F56")
def test_mask_covers_every_jpeg() -> None:
    """A privacy polygon is black in a full picture and in a crop of it (F56)."""
    mask = Mask((((0.4, 0.4), (0.6, 0.4), (0.6, 0.6), (0.4, 0.6)),))
    whole = drawn(PictureRequest(index=0, quality=95), Converter(mask))
    assert whole[150:210, 262:378].max() < 12
    part = drawn(PictureRequest(index=0, crop=(0.45, 0.45, 0.55, 0.55)), Converter(mask))
    assert part.max() < 12


def test_quality_costs_bytes() -> None:
    """Raising it makes the JPEG larger."""
    sizes = [
        len(jpeg(Converter(Mask(())), PICTURE, PictureRequest(index=0, quality=quality)).data)
        for quality in (20, 90)
    ]
    assert sizes[0] < sizes[1]


def test_empty_crop_is_refused() -> None:
    """Left of right is nothing to show."""
    with pytest.raises(ValueError, match="empty"):
        drawn(PictureRequest(index=0, crop=(0.5, 0, 0.5, 1)))


def test_a_dashed_box_is_thin_and_has_gaps() -> None:
    """What is only believed to be there looks different from what was seen."""
    corners = ((0.25, 0.25), (0.75, 0.75))
    whole, dashed = (
        red(drawn(PictureRequest(index=0, marks=(mark,))))
        for mark in (
            Mark(shape="box", points=corners, color=RED),
            Mark(shape="box", points=corners, color=RED, dashed=True),
        )
    )
    assert dashed.any()
    assert dashed.sum() < 0.5 * whole.sum()
    side = np.s_[100:260, 158:163]
    assert np.max(whole[side], axis=1).all()
    assert 0.2 < np.max(dashed[side], axis=1).mean() < 0.8
    assert not dashed[:80].any()
    assert not dashed[290:].any()


@pytest.mark.parametrize(
    ("multiple", "shape"), [(1, (180, 320)), (28, (168, 308)), (256, (180, 256))]
)
def test_sides_are_multiples_where_that_is_asked_for(multiple: int, shape: tuple[int, int]) -> None:
    """Smaller rather than larger; a side shorter than that stays as it is."""
    assert drawn(PictureRequest(index=0, longest=320, multiple=multiple)).shape[:2] == shape


def test_a_picture_is_measured_before_anything_is_drawn() -> None:
    """Only where that is asked for, and whatever is drawn on it."""
    converter = Converter(Mask(()))
    mark = Mark(shape="box", points=((0.1, 0.1), (0.9, 0.9)), text="t1")
    plain, marked = (
        jpeg(converter, PICTURE, PictureRequest(index=0, measure=True, marks=marks)).likeness
        for marks in ((), (mark,))
    )
    assert plain is not None
    assert plain == marked
    assert jpeg(converter, PICTURE, PictureRequest(index=0)).likeness is None


def test_two_labels_at_one_place_can_both_be_read() -> None:
    """The earlier gives way: where one stands over its box, the other is elsewhere."""
    corners = ((0.4, 0.4), (0.6, 0.6))
    marks = tuple(Mark(shape="box", points=corners, text="person t1", color=RED) for _ in range(2))
    one, two = (
        red(drawn(PictureRequest(index=0, marks=chosen))).sum() for chosen in (marks[:1], marks)
    )
    ground = (
        one
        - red(
            drawn(PictureRequest(index=0, marks=(marks[0].model_copy(update={"text": ""}),)))
        ).sum()
    )
    assert two > one + 0.8 * ground


def test_words_of_an_arrow_stand_at_its_middle() -> None:
    """Not at its tail, where they would cover what it comes from."""
    mark = Mark(
        shape="arrow", points=((0.1, 0.5), (0.9, 0.5)), text="follows", color=RED, dashed=True
    )
    picture = red(drawn(PictureRequest(index=0, marks=(mark,))))
    assert picture[172:176, 290:350].any()
    assert not picture[165:175, 64:200].any()
