"""Whether a person's box went from upright to flat: a hint that somebody may have fallen."""

UPRIGHT, FLAT = 1.5, 0.95
"""Height by width of a box from which it is upright, and down to which it is flat."""

FALLS_WITHIN = 2.0
"""Seconds a fall takes at most; who lies down more slowly does not fall."""

LIES, STANDS = 1.0, 0.6
"""Seconds for which the box must be flat, or upright again."""

SHRUNK = 0.7
"""Share of the upright height to which it must have shrunk."""

CERTAIN = 0.9
"""The most such a hint can be worth."""

EPSILON = 1e-6


class Posture:
    """The posture of one person, from the sides of its box alone. Lengths in picture heights."""

    __slots__ = (
        "_flat",
        "_tall",
        "_up_since",
        "_upright_at",
        "fallen",
        "fallen_since",
        "plainness",
    )

    def __init__(self) -> None:
        self.fallen = False
        self.fallen_since = 0.0
        self.plainness = 0.0
        """How plainly it looked fallen the last time it did, 0 to 0.9."""

        self._tall = 0.0
        self._upright_at: float | None = None
        self._flat: float | None = None
        self._up_since: float | None = None

    def judge(self, now: float, width: float, height: float) -> float | None:
        """Take one look at it.

        Returns:
            When it looks fallen from now on: how plainly, 0 to 0.9. When it is up again: 0. None
            if nothing changed.
        """
        ratio = height / width if width > 0 else 1.0
        if ratio >= UPRIGHT:
            return self._stand(now, height)
        self._up_since = None
        if ratio > FLAT or self.fallen or self._upright_at is None:
            self._flat = None if ratio > FLAT else self._flat
            return None
        if self._flat is None:
            if now - self._upright_at > FALLS_WITHIN + EPSILON:
                return None
            self._flat = now
        if now - self._flat < LIES - EPSILON or height > SHRUNK * self._tall:
            return None
        self.fallen, self.fallen_since = True, self._flat
        self._flat = None
        flatness = min(1.0, (FLAT - ratio) / FLAT * 1.5)
        self.plainness = min(CERTAIN, 0.5 + 0.4 * flatness)
        return self.plainness

    def _stand(self, now: float, height: float) -> float | None:
        self._upright_at, self._flat = now, None
        self._tall += 0.2 * (height - self._tall) if self._tall else height
        if not self.fallen:
            return None
        if self._up_since is None:
            self._up_since = now
        if now - self._up_since < STANDS - EPSILON:
            return None
        self.fallen = False
        return 0.0
