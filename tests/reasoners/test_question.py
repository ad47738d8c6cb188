"""Questions as people write them, and what is refused."""

import pytest
from pydantic import TypeAdapter, ValidationError

from reasoners import AskConfig, Question

ASK: TypeAdapter[AskConfig] = TypeAdapter(AskConfig)


def test_a_plain_sentence_is_a_question_of_yes_and_no() -> None:
    """What most people write needs no options, in whatever language."""
    asked = ASK.validate_python("Lässt jemand ein Paket auf der Stufe?").named("parcel_left")
    assert asked == Question("parcel_left", "Lässt jemand ein Paket auf der Stufe?")
    assert (asked.kind, asked.affirms, asked.need) == ("yes_no", ("yes",), 0.5)


def test_choices_make_a_choice() -> None:
    """A list of answers is a choice, and any of them speaks for the event unless some are named."""
    ask = ASK.validate_python({"question": "Who is it?", "answer": ["courier", "stranger"]})
    assert ask.named("who") == Question(
        "who", "Who is it?", "choice", ("courier", "stranger"), affirms=()
    )


@pytest.mark.parametrize("form", ["number", "text"])
def test_other_forms_affirm_by_any_answer(form: str) -> None:
    """A number or a text has no wrong value."""
    asked = ASK.validate_python({"question": "What does it read?", "answer": form}).named("meter")
    assert (asked.kind, asked.affirms) == (form, ())


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"answer": ["one"]}, "from 2 to 16"),
        ({"answer": ["a", "a"]}, "different"),
        ({"answer": ["a", "cannot_tell"]}, "always allowed"),
        ({"answer": ["a", "b"], "affirms": ["c"]}, "stand under `answer`"),
        ({"affirms": ["perhaps"]}, "give yes, no or both"),
        ({"ned": 0.5}, "Extra inputs"),
    ],
)
def test_nonsense_is_refused(change: dict[str, object], told: str) -> None:
    """A slip in the file is named before anything starts."""
    with pytest.raises(ValidationError, match=told):
        ASK.validate_python({"question": "Is it so?", **change})
