"""Lines through noisy values."""

from random import Random

import pytest

from reasoners.driving.fitting import fit

TIMES = [number / 10 - 1.9 for number in range(20)]
ONES = [1.0] * 20


def test_a_line_is_found_whatever_one_value_says() -> None:
    """Exact values give the exact line, and one that is far off hardly moves it."""
    values = [2.0 - 0.5 * at for at in TIMES]
    line = fit(TIMES, values, ONES, floor=0.01)
    assert line is not None
    assert (line.value, line.slope, line.bend) == pytest.approx((2.0, -0.5, 0.0))
    assert line.slope_sd > 0
    values[7] += 3.0
    pulled = fit(TIMES, values, ONES, floor=0.01)
    assert pulled is not None
    assert pulled.slope == pytest.approx(-0.5, abs=0.05)


def test_deviations_are_those_of_many_tries() -> None:
    """Two standard deviations hold the true slope about 19 times in 20."""
    random, held = Random(4), 0
    for _ in range(300):
        line = fit(TIMES, [1 + 0.3 * at + random.gauss(0, 0.1) for at in TIMES], ONES, floor=0.001)
        assert line is not None
        held += abs(line.slope - 0.3) <= 2 * line.slope_sd
    assert held >= 270


def test_a_plain_bend_is_followed_and_noise_is_not() -> None:
    """With a bend the line is its tangent at the present; too short a while shows none."""
    values = [1 + at + 0.8 * at * at for at in TIMES]
    bent = fit(TIMES, values, ONES, floor=0.01, bends=(2, 3))
    assert bent is not None
    assert (bent.value, bent.slope, bent.bend) == pytest.approx((1.0, 1.0, 0.8))
    plain = fit(TIMES, values, ONES, floor=0.01)
    short = fit(TIMES[10:], values[10:], ONES[10:], floor=0.01, bends=(2, 3))
    assert plain is not None
    assert short is not None
    assert plain.bend == short.bend == 0


def test_values_of_one_moment_make_no_line() -> None:
    """Without a span of time there is no slope, and the answer says so."""
    assert fit([0.0, 0.0], [1.0, 2.0], [1.0, 1.0], floor=0.1) is None
