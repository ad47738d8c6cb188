"""One statement: what tells it from others, and when it is over."""

from reasoners.predictions.prediction import PICTURE, Prediction


def test_a_statement_is_told_from_others_by_what_of_whom_and_where() -> None:
    """Time and probability do not make another statement of it."""
    one = Prediction("enters", 3, "zone:step", 5.0, 0.4, 10.0)
    two = Prediction("enters", 3, "zone:step", 5.0, 0.9, 12.0)
    assert one.key == two.key
    assert one.key != Prediction("departs", 3, PICTURE, 5.0, 0.4, 10.0).key
    assert one.until == 15.0


def test_counts_are_told_apart_by_label() -> None:
    """A second person and a second car are two statements about one zone."""
    people, cars = (
        Prediction("count", None, "zone:step", 5.0, 0.4, 10.0, label, 2)
        for label in ("person", "car")
    )
    assert people.key != cars.key
