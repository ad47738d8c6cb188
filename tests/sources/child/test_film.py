"""A film of marked frames."""

from pathlib import Path

import av
import numpy as np

from sources.child.film import Film


def written(path: Path, times: list[float], *, width: int = 65) -> Path:
    """Write one frame per time, brighter and brighter."""
    film = Film(path.open("w+b"))
    for number, at in enumerate(times):
        film.add(np.full((49, width, 3), 20 * number, np.uint8), at)
    film.close()
    return path


def test_frames_keep_their_times_and_order(tmp_path: Path) -> None:
    """Uneven times stay, equal ones are told apart, odd sides become even."""
    with av.open(str(written(tmp_path / "a.mp4", [0.0, 0.2, 0.2, 1.0]))) as film:
        frames = list(film.decode(video=0))
    assert [round(frame.time or 0, 3) for frame in frames] == [0, 0.2, 0.201, 1.0]
    assert (frames[0].width, frames[0].height) == (64, 48)
    means = [frame.to_ndarray(format="gray").mean() for frame in frames]
    assert means == sorted(means)


def test_the_same_frames_give_the_same_bytes(tmp_path: Path) -> None:
    """Nothing of the clock or the machine's load gets in."""
    times = [number / 10 for number in range(12)]
    one, two = (written(tmp_path / name, times) for name in ("a.mp4", "b.mp4"))
    assert one.read_bytes() == two.read_bytes()


def test_a_film_without_frames_is_closed(tmp_path: Path) -> None:
    """A recording that ends at once leaves a file and no error."""
    assert written(tmp_path / "a.mp4", []).exists()
