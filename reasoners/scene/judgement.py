# ruff: noqa: FURB136 - in the innermost loop a call of `min` costs more than the rest of its line
"""What holds between two objects in one frame, from boxes and velocities alone. Pure arithmetic.

Every answer is given twice: what surely holds, and what may go on holding if it held before. The
space between the two is the hysteresis that jitter must leap over. This is the innermost loop of
the scene, once for each pair that is close: it makes no object but its answer.
"""

from reasoners.scene.course import FORESHORTENED
from reasoners.scene.kind import ALIVE, PERSON, PORTABLE, RIDE, SEAT, VEHICLE
from reasoners.scene.thing import Row

NEAR, LEFT, RIGHT, ABOVE, BELOW, FRONT, BACK, OVERLAPS = (1 << bit for bit in range(8))
TO, TO_IT, FROM, FROM_IT, FOLLOWS, LEADS = (1 << bit for bit in range(8, 14))
ACCOMPANIES, CARRIES, CARRIED, ON, UNDER, TOGETHER = (1 << bit for bit in range(14, 20))
"""From the first to the second: `TO` it approaches, `TO_IT` it is approached, and so on."""

CLOSE, CLOSE_STILL = 1.2, 1.8
"""Metres between two that are near each other, and up to which they stay so."""

BESIDE, BESIDE_STILL = 6.0, 7.5
"""Metres up to which it is worth saying who is left of whom."""

REACH = 9.0
"""Metres beyond which nothing is said about two objects."""

Judgement = tuple[int, int]
"""What surely holds and what may go on holding, as sums of the flags above."""


def judge(one: Row, two: Row) -> Judgement:  # noqa: C901, PLR0912, PLR0915  flat, because quick
    """Compare two objects of one frame."""
    _, x, y, left, top, right, bottom, scale, vx, vy, speed, kind, deep, _ = one
    _, x2, y2, left2, top2, right2, bottom2, scale2, vx2, vy2, speed2, kind2, deep2, _ = two
    metre = 2.0 / (scale + scale2)
    over = (right if right < right2 else right2) - (left if left > left2 else left2)
    tall = (bottom if bottom < bottom2 else bottom2) - (top if top > top2 else top2)
    ahead = FORESHORTENED * (y2 - y) * metre
    aside = 0.0 if over > 0 else -over * metre
    # What stands nearer to the camera reaches back by its own depth.
    away = ahead - deep2 if ahead > 0 else -ahead - deep
    gap = (aside * aside + away * away) ** 0.5 if away > 0 else aside
    if gap > REACH:
        return 0, 0
    sure = maybe = 0
    if gap <= CLOSE_STILL:
        maybe = NEAR
        if gap <= CLOSE:
            sure = NEAR
    if gap <= BESIDE_STILL:
        wide, wide2, high, high2 = right - left, right2 - left2, bottom - top, bottom2 - top2
        narrow = wide if wide < wide2 else wide2
        low = high if high < high2 else high2
        if tall > 0 and over <= 0.1 * narrow:
            flag = LEFT if left + right < left2 + right2 else RIGHT
            maybe |= flag
            if over <= 0 and tall >= 0.25 * low and gap <= BESIDE:
                sure |= flag
        if over > 0:
            if tall <= 0.1 * low:
                flag = ABOVE if top + bottom < top2 + bottom2 else BELOW
                maybe |= flag
                if tall <= 0 and over >= 0.25 * narrow and gap <= BESIDE:
                    sure |= flag
            if tall > 0:
                area, area2 = wide * high, wide2 * high2
                share = over * tall / (area if area < area2 else area2)
                if share >= 0.05:  # noqa: PLR2004
                    maybe |= OVERLAPS
                    if share >= 0.15:  # noqa: PLR2004
                        sure |= OVERLAPS
                if over >= 0.2 * narrow and not -0.35 < ahead < 0.35:  # noqa: PLR2004
                    flag = BACK if ahead > 0 else FRONT
                    maybe |= flag
                    if over >= 0.3 * narrow and not -0.7 < ahead < 0.7:  # noqa: PLR2004
                        sure |= flag
    if speed < 0.25 and speed2 < 0.25:  # noqa: PLR2004
        return (sure, maybe) if gap > CLOSE_STILL else _close(one, two, 0.0, gap, sure, maybe)
    across = (x2 - x) * metre
    dvx, dvy = vx2 - vx, vy2 - vy
    if gap > 0.3:  # noqa: PLR2004
        far = (across * across + ahead * ahead) ** 0.5 + 1e-9
        ux, uy = across / far, ahead / far
        rate = -(dvx * ux + dvy * uy)
        if rate > 0.25:  # noqa: PLR2004
            towards = vx * ux + vy * uy
            if towards > 0.3 and towards >= 0.6 * speed:  # noqa: PLR2004
                maybe |= TO
                if rate >= 0.6 and towards >= 0.5 and towards >= 0.8 * speed:  # noqa: PLR2004
                    sure |= TO
            towards = -(vx2 * ux + vy2 * uy)
            if towards > 0.3 and towards >= 0.6 * speed2:  # noqa: PLR2004
                maybe |= TO_IT
                if rate >= 0.6 and towards >= 0.5 and towards >= 0.8 * speed2:  # noqa: PLR2004
                    sure |= TO_IT
        elif rate < -0.25:  # noqa: PLR2004
            off = -(vx * ux + vy * uy)
            if off > 0.3 and off >= 0.6 * speed:  # noqa: PLR2004
                maybe |= FROM
                if rate <= -0.6 and off >= 0.5 and off >= 0.8 * speed:  # noqa: PLR2004
                    sure |= FROM
            off = vx2 * ux + vy2 * uy
            if off > 0.3 and off >= 0.6 * speed2:  # noqa: PLR2004
                maybe |= FROM_IT
                if rate <= -0.6 and off >= 0.5 and off >= 0.8 * speed2:  # noqa: PLR2004
                    sure |= FROM_IT
    if speed > 0.3 and speed2 > 0.3:  # noqa: PLR2004
        alike = vx * vx2 + vy * vy2
        if alike > 0.5 * speed * speed2:
            unit = 2.5 if kind & kind2 & VEHICLE else 1.0
            along = (across * vx2 + ahead * vy2) / speed2
            beside = (across * vy2 - ahead * vx2) / speed2
            beside = (beside if beside > 0 else -beside) / unit
            flag = FOLLOWS if along > 0 else LEADS
            along = (along if along > 0 else -along) / unit
            if beside <= 1.6 and 1.2 <= along <= 8.0:  # noqa: PLR2004
                maybe |= flag
                plain = alike >= 0.82 * speed * speed2 and speed >= 0.5 and speed2 >= 0.5  # noqa: PLR2004
                if plain and beside <= 1.0 and 1.6 <= along <= 6.5:  # noqa: PLR2004
                    sure |= flag
    if gap > CLOSE_STILL:
        return sure, maybe
    return _close(one, two, (dvx * dvx + dvy * dvy) ** 0.5, gap, sure, maybe)


def _close(  # noqa: C901  it goes on where `judge` stopped
    one: Row, two: Row, apart: float, gap: float, sure: int, maybe: int
) -> Judgement:
    """Judge what only those can do that are close to each other.

    Args:
        one: The older of the two.
        two: The other.
        apart: Metres per second by which their velocities differ.
        gap: Metres between them.
        sure: What holds already.
        maybe: What may go on holding already.
    """
    speed, kind, speed2, kind2 = one[10], one[11], two[10], two[11]
    if kind & ALIVE and kind2 & ALIVE:
        if (kind | kind2) & PERSON and apart <= 1.2:  # noqa: PLR2004
            maybe |= ACCOMPANIES | TOGETHER
            if gap <= CLOSE and apart <= 0.6:  # noqa: PLR2004
                sure |= TOGETHER
                if speed >= 0.4 and speed2 >= 0.4:  # noqa: PLR2004
                    sure |= ACCOMPANIES
        return sure, maybe
    if not (kind | kind2) & (PORTABLE | RIDE | SEAT):
        return sure, maybe
    for flag, holder, held in ((CARRIES, one, two), (CARRIED, two, one)):
        if holder[11] & PERSON and held[11] & PORTABLE and _carried(holder, held):
            # What hangs in a hand seems to stand farther away than its bearer.
            sure, maybe = sure & ~(FRONT | BACK), maybe & ~(FRONT | BACK)
            # What stands on the ground beside somebody who stands still has been put down.
            lifted = held[6] < holder[6] - 0.1 * (holder[6] - holder[4])
            maybe |= flag if apart <= 1.0 and (lifted or holder[10] > 0.3) else 0  # noqa: PLR2004
            if apart <= 0.7 and speed >= 0.3 and speed2 >= 0.3:  # noqa: PLR2004
                sure |= flag
    for flag, upper, lower in ((ON, one, two), (UNDER, two, one)):
        if _rests(upper, lower):
            sure, maybe = sure & ~(FRONT | BACK), maybe & ~(FRONT | BACK)
            slower = speed if speed < speed2 else speed2
            # Each speed is measured at its own scale: what goes fast seems to differ more.
            maybe |= flag if apart <= 0.9 + 0.4 * slower else 0
            if lower[11] & RIDE:
                alike = slower >= 0.5 and apart <= 0.4 + 0.25 * slower  # noqa: PLR2004
                sure |= flag if alike else 0
            elif speed < 0.3 and speed2 < 0.3:  # noqa: PLR2004
                sure |= flag
    return sure, maybe


def _carried(person: Row, thing: Row) -> bool:
    """Tell whether a thing is where a person's hands, back and shoulders are."""
    _, _, _, left, top, right, bottom, *_ = person
    _, _, _, left2, top2, right2, bottom2, *_ = thing
    reach = 0.25 * (right - left)
    middle, height = (left2 + right2) / 2, bottom - top
    return (
        left - reach <= middle <= right + reach
        and (top2 + bottom2) / 2 >= top + 0.1 * height
        and bottom2 <= bottom + 0.05 * height
    )


def _rests(upper: Row, lower: Row) -> bool:
    """Tell whether one is where something on the other would be: riding, sitting, lying."""
    kind, kind2 = upper[11], lower[11]
    if not (kind & (ALIVE | PORTABLE) and kind2 & (RIDE | SEAT)) or kind & (RIDE | SEAT):
        return False
    if kind2 & RIDE and not kind & ALIVE:
        return False
    foot, top, bottom = upper[6], lower[4], lower[6]
    wide, high = lower[5] - lower[3], bottom - top
    off = (upper[3] + upper[5] - lower[3] - lower[5]) / 2
    deepest = bottom + 0.1 * high if kind2 & RIDE else top + 0.75 * high
    return -0.4 * wide <= off <= 0.4 * wide and top <= foot <= deepest and upper[4] < bottom - high
