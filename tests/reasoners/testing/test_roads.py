"""What is seen of made-up roads."""

from reasoners.testing import Drive, RoadUser, looks
from reasoners.testing.roads import see
from reasoners.testing.stage import Shape

CAR = Shape(1.8, 1.5, 4.2)


def test_time_to_contact_is_distance_by_speed() -> None:
    """What comes nearer is reached when its way is over; what goes never is."""
    user = RoadUser("car", "car", CAR, lambda at: (0.0, 30 - 10 * at))
    assert user.ttc(1.0) is not None
    assert abs((user.ttc(1.0) or 0) - 2.0) < 1e-6
    assert RoadUser("car", "car", CAR, lambda at: (0.0, 30 + at)).ttc(1.0) is None


def test_boxes_are_as_large_as_a_pinhole_camera_sees_them() -> None:
    """Half as far is twice as large, and the foot comes down from the horizon."""
    user = RoadUser("car", "car", CAR, lambda at: (0.0, 20.0 / (1 + at)))
    drive = Drive("one", 2.0, (user,), frozenset())
    far, near = see(drive, user, 0.0), see(drive, user, 1.0)
    assert far is not None
    assert near is not None
    assert abs((near[2] - near[0]) / (far[2] - far[0]) - 2) < 1e-6
    assert 0.5 < far[3] < near[3] < 1


def test_looks_err_as_asked_and_hidden_things_are_not_found() -> None:
    """Noise moves the sides, misses leave boxes out, and who is behind is not seen."""
    users = (
        RoadUser("car10", "car", CAR, lambda _: (0.0, 10.0)),
        RoadUser("car20", "car", CAR, lambda _: (0.0, 20.0)),
    )
    drive = Drive("two", 5.0, users, frozenset())
    exact = list(looks(drive, 10, 1))
    assert all(list(boxes) == ["car10"] for _, _, boxes in exact)
    assert len({box for _, _, boxes in exact for box in boxes.values()}) == 1
    noisy = list(looks(drive, 10, 1, noise=0.02, missed=0.3))
    assert len({box for _, _, boxes in noisy for box in boxes.values()}) > 20
    assert 5 < sum(not boxes for _, _, boxes in noisy) < 30
