"""What is said of the machine."""

import pytest

from daemon.cli.doctor import machine


@pytest.mark.parametrize(
    ("release", "mended"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 52, 0), True),
    ],
)
def test_sqlite_releases_with_the_bug_are_named(
    release: tuple[int, int, int], mended: bool
) -> None:
    """The WAL-reset bug is mended in three lines and in everything later."""
    assert ("WAL-reset" not in machine.sqlite(release).found) == mended
