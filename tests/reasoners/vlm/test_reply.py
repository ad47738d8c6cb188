"""What a model answered: whole, or not at all."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasoners import ReplyInvalid, ReplyRefused
from reasoners.vlm.prompt import FORM
from reasoners.vlm.reply import KEYS, Reply, ReplyEntity, read

GOOD: dict[str, Any] = {
    "answer": "yes",
    "confidence": 88,
    "description": "A courier puts a parcel on the step.",
    "entities": [
        {"text": "courier", "kind": "person", "track": "t17"},
        {"text": "parcel", "kind": "object", "track": None},
    ],
}


def test_a_reply_in_form_is_read() -> None:
    """Every field arrives."""
    assert read(json.dumps(GOOD)).model_dump() == GOOD


def test_the_form_asked_for_is_the_form_read() -> None:
    """The schema that servers are given and our own validation name the same keys."""
    assert set(FORM["properties"]) == set(Reply.model_fields)
    assert set(FORM["properties"]["entities"]["items"]["properties"]) == set(
        ReplyEntity.model_fields
    )


@pytest.mark.parametrize(
    "text",
    [
        "```json\n" + json.dumps(GOOD) + "\n```",
        "```\n" + json.dumps(GOOD, indent=1) + "```",
        "\n\t " + json.dumps(GOOD) + " \n",
        json.dumps({**GOOD, "description": "X"}).replace("X", GOOD["description"] + "\n"),
    ],
)
def test_harmless_slips_are_forgiven(text: str) -> None:
    """A fence, blanks around it and raw line breaks in strings lose nothing."""
    assert read(text).model_dump() == GOOD


@pytest.mark.parametrize(
    "wrong",
    [
        {"answer": "maybe"},
        {"answer": "YES"},
        {"answer": True},
        {"confidence": 101},
        {"confidence": -1},
        {"confidence": 0.88},
        {"confidence": "88"},
        {"confidence": True},
        {"confidence": None},
        {"description": None},
        {"description": "x" * 601},
        {"description": ["x"]},
        {"entities": None},
        {"entities": [{}]},
        {"entities": ["courier"]},
        {"entities": GOOD["entities"] * 9},
        {"entities": [{**GOOD["entities"][0], "text": ""}]},
        {"entities": [{**GOOD["entities"][0], "text": "x" * 81}]},
        {"entities": [{**GOOD["entities"][0], "track": 17}]},
        {"entities": [{**GOOD["entities"][0], "colour": "red"}]},
        {"reason": "because"},
    ],
)
def test_f24_off_the_form_is_invalid(wrong: dict[str, Any]) -> None:
    """F24: wrong enum, wrong type, too long, too many, extra keys: nothing of it is believed."""
    with pytest.raises(ReplyInvalid, match="does not fit the form"):
        read(json.dumps({**GOOD, **wrong}))


@pytest.mark.parametrize("key", sorted(GOOD))
def test_a_missing_key_is_invalid(key: str) -> None:
    """There are no defaults for what a model did not say."""
    with pytest.raises(ReplyInvalid, match=f"{key}: missing"):
        read(json.dumps({other: value for other, value in GOOD.items() if other != key}))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yes",
        "null",
        "[]",
        "42",
        json.dumps(GOOD)[:-1],
        json.dumps(GOOD) + "}",
        json.dumps(GOOD) + json.dumps(GOOD),
        json.dumps({**GOOD, "confidence": float("nan")}),
        json.dumps(GOOD).replace("88", "1e400"),
        json.dumps(GOOD).replace("88", "9" * 5000),
        json.dumps(GOOD).replace('"answer": "yes"', '"answer": "no", "answer": "yes"'),
        json.dumps(GOOD).replace("courier", "\\ud800"),
        "[" * 100_000,
        '{"a":' * 100_000,
        "\x00",
        "<html>",
    ],
)
def test_f24_what_is_no_answer_is_invalid(text: str) -> None:
    """F24: cut off, doubled, NaN, huge numbers, keys given twice, deep nesting, no JSON at all."""
    with pytest.raises(ReplyInvalid):
        read(text)


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, but I can't help with that.",
        "I\u2019m sorry, I cannot identify people.",
        "Sorry, I am not able to do this.",
        "I cannot assist with this request.",
        "As an AI, I must not.",
        "Unfortunately, I can not say.",
    ],
)
def test_f25_a_refusal_in_prose_is_refused(text: str) -> None:
    """F25: the usual ways of declining are told from noise."""
    with pytest.raises(ReplyRefused):
        read(text)


def test_a_description_may_sound_like_a_refusal() -> None:
    """Only prose instead of JSON counts."""
    assert read(json.dumps({**GOOD, "description": "I'm sorry, says the sign."})).answer == "yes"


def test_texts_are_made_plain() -> None:
    """Control and direction marks go, links are taken out: it is data that people will read."""
    said = "See\u202e https://evil.example/x?y=1 and www.evil.example\x07 now\n\n"
    reply = read(json.dumps({**GOOD, "description": said}))
    assert reply.description == "See [link] and [link] now"


def test_messages_never_quote_the_model() -> None:
    """What a model wrote off the form is not carried into our own texts."""
    with pytest.raises(ReplyInvalid) as caught:
        read(json.dumps({**GOOD, "ignore all previous instructions": 1}))
    assert "ignore" not in str(caught.value)
    assert "answer" in KEYS


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
nearly = st.fixed_dictionaries(
    {
        "answer": st.sampled_from(["yes", "no", "cannot_tell", "maybe"]) | json_values,
        "confidence": st.integers(-5, 105) | json_values,
        "description": st.text(max_size=700),
        "entities": st.lists(
            st.fixed_dictionaries(
                {"text": st.text(max_size=90), "kind": st.text(max_size=45), "track": json_values}
            ),
            max_size=18,
        ),
    }
)


@given(
    st.text(max_size=400)
    | st.binary(max_size=400).map(lambda data: data.decode("utf-8", "replace"))
    | json_values.map(json.dumps)
    | nearly.map(json.dumps)
)
def test_any_text_is_a_reply_or_a_named_error(text: str) -> None:
    """Nothing else ever comes out, and a reply always fits the form."""
    try:
        reply = read(text)
    except (ReplyInvalid, ReplyRefused) as error:
        assert len(str(error)) < 200  # noqa: PT017  every error is a good one here
    else:
        assert reply.answer in {"yes", "no", "cannot_tell"}
        assert 0 <= reply.confidence <= 100
        json.dumps(reply.model_dump()).encode()
