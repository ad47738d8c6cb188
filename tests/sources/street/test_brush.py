"""The brush: metres become pixels with smooth edges."""

from sources.street.brush import Brush, shaded


def test_a_drawn_square_has_its_size_and_stands_on_the_origin() -> None:
    """One metre at 40 pixels per metre is 40 pixels."""
    brush = Brush(40, -1, 1, 2)
    brush.area([(-0.5, 0), (-0.5, 1), (0.5, 1), (0.5, 0)], (250, 20, 20))
    made = brush.done()
    height, width = made.color.shape[:2]
    assert abs(height - 40) <= 1
    assert abs(width - 40) <= 1
    left, top, right, bottom = made.box(100, 100)
    assert abs((left + right) / 2 - 100) <= 1
    assert abs(bottom - 100) <= 1
    assert top < bottom


def test_round_things_have_smooth_edges_and_a_bright_side() -> None:
    """Between covered and not there are steps; light comes from the left."""
    brush = Brush(60, -1, 1, 2)
    brush.disc((0, 0.6), 0.5, (120, 120, 120))
    made = brush.done(0.5)
    edge = made.through[(made.through > 0) & (made.through < 255)]
    assert len(edge) > 50
    width = made.color.shape[1]
    left, right = made.color[:, : width // 2], made.color[:, width // 2 :]
    assert left.sum() > 1.1 * right.sum()


def test_shades_stay_colours() -> None:
    """Brighter than white is white."""
    assert shaded((100, 200, 250), 2) == (200, 255, 255)
    assert shaded((100, 200, 250), 0.5) == (50, 100, 125)
