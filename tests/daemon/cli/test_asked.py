"""What counts as an answer; the whole way is in `test_describe.py`."""

import pytest

from daemon.cli.asked import Described
from daemon.cli.picture import Seen
from reasoners import TERMINAL, Verdict

SEEN = Seen(320, 240, 10.0, (), (), 0, "The detector recognised nothing.", (), None)


@pytest.mark.parametrize("state", sorted(TERMINAL))
def test_only_checked_answers_are_answers(state: str) -> None:
    """Of all terminal states three come from an answer that was compared with what was seen."""
    verdict = Verdict(state)  # type: ignore[arg-type]  # all of them are states
    assert Described(SEEN, verdict).answered == (state in {"verified", "rejected", "uncertain"})


def test_nobody_asked_is_no_answer() -> None:
    """Without a model there is none."""
    assert not Described(SEEN, None).answered
