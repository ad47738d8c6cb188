"""What counts as an answer; the whole way is in `test_describe.py`."""

import pytest

from daemon.cli.asked import Described, typed
from daemon.cli.picture import Seen
from daemon.errors import ConfigRejected
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


@pytest.mark.parametrize(
    ("answer", "kind", "choices"),
    [
        ("text", "text", ()),
        ("yes_no", "yes_no", ()),
        ("open, closed", "choice", ("open", "closed")),
    ],
)
def test_a_question_takes_the_form_that_is_wanted(
    answer: str, kind: str, choices: tuple[str, ...]
) -> None:
    """Of a single picture any sure answer is one: no event is to be confirmed."""
    asked = typed("Is the gate open?", answer, None, "", "")
    assert asked is not None
    assert (asked.kind, asked.choices, asked.affirms) == (kind, choices, ())


def test_a_number_has_bounds_unit_and_a_label() -> None:
    """As in a rule."""
    asked = typed("How many?", "number", (0, 9), "people", "person")
    assert asked is not None
    assert (asked.low, asked.high, asked.unit, asked.counts) == (0, 9, "people", "person")
    assert typed(None, "text", None, "", "") is None


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (("Is it?", "maybe", None, "", ""), "or choices such as open,closed"),
        (("Is it?", "open,", None, "", ""), "'open,' is no form of an answer"),
        (("Is it?", "yes_no", (0, 9), "", ""), "--range: is for `answer: number`; leave it out"),
        (("Is it?", "number", (9, 0), "", ""), "--range: give the least number"),
        (("Is it?", "a,a", None, "", ""), "--answer: give from 2 to 16 different choices"),
        ((None, "number", None, "", ""), "need a question; give --ask"),
    ],
)
def test_a_slip_on_the_command_line_is_named(
    given: tuple[str | None, str, tuple[float, float] | None, str, str], told: str
) -> None:
    """One line: the option, what is wrong with it, and what to do."""
    with pytest.raises(ConfigRejected, match=told):
        typed(*given)
