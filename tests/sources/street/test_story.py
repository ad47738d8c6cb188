"""Stories: actors come, move steadily and are gone again."""

import itertools

import pytest

from sources.street.ground import Ground
from sources.street.story import CHAPTER, LONGEST, Actor, Chapter, Part, chapters_at

GROUND = Ground(960, 540)


@pytest.mark.parametrize("seed", range(5))
def test_everybody_comes_from_outside_and_is_gone_in_time(seed: int) -> None:
    """Actors (bags apart) begin and end beyond the picture, and none outlives its chapter long."""
    for actor in Chapter(GROUND, seed, 2, 4, 4).actors:
        lasts = sum(part.seconds for part in actor.parts)
        assert actor.appears >= 2 * CHAPTER
        assert actor.appears + lasts < 3 * CHAPTER + LONGEST
        if actor.label != "backpack":
            for place in (actor.parts[0].begin, actor.parts[-1].end):
                assert abs(place[0]) > GROUND.edge(place[1])


@pytest.mark.parametrize("seed", range(5))
def test_nobody_jumps(seed: int) -> None:
    """Where one part of a way ends the next begins, and within a tick nobody gets far."""
    for actor in Chapter(GROUND, seed, 0, 2, 2).actors:
        for one, following in itertools.pairwise(actor.parts):
            assert abs(one.end[0] - following.begin[0]) < 0.01
        places = [actor.at(actor.appears + tick / 20) for tick in range(400)]
        moments = [moment for moment in places if moment is not None]
        for before, after in itertools.pairwise(moments):
            assert abs(after.x - before.x) < 0.45


def test_ids_are_never_shared() -> None:
    """Chapters number their actors apart from each other."""
    ids = [a.id for number in range(4) for a in Chapter(GROUND, 1, number, 4, 4).actors]
    assert len(ids) == len(set(ids))


def test_an_actor_is_there_only_between_coming_and_going() -> None:
    """Before and after there is no moment."""
    actor = Actor(1, "car", (0, 0, 0), 10.0, (Part(4.0, (0, 0.7), (8, 0.7), "driving"),))
    assert actor.at(9.9) is None
    assert actor.at(14.0) is None
    middle = actor.at(12.0)
    assert middle is not None
    assert (middle.x, middle.walked, middle.left) == (4.0, 4.0, False)


def test_a_chapters_late_leavers_are_not_forgotten() -> None:
    """Shortly after a chapter's end both chapters are asked."""
    assert chapters_at(5) == (0,)
    assert chapters_at(CHAPTER + 5) == (0, 1)
    assert chapters_at(CHAPTER + LONGEST + 5) == (1,)
