"""What somebody wants to be told about the near future, frame after frame."""

from dataclasses import dataclass

from reasoners.predictions.config import Kind


@dataclass(frozen=True, slots=True)
class Wish:
    """One kind of prediction, as of now and not only when it is stated."""

    what: Kind
    horizon: float
    """Seconds ahead."""

    places: frozenset[str] = frozenset()
    """`zone:step`, `line:gate`; empty: all that there are."""
