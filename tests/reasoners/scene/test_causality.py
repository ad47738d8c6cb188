"""What contributed to what, and that nothing else is claimed."""

from collections.abc import Callable

import pytest

from reasoners.testing import PLAYS, Watching, play

Watch = Callable[[str], Watching]


@pytest.mark.parametrize("name", [name for name in PLAYS if play(name, 0).causes])
def test_causes_are_found_with_their_evidence(watched: Watch, name: str) -> None:
    """Each stated pattern is found in its play, cause before effect, and shows what it rests on."""
    watching = watched(name)
    assert set(play(name, 0).causes) <= watching.causes()
    for link in watching.scene.causality.links:
        assert link.cause.at <= link.effect.at
        assert link.evidence
        assert link.confidence == min(one.confidence for one in link.evidence)
        assert link in watching.scene.causality.of(link.effect)


@pytest.mark.parametrize("name", ["passers", "loiterer", "runner", "fall", "lane", "meeting"])
def test_what_merely_comes_first_is_no_cause(watched: Watch, name: str) -> None:
    """Where nobody has to do with anybody, no change is explained by another."""
    assert not [link for link in watched(name).scene.causality.links if link.pattern != "covered"]
