"""What speaks for a statement."""

from rig.foreseen import camera, straight

from reasoners.predictions.config import Kind
from reasoners.predictions.evidence import SUREST, Witness
from reasoners.predictions.experience import Experience
from reasoners.predictions.prediction import PICTURE

PLAIN: tuple[tuple[Kind, str], ...] = (
    ("enters", "zone:step"),
    ("crosses", "line:gate"),
    ("stops", PICTURE),
)


def test_the_way_speaks_for_the_zone_ahead_and_against_the_one_behind() -> None:
    """Who walks towards a zone has more to speak for entering than who walks away from it."""
    seen = camera()
    witness = Witness(seen.scene, Experience())
    for _ in seen.show({1: straight(0.2, 0.1), 2: straight(0.45, -0.1, 0.8)}, 1.5):
        witness.observe()
    towards = witness.evidence("enters", 1, "zone:step", 3.0)
    away = witness.evidence("enters", 2, "zone:step", 3.0)
    assert towards is not None
    assert away is not None
    assert towards[0][1] > 1
    assert away[0][1] < -2


def test_who_walks_along_a_border_is_not_as_good_as_in() -> None:
    """Within the margin that keeps jitter from counting, the far side of the zone says nothing."""
    seen = camera()
    witness = Witness(seen.scene, Experience())
    told: list[float] = []
    for at in seen.show({1: straight(0.45, 0.08, 0.895)}, 3.0):
        witness.observe()
        found = witness.evidence("enters", 1, "zone:step", 3.0)
        if at > 1.5 and found is not None:
            told.append(found[0][1])
    assert len(told) > 10
    assert max(told) < 1


def test_nothing_speaks_for_what_cannot_be() -> None:
    """Nobody enters where he is, leaves where he is not, or crosses a line that does not exist."""
    seen = camera()
    witness = Witness(seen.scene, Experience())
    for _ in seen.show({1: straight(0.6, 0.01)}, 1.5):
        witness.observe()
    assert witness.evidence("enters", 1, "zone:step", 3.0) is None
    assert witness.evidence("leaves", 1, "zone:step", 3.0) is not None
    assert witness.evidence("crosses", 1, "line:nowhere", 3.0) is None
    assert witness.evidence("enters", 99, "zone:step", 3.0) is None


def test_slowing_down_speaks_for_stopping() -> None:
    """Who brakes has more to speak for a stop than who goes on."""
    seen = camera()
    witness = Witness(seen.scene, Experience())

    def brakes(at: float) -> tuple[float, float]:
        return 0.1 + (0.1 * at if at < 1.5 else 0.15 + 0.02 * (at - 1.5)), 0.8

    for _ in seen.show({1: straight(0.1, 0.1), 2: brakes}, 2.3):
        witness.observe()
    goes, slows = (witness.evidence("stops", number, PICTURE, 3.0) for number in (1, 2))
    assert goes is not None
    assert slows is not None
    assert slows[0][3] > goes[0][3] + 0.3


def test_evidence_is_bounded() -> None:
    """However plain a case, what the way says has its limit."""
    seen = camera()
    witness = Witness(seen.scene, Experience())
    for _ in seen.show({1: straight(0.1, 0.3)}, 1.2):
        witness.observe()
    for what, place in PLAIN:
        found = witness.evidence(what, 1, place, 60.0)
        assert found is not None
        assert abs(found[0][1]) <= SUREST + 0.5


def test_where_things_are_expected() -> None:
    """The expected place is ahead on the way, less sure the later, and unknown for strangers."""
    seen = camera()
    witness = Witness(seen.scene, Experience())
    for _ in seen.show({1: straight(0.2, 0.1)}, 2.0):
        witness.observe()
    soon, later = witness.expected(1, 1.0), witness.expected(1, 3.0)
    assert soon is not None
    assert later is not None
    assert abs(soon[0] - 0.49) < 0.03
    assert later[0] > soon[0]
    assert later[2] > soon[2] > 0
    assert witness.expected(7, 1.0) is None


def test_it_looks_back_at_what_it_expected() -> None:
    """Of who walks straight on, nearly every way ends where it was expected."""
    seen, experience = camera(), Experience()
    witness = Witness(seen.scene, experience)
    for _ in seen.show({1: straight(0.05, 0.07)}, 12.0):
        witness.observe()
    assert experience.looks >= 4
    assert experience.within >= experience.looks - 1


def test_who_comes_is_counted_with_who_is_there() -> None:
    """A label of which more may come is told with the number that is there already."""
    seen = camera()
    witness = Witness(seen.scene, Experience())
    for _ in seen.show({1: straight(0.2, 0.1), 2: straight(0.6, 0.0, 0.8)}, 1.5):
        witness.observe()
    assert witness.comers("zone:step", 3.0) == {"person": 1}
