"""Questions as people write them, and what is refused."""

import pytest
from pydantic import TypeAdapter, ValidationError

from reasoners import AskConfig, Inquiry, Question
from reasoners.question import AskingConfig

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
        ({"answer": ["a", "b\nc"]}, "no plain choice"),
        ({"answer": ["a", "see www.b.de"]}, "no plain choice"),
        ({"answer": ["a", "b"], "affirms": ["c"]}, "stand under `answer`"),
        ({"affirms": ["perhaps"]}, "give yes, no or both"),
        ({"ned": 0.5}, "Extra inputs"),
        ({"range": [0, 3]}, "range: is for `answer: number`"),
        ({"unit": "kg"}, "unit: is for `answer: number`"),
        ({"answer": "text", "counts": "person"}, "counts: is for `answer: number`"),
        ({"answer": "number", "range": [3, 0]}, "the least number, then the greatest"),
        ({"answer": "number", "range": [0, "inf"]}, "finite"),
        ({"name": "Über"}, "pattern"),
    ],
)
def test_nonsense_is_refused(change: dict[str, object], told: str) -> None:
    """A slip in the file is named before anything starts."""
    with pytest.raises(ValidationError, match=told):
        ASK.validate_python({"question": "Is it so?", **change})


def test_a_rule_asks_several_questions() -> None:
    """The first is named after the rule, further ones by number, unless they have names."""
    told = AskingConfig.model_validate(
        {
            "ask": [
                "Is it a courier?",
                {"question": "How many?", "answer": "number", "range": [0, 9], "unit": "people"},
                {"question": "What colour?", "answer": "text", "name": "colour"},
            ],
            "again": "10s",
        }
    ).inquiry("porch")
    assert [one.name for one in told.questions] == ["porch", "porch_2", "colour"]
    assert (told.questions[1].low, told.questions[1].high) == (0, 9)
    assert told.again == 10.0


@pytest.mark.parametrize("plain", ["Is it so?", {"question": "Is it so?"}, ["Is it so?"]])
def test_one_question_needs_no_list(plain: object) -> None:
    """A sentence, a question with options, a list of one: the same, and the schema knows each."""
    config = AskingConfig.model_validate({"ask": plain})
    assert config.inquiry("r") == Inquiry((Question("r", "Is it so?"),))
    again = config.model_dump(mode="json", exclude_unset=True)
    assert AskingConfig.model_validate(again) == config
    forms = AskingConfig.model_json_schema()["properties"]["ask"]["anyOf"]
    assert [form.get("type", "object") for form in forms] == ["string", "object", "array"]


@pytest.mark.parametrize(
    ("asks", "told"),
    [
        (["Is it so?"] * 9, "at most 8"),
        ([{"question": "Is it so?", "name": "x"}] * 2, "a name of its own"),
        ("", "at least 1"),
        (7, "tuple"),
    ],
)
def test_lists_of_questions_have_their_limits(asks: object, told: str) -> None:
    """As many as one call carries, each with a name."""
    with pytest.raises(ValidationError, match=told):
        AskingConfig.model_validate({"ask": asks})


def test_nothing_asked_is_nothing() -> None:
    """An inquiry tells whether a model is asked at all."""
    assert not AskingConfig(again=2.0).inquiry("r")
    assert AskingConfig(verify=True).inquiry("r")
    assert AskingConfig(describe=True).inquiry("r")
