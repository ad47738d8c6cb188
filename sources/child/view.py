"""Is the view itself all right? A frozen picture, a covered, dark, blurred or turned camera.

Looked at on a grid of samples every other second. Nothing here decides about events.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from sources.child.luma import Luma

Grey = npt.NDArray[np.float32]
Name = Literal["dark", "covered", "blurred", "moved"]
NAMES: tuple[Name, ...] = ("dark", "covered", "blurred", "moved")

ACROSS = 128
"""Samples across that are looked at. They are single pixels: a sensor's noise shows in them."""

LOOKS = 10
"""Looks within the time after which a picture counts as frozen, at a look every other second."""

_STEADY = 3
"""Looks in a row that set a hint, and that take it back."""

_SETTLED = 5
"""Looks of a steady view after which it can be told from another one."""

_ACCEPTED = 45
"""Looks after which another view is the view."""

_DARK = 16.0
_BRIGHT_SPOT = 40.0
_UNIFORM = 6.0
_BLUR = 0.35
"""Share of the usual sharpness below which a view is blurred."""

_SHARP = 1.5
"""Least usual sharpness, in grey levels, that can be told from none."""

_ALIKE = 0.7
_UNLIKE = 0.35
"""Correlation with the usual view above which it is the same, and below which it is another."""

_PACE = 0.1
"""Weight of a look in what is usual."""

_CLOCK_ROWS = 0.15
_CLOCK_AREA = 0.04
"""A burnt-in clock lies within so many of the rows and changes so many of the pixels at most."""

_IDRS = 2
"""IDRs within a span in which nothing but the clock changed: without one, a quiet scene may come
as nothing but skipped blocks."""


class Frozen:
    """Whether a camera shows the same picture over and over.

    Args:
        after: Seconds.
    """

    def __init__(self, after: float) -> None:
        self._after = after
        self._first: Luma | None = None
        self._since = 0.0
        self._idrs = 0
        self._changed = np.zeros((0, 0), np.bool_)

    def look(self, luma: Luma, now: float, idrs: int) -> bool:
        """Take one look.

        Args:
            luma: Rows x columns of brightness.
            now: Monotonic seconds.
            idrs: IDRs seen so far.
        """
        first = self._first
        if first is None or first.shape != luma.shape:
            self._begin(luma, now, idrs)
            return False
        changed = self._changed | (luma != first)
        if _more_than_a_clock(changed):
            self._begin(luma, now, idrs)
            return False
        self._changed = changed
        same = not changed.any() or idrs - self._idrs >= _IDRS
        return same and now - self._since >= self._after

    def _begin(self, luma: Luma, now: float, idrs: int) -> None:
        self._first, self._since, self._idrs = luma.copy(), now, idrs
        self._changed = np.zeros(luma.shape, np.bool_)


def _more_than_a_clock(changed: npt.NDArray[np.bool_]) -> bool:
    rows = np.flatnonzero(changed.any(axis=1))
    if not len(rows):
        return False
    height = int(rows[-1] - rows[0]) + 1
    return height > _CLOCK_ROWS * changed.shape[0] or float(changed.mean()) > _CLOCK_AREA


@dataclass(slots=True)
class _Hint:
    """One hint with its hysteresis."""

    active: bool = False
    against: int = 0

    def take(self, *, wrong: bool) -> bool:
        """Take one look's opinion and tell whether the hint changed."""
        self.against = self.against + 1 if wrong != self.active else 0
        if self.against < _STEADY:
            return False
        self.active, self.against = wrong, 0
        return True


@dataclass(slots=True)
class View:
    """What is usual for one camera, and what is unusual now."""

    _hints: dict[Name, _Hint] = field(default_factory=lambda: {name: _Hint() for name in NAMES})
    _usual: Grey | None = None
    _sharpness: float = 0.0
    _likeness: deque[float] = field(default_factory=lambda: deque(maxlen=_SETTLED))
    _other: int = 0

    def look(self, luma: Luma) -> list[tuple[Name, bool]]:
        """Take one look and return which hints changed, and to what."""
        grey: Grey = luma.astype(np.float32)
        opinions = self._judge(grey)
        return [(n, h.active) for n, h in self._hints.items() if h.take(wrong=opinions[n])]

    def _judge(self, grey: Grey) -> dict[Name, bool]:
        sharp = float(np.abs(np.diff(grey, axis=0)).mean() + np.abs(np.diff(grey, axis=1)).mean())
        dark = float(grey.mean()) < _DARK and float(np.percentile(grey, 95)) < _BRIGHT_SPOT
        covered = not dark and float(grey.std()) < _UNIFORM
        if self._usual is not None and self._usual.shape != grey.shape:
            self._forget()
        usual = self._usual
        settled = len(self._likeness) == _SETTLED
        likeness = 1.0 if usual is None else _correlation(grey, usual)
        blurred = (
            not dark
            and not covered
            and settled
            and self._sharpness > _SHARP
            and sharp < _BLUR * self._sharpness
        )
        moved = settled and not (dark or covered or blurred) and likeness < _UNLIKE
        self._other = self._other + 1 if moved else 0
        if self._other >= _ACCEPTED:
            self._forget()
            moved = False
        if not (dark or covered or blurred or moved):
            self._learn(grey, sharp, likeness)
        return {"dark": dark, "covered": covered, "blurred": blurred, "moved": moved}

    def _learn(self, grey: Grey, sharp: float, likeness: float) -> None:
        if self._usual is None or likeness < _ALIKE:
            # A camera that is carried around has no usual view.
            self._usual, self._sharpness = grey, sharp
            self._likeness.clear()
            return
        self._usual = self._usual + _PACE * (grey - self._usual)
        self._sharpness += _PACE * (sharp - self._sharpness)
        self._likeness.append(likeness)

    def _forget(self) -> None:
        self._usual = None
        self._likeness.clear()
        self._other = 0


def _correlation(one: Grey, other: Grey) -> float:
    """Give the correlation of two pictures, -1 to 1; light that changes as a whole is no matter."""
    a, b = one - one.mean(), other - other.mean()
    size = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum()) / size if size else 1.0
