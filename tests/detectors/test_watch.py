"""One camera's watch: when motion alone speaks for a person, and when no longer."""

import numpy as np

from detectors.background import Background, Sensitivity
from detectors.outline import PeopleSearch
from detectors.watch import Caution, Watch
from sources.street import Street

SENSITIVITY = Sensitivity(
    width=320, threshold=22, absorb=150, warm_up=4, too_much=0.2, smallest=0.0006
)
CAUTION = Caution(
    smallest_person=0.3,
    min_score=0.7,
    keep_score=0.7,
    still_score=0.9,
    sweep=10000,
    hold=4,
    absorb=150,
    smallest=0.0006,
)


def test_a_person_whose_outline_is_lost_is_followed_by_motion_for_a_while() -> None:
    """A known person covered by a sheet of the same size stays a person while `hold` lasts."""
    street = Street(960, 540, 10, seed=0)
    watch = Watch(PeopleSearch(1.08, 0.45), Background(SENSITIVITY), CAUTION)
    empty = Street(960, 540, 10, seed=0, people=0, vehicles=0)
    for number in range(95, 103):
        watch.look(empty.draw(number))
    for number in range(103, 111):
        people, _ = watch.look(street.draw(number))
    assert len(people) == 1
    box, score = people[0]
    left, top, right, bottom = (round(float(edge)) for edge in box)
    covered = empty.draw(110)
    covered[top:bottom, left:right] = (210, 60, 190)
    says = [watch.look(covered) for _ in range(8)]
    scores = [people[0][1] if people else 0.0 for people, _ in says]
    assert score > scores[0] > scores[1] > 0
    assert scores[-1] == 0.0
    assert says[-1][1], "what moved and is no person any more is an object"


def test_nobody_is_seen_in_an_empty_street() -> None:
    """Neither people nor objects."""
    street = Street(640, 360, 5, people=0, vehicles=0)
    watch = Watch(PeopleSearch(1.08, 0.45), Background(SENSITIVITY), CAUTION)
    assert all(watch.look(np.asarray(street.draw(n))) == ([], []) for n in range(15))
