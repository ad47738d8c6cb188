"""What a server's refusal means."""

import json
from typing import Any

import pytest

from reasoners import QuestionTooLong, ReasonerRejected, ReasonerUnavailable
from reasoners.errors import ReasonerError
from reasoners.providers.refusal import refused, reported, told, waiting


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            '{"error": {"message": "model not loaded", "type": "x", "code": 404}}',
            "model not loaded",
        ),
        ('{"error": "model \'m\' not found"}', "model 'm' not found"),
        ('{"object": "error", "message": "too big", "code": 400}', "too big"),
        ('{"detail": "Unexpected fields"}', "Unexpected fields"),
        (
            '{"detail": [{"loc": ["body", "messages"], "msg": "Field required", "type": "m"}]}',
            "Field required (body messages)",
        ),
        ('[{"error": {"message": "quota"}}]', "quota"),
        ("plain words", "plain words"),
        ('{"error": {"message": 7}}', '{"error": {"message": 7}}'),
        ("[" * 2000, "[" * 2000),
        ("", ""),
    ],
)
def test_the_sentence_for_people_is_found(body: str, words: str) -> None:
    """Whatever kind of server wrote it; what has none stays as it is."""
    assert told(body) == words


@pytest.mark.parametrize(
    ("status", "body", "kind", "reason"),
    [
        (400, '{"error": {"message": "no", "code": 400}}', ReasonerRejected, "HTTP 400: no"),
        (404, '{"error": {"message": "File Not Found"}}', ReasonerRejected,
         "HTTP 404: File Not Found: check `url` (most end in /v1) and `model`"),
        (405, "", ReasonerRejected, "HTTP 405: check `url` (most end in /v1) and `model`"),
        (401, "key sk-1 is wrong", ReasonerRejected, "HTTP 401: the server refuses the key"),
        (307, "", ReasonerRejected, "HTTP 307: it sends us elsewhere: correct `url`"),
        (500, '{"error": {"message": "image input is not supported - hint: mmproj"}}',
         ReasonerRejected, "it takes no pictures"),
        (400, '{"error": {"message": "This model does not support image input"}}',
         ReasonerRejected, "it takes no pictures"),
        (429, ('{"error": {"message": "You exceeded your current quota", '
              '"code": "insufficient_quota"}}'), ReasonerRejected, "exceeded your current quota"),
        (429, "slow down", ReasonerUnavailable, "HTTP 429: slow down"),
        (503, '{"error": {"message": "Loading model"}}', ReasonerUnavailable, "Loading model"),
        (529, "", ReasonerUnavailable, "HTTP 529"),
        (400, ('{"error": {"message": "request is too large", "type": "exceed_context_size_error",'
              ' "n_prompt_tokens": 5000, "n_ctx": 256}}'), QuestionTooLong,
         "request is too large (5000 of 256 tokens)"),
        (400, '{"error": {"code": 400, "message": "Input is longer than the maximum"}}',
         QuestionTooLong, "longer"),
        (413, "", QuestionTooLong, "HTTP 413"),
    ],
)  # fmt: skip
def test_each_refusal_is_named_after_its_remedy(
    status: int, body: str, kind: type[ReasonerError], reason: str
) -> None:
    """What heals, what needs a person, what fewer pictures may mend; and a hint where there is."""
    error = refused(status, body)
    assert type(error) is kind
    assert reason in str(error)
    assert "{" not in str(error)


def test_who_named_no_key_is_told_where_to() -> None:
    """A server that wants a key gets one by `credential`."""
    assert "name it under `credential`" in str(refused(401, "", keyed=False))


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"message": "out of memory"}, ReasonerUnavailable),
        ({"message": "bad schema", "code": 400}, ReasonerRejected),
        ({"message": "busy", "code": 429}, ReasonerUnavailable),
        ({"message": "Input length exceeds the maximum context length", "code": 400},
         QuestionTooLong),
        ("model runner has unexpectedly stopped", ReasonerUnavailable),
        ({"code": "server_error"}, ReasonerUnavailable),
        (True, ReasonerUnavailable),
    ],
)  # fmt: skip
def test_an_error_in_a_stream_is_read_like_any_other(error: Any, kind: type[ReasonerError]) -> None:
    """SGLang and vLLM answer 200 and report what is wrong in the stream; its words are kept."""
    found = reported(error)
    assert type(found) is kind
    assert str(found).startswith("the server reported an error")
    words = error.get("message", "") if isinstance(error, dict) else error
    assert not isinstance(words, str) or words in str(found)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "30"}, 30.0),
        (
            {
                "retry-after": "Fri, 27 Nov 2026 18:00:45 GMT",
                "date": "Fri, 27 Nov 2026 18:00:00 GMT",
            },
            45.0,
        ),
        (
            {
                "retry-after": "Fri, 27 Nov 2026 17:00:00 GMT",
                "date": "Fri, 27 Nov 2026 18:00:00 GMT",
            },
            0.0,
        ),
        ({"retry-after": "Fri, 27 Nov 2026 18:00:45 GMT"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "Fri, 99 Nov 2026 18:00:45 GMT", "date": "x"}, None),
        ({}, None),
    ],
)
def test_both_forms_of_retry_after_are_read(headers: dict[str, str], seconds: float | None) -> None:
    """Seconds, and a date, which counts from the server's own clock: ours may be wrong."""
    assert waiting(headers) == seconds


def test_what_is_no_text_stays_out() -> None:
    """Nothing but plain signs, on one line, cut short."""
    text = str(refused(500, json.dumps({"error": {"message": "\x1b[31m<b>\nx" + "y" * 900}})))
    assert text.isprintable()
    assert "<" not in text
    assert len(text) < 250
