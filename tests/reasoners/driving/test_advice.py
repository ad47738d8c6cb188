"""How urgent a warning is."""

from reasoners.driving.advice import SEVERITIES, Advice
from reasoners.driving.config import KINDS
from reasoners.language.phrase import Phrase


def test_every_kind_has_a_severity() -> None:
    """Nothing is warned of without saying how urgent it is."""
    assert set(SEVERITIES) == set(KINDS)
    assert Advice("collision", "t1", 0.0, 1.0, 5, Phrase("driving.in_the_way")).severity == "alert"
