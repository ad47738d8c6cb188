"""Motion: what changes is found, light and noise are not."""

from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError
from rig.sight import Rgb, best, clip, watch_street

from detectors import Detections, Detector, Picture
from detectors.motion import MotionConfig, MotionDetector
from sources.street import Street


def empty_street(count: int, seed: int = 0) -> list[Rgb]:
    """Draw a street in which nothing happens but light and noise."""
    street = Street(640, 360, 5, seed=seed, people=0, vehicles=0)
    return [street.draw(number) for number in range(count)]


def look(detector: Detector, pictures: list[Rgb], camera: str = "c") -> list[Detections]:
    """Show pictures one after the other."""
    return [detector.detect([Picture(camera, i, rgb)])[0] for i, rgb in enumerate(pictures)]


@pytest.fixture
def detector() -> MotionDetector:
    """Load a detector with its defaults."""
    made = MotionDetector("motion", MotionConfig())
    made.load()
    return made


def test_moving_vehicles_and_people_are_found() -> None:
    """Over a minute nine of ten that are mostly seen have a box; nothing has a name."""
    made = MotionDetector("motion", MotionConfig())
    sights = watch_street(made, Street(960, 540, 5, seed=0), range(300))
    for labels in ({"car", "truck"}, {"person"}):
        hits = [
            best(one.box, s.found) > 0.3
            for s in sights
            for one in s.truth
            if one.label in labels and one.visible > 0.9 and s.number > 8
        ]
        assert len(hits) > 15
        assert sum(hits) / len(hits) >= 0.9, labels
    assert {one.label for s in sights for one in s.found} == {"object"}


def test_nothing_is_found_when_only_the_light_drifts(detector: MotionDetector) -> None:
    """Two minutes of drift and sensor noise, not one box."""
    street = Street(640, 360, 2, seed=3, people=0, vehicles=0)
    found = look(detector, [street.draw(number) for number in range(240)])
    assert sum(map(len, found)) == 0


def test_the_camera_may_change_its_exposure(detector: MotionDetector) -> None:
    """A third more or less light over all of the picture is no motion."""
    pictures = empty_street(40)
    for i in range(20, 40):
        gain = 0.72 if i < 30 else 1.12
        pictures[i] = np.clip(pictures[i].astype(np.float32) * gain, 0, 255).astype(np.uint8)
    assert sum(map(len, look(detector, pictures))) == 0


def test_a_lamp_that_lights_a_part_is_no_thing(detector: MotionDetector) -> None:
    """A fifth of a textured wall gets brighter: its texture stays, so nothing is there."""
    pictures = empty_street(40)
    for rgb in pictures[20:]:
        part = rgb[0:180, 220:420]
        part[:] = np.clip(part.astype(np.float32) * 1.3, 0, 255).astype(np.uint8)
    assert sum(map(len, look(detector, pictures))) == 0


def test_another_view_is_learnt_instead_of_reported(detector: MotionDetector) -> None:
    """A camera that is turned, or switched to night, is quiet at once and sees again soon."""
    pictures = empty_street(20) + empty_street(40, seed=8)
    pictures[45][200:300, 300:400] = (250, 30, 30)
    counts = [len(found) for found in look(detector, pictures)]
    assert counts[45] == 1
    counts[45] = 0
    assert sum(counts) == 0


def test_a_view_that_shifts_a_little_is_learnt_anew(detector: MotionDetector) -> None:
    """A push against the mast moves edges everywhere; that is one camera, not many things."""
    pictures = empty_street(60)
    pictures[30:] = [np.roll(rgb, (5, 9), axis=(0, 1)) for rgb in pictures[30:]]
    counts = [len(found) for found in look(detector, pictures)]
    assert sum(counts[:30]) == 0
    assert sum(counts[33:]) == 0


def test_a_thing_that_stays_is_absorbed_after_a_while() -> None:
    """It is reported for about `absorb` pictures; when it goes no ghost remains."""
    made = MotionDetector("motion", MotionConfig(absorb=30))
    made.load()
    pictures = empty_street(130)
    for rgb in pictures[20:90]:
        rgb[220:280, 200:260] = (30, 60, 200)
    counts = [len(found) for found in look(made, pictures)]
    assert counts[20:35] == [1] * 15
    assert counts[80:90] == [0] * 10
    assert sum(counts[92:]) == 0
    lasted = sum(counts[20:90])
    assert 20 <= lasted <= 60


def test_a_found_box_fits_the_thing(detector: MotionDetector) -> None:
    """The box is the thing's own, within two hundredths of the picture."""
    pictures = empty_street(25)
    pictures[24][100:220, 300:380] = (240, 240, 20)
    (one,) = look(detector, pictures)[24]
    assert one.xyxy == pytest.approx((300 / 640, 100 / 360, 380 / 640, 220 / 360), abs=0.02)
    assert one.score > 0.95


def test_the_score_rises_with_what_changed() -> None:
    """Larger changes score higher, and `min_score` cuts from below."""
    scores = []
    for side in (14, 24, 80):
        made = MotionDetector("motion", MotionConfig(min_score=0.0))
        made.load()
        pictures = empty_street(25)
        pictures[24][100 : 100 + side, 300 : 300 + side] = (240, 240, 20)
        scores += [one.score for one in look(made, pictures)[24]]
    assert len(scores) == 3
    assert scores == sorted(scores)
    assert scores[0] < scores[2]


def test_the_first_pictures_say_nothing() -> None:
    """Until the background is known there are no boxes, whatever happens."""
    made = MotionDetector("motion", MotionConfig(warm_up=10))
    made.load()
    pictures = empty_street(10)
    for i, rgb in enumerate(pictures):
        rgb[100:200, 40 * i : 40 * i + 60] = 0
    assert sum(map(len, look(made, pictures))) == 0


def test_two_runs_say_the_same() -> None:
    """Pictures and order decide, nothing else."""
    street = Street(640, 360, 5, seed=1)
    runs = [
        [s.found for s in watch_street(MotionDetector("m", MotionConfig()), street, range(60))]
        for _ in range(2)
    ]
    assert runs[0] == runs[1]
    assert any(runs[0])


def test_cameras_are_apart_and_their_number_is_bounded() -> None:
    """A camera beyond the limit costs the quietest its background, which is then learnt anew."""
    made = MotionDetector("motion", MotionConfig(cameras=2))
    made.load()
    pictures = empty_street(20)
    thing = pictures[19].copy()
    thing[100:200, 100:200] = (250, 30, 30)
    for camera in ("a", "b"):
        look(made, pictures, camera)
    assert len(look(made, [thing], "a")[0]) == 1
    look(made, pictures, "c")
    assert len(look(made, [thing], "b")[0]) == 0
    assert len(look(made, [thing], "c")[0]) == 1


def test_changing_light_of_a_real_camera_is_hardly_ever_taken_for_things(material: Path) -> None:
    """Two minutes of infrared and lamp changes with nobody there: at most 1 picture in 40."""
    made = MotionDetector("motion", MotionConfig())
    profile = made.load()
    pictures = clip(material / "media/ipcam_ir_lightchange_178.mp4", profile)
    alarms = [bool(len(made.detect([picture])[0])) for picture in pictures]
    assert len(alarms) == 813
    assert sum(alarms) <= 20


def test_vehicles_of_a_real_road_are_found(material: Path) -> None:
    """Cars that cross a view from straight above are boxes while they are there, not between."""
    made = MotionDetector("motion", MotionConfig(smallest=0.01))
    profile = made.load()
    there: list[bool] = []
    between: list[bool] = []
    for picture in clip(material / "media/intel_car-detection_topdown.mp4", profile, 3):
        second = picture.index / 12.5
        found = bool(len(made.detect([picture])[0]))
        if 6.5 <= second <= 8 or 16.5 <= second <= 18:
            there.append(found)
        if 10 <= second <= 14 or 20 <= second <= 24:
            between.append(found)
    assert sum(there) / len(there) > 0.9
    assert sum(between) / len(between) < 0.1


@pytest.mark.parametrize("shape", [(16, 16), (20, 300), (300, 20), (5, 5)])
def test_tiny_and_odd_pictures_are_survived(
    detector: MotionDetector, shape: tuple[int, int]
) -> None:
    """Boxes stay within the picture, whatever its shape; a change of size starts anew."""
    rng = np.random.default_rng(2)
    for i in range(20):
        height, width = shape
        rgb = rng.integers(0, 255, (height, width + i % 2 * (i > 10), 3), np.uint8)
        for one in detector.detect([Picture("c", i, rgb)])[0]:
            assert all(0 <= edge <= 1 for edge in one.xyxy)


def test_unknown_options_are_refused() -> None:
    """A typing mistake does not pass as a default."""
    with pytest.raises(ValidationError):
        MotionConfig.model_validate({"treshold": 12})
