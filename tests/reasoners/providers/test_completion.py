"""Chat completions as they arrive."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasoners import ReasonerUnavailable, ReplyInvalid, ReplyRefused
from reasoners.providers.completion import LONGEST, Completion

CAP = 10 * LONGEST


def chunk(delta: dict[str, Any] | None = None, finish: str | None = None, **more: object) -> bytes:
    """Write one event of a stream."""
    value = {"choices": [{"delta": delta or {}, "finish_reason": finish}], **more}
    return b"data: " + json.dumps(value).encode() + b"\n\n"


def collect(*pieces: bytes) -> Completion:
    """Feed a stream."""
    completion = Completion("events", cap=CAP)
    for piece in pieces:
        completion.feed(piece)
    return completion


HELLO = (chunk({"role": "assistant"}), chunk({"content": "Hel"}), chunk({"content": "lo ü"}))
USAGE = b'data: {"choices": [], "usage": {"total_tokens": 42}}\n\n'


@pytest.mark.parametrize(
    ("end", "tokens"),
    [
        ((chunk(finish="stop"), USAGE, b"data: [DONE]\n\n"), 42),
        ((chunk(finish="stop", usage={"total_tokens": 7}),), 7),
        ((chunk(finish="stop"),), None),
        ((b"data: [DONE]\n\n",), None),
        ((chunk(finish="stop"), b"data: [DONE]"), None),
        ((b": comment\n\nevent: x\r\n", chunk(finish="stop").replace(b"\n", b"\r\n")), None),
    ],
)
def test_the_ends_that_servers_write(end: tuple[bytes, ...], tokens: int | None) -> None:
    """With [DONE] or without; usage in the last chunk, in its own, or nowhere; any line ends."""
    completion = collect(*HELLO, *end)
    assert completion.text() == "Hello ü"
    assert completion.asked == tokens


@given(st.lists(st.integers(1, 40), min_size=1, max_size=60))
def test_pieces_may_be_cut_anywhere(cuts: list[int]) -> None:
    """Even in the middle of a letter: the text is the same."""
    whole = b"".join((*HELLO, chunk(finish="stop"), b"data: [DONE]\n\n"))
    completion = Completion("events", cap=CAP)
    at = 0
    for cut in cuts:
        completion.feed(whole[at : at + cut])
        at += cut
    completion.feed(whole[at:])
    assert completion.text() == "Hello ü"


def test_an_end_midway_is_no_answer() -> None:
    """Without finish reason and [DONE], what came is not believed."""
    with pytest.raises(ReasonerUnavailable, match="ended midway"):
        collect(*HELLO).text()
    with pytest.raises(ReasonerUnavailable, match="ended midway"):
        collect().text()


def test_an_answer_cut_off_by_the_limit_is_invalid() -> None:
    """Truncated is said as such."""
    with pytest.raises(ReplyInvalid, match="truncated"):
        collect(*HELLO, chunk(finish="length")).text()


@pytest.mark.parametrize("end", [chunk(finish="content_filter"), chunk({"refusal": "No."}, "stop")])
def test_a_refusal_is_known_by_its_field(end: bytes) -> None:
    """OpenAI has a field and a finish reason for it."""
    with pytest.raises(ReplyRefused):
        collect(*HELLO, end).text()


def test_an_error_in_the_stream_is_an_error() -> None:
    """Servers that fail midway say so in an event, with status 200."""
    with pytest.raises(ReasonerUnavailable, match="reported an error"):
        collect(*HELLO, b'data: {"error": {"message": "secret"}}\n\n')


@pytest.mark.parametrize(
    "data", [b"data: {\n", b"data: [1]\n", b'data: {"choices": 3}\n', b"data: \xff\n",
             b"data: " + b"[" * 60_000 + b"\n"]
)  # fmt: skip
def test_what_is_no_completion_is_invalid(data: bytes) -> None:
    """Broken JSON, other shapes, no UTF-8, deep nesting."""
    with pytest.raises(ReplyInvalid, match="not a chat completion"):
        collect(data)


def test_f24_bytes_are_capped() -> None:
    """F24: by line, by answer and by stream; whatever comes first ends it."""
    with pytest.raises(ReplyInvalid, match="a line of the reply is longer than 64 KiB"):
        collect(b"data: " + b"x" * LONGEST)
    with pytest.raises(ReplyInvalid, match="the answer is longer than 64 KiB"):
        collect(*[chunk({"content": "x" * 1000})] * 70)
    with pytest.raises(ReplyInvalid, match="the reply is longer than 640 KiB"):
        collect(*[b": nothing\n"] * 70_000)
    whole = Completion("whole", cap=CAP)
    with pytest.raises(ReplyInvalid, match="the reply is longer than 64 KiB"):
        whole.feed(b" " * (LONGEST + 1))


def test_a_reply_that_is_no_stream_is_read_too() -> None:
    """Some servers ignore `stream` and answer in one piece."""
    completion = Completion("whole", cap=CAP)
    body = {
        "choices": [{"message": {"content": "Hello"}, "finish_reason": "stop"}],
        "usage": {"total_tokens": 3},
    }
    completion.feed(json.dumps(body).encode())
    assert completion.text() == "Hello"
    assert completion.asked == 3


@given(st.lists(st.binary(max_size=200), max_size=8), st.booleans())
def test_any_bytes_are_an_answer_or_a_named_error(pieces: list[bytes], streamed: bool) -> None:
    """Nothing else ever comes out."""
    completion = Completion("events" if streamed else "whole", cap=CAP)
    try:
        for piece in pieces:
            completion.feed(b"data: " + piece + b"\n" if streamed else piece)
        assert isinstance(completion.text(), str)
    except (ReplyInvalid, ReplyRefused, ReasonerUnavailable):
        assert not completion.done


def test_ollama_writes_one_object_a_line() -> None:
    """Letters, the end, and both counts of tokens; a line may come in two pieces."""
    completion = Completion("lines", cap=CAP)
    completion.feed(b'{"message": {"role": "assistant", "content": "Hel"}, "done": false}\n{"mess')
    completion.feed(b'age": {"content": "lo"}, "done": false}\n')
    assert completion.begun
    assert not completion.done
    end = {"message": {"content": ""}, "done": True, "done_reason": "stop"}
    counts = {"prompt_eval_count": 700, "eval_count": 9}
    completion.feed(json.dumps({**end, **counts}).encode() + b"\n")
    assert completion.done
    assert (completion.text(), completion.asked, completion.answered) == ("Hello", 700, 9)


def test_ollama_may_cut_off_and_may_fail() -> None:
    """`length` is truncated, an error is an error, half an answer is none."""
    cut = Completion("lines", cap=CAP)
    cut.feed(b'{"message": {"content": "{"}, "done": true, "done_reason": "length"}\n')
    with pytest.raises(ReplyInvalid, match="truncated"):
        cut.text()
    with pytest.raises(ReasonerUnavailable, match="reported an error"):
        Completion("lines", cap=CAP).feed(b'{"error": "model not found"}\n')
    half = Completion("lines", cap=CAP)
    half.feed(b'{"message": {"content": "{"}, "done": false}\n')
    with pytest.raises(ReasonerUnavailable, match="midway"):
        half.text()


@pytest.mark.parametrize("reason", ["abort", "error"])
def test_an_answer_the_server_gave_up_is_none(reason: str) -> None:
    """Servers end so when they are stopped: the rest of the text is missing."""
    with pytest.raises(ReasonerUnavailable, match=f"gave the answer up .{reason}."):
        collect(*HELLO, chunk(finish=reason)).text()


@pytest.mark.parametrize("key", ["reasoning_content", "reasoning"])
@pytest.mark.parametrize("finish", ["stop", "length"])
def test_a_model_that_only_thinks_says_which_key_helps(key: str, finish: str) -> None:
    """All its tokens went into what it says to itself: that is another fault than broken JSON."""
    with pytest.raises(ReplyInvalid, match="effort: none"):
        collect(chunk({key: "Let me see"}), chunk({"content": None}, finish)).text()
    both = collect(chunk({key: "Let me see"}), *HELLO, chunk(finish="stop"))
    assert both.text() == "Hello ü"


def test_ollama_that_only_thinks_says_so_too() -> None:
    """Its own API has a field of another name."""
    completion = Completion("lines", cap=CAP)
    completion.feed(b'{"message": {"thinking": "hm"}, "done": false}\n')
    completion.feed(b'{"message": null, "done": true, "done_reason": "length"}\n')
    with pytest.raises(ReplyInvalid, match="max_tokens"):
        completion.text()


def test_empty_parts_are_no_fault() -> None:
    """Some servers write null where others leave a key out."""
    nulls = b'data: {"choices": null}\n\ndata: {"choices": [{"delta": null}], "usage": null}\n\n'
    assert collect(*HELLO, nulls, chunk(finish="stop")).text() == "Hello ü"


def test_a_key_that_an_error_repeats_is_taken_out() -> None:
    """Also where JSON writes it otherwise."""
    key = 'sk"1\\2'
    error = b"data: " + json.dumps({"error": {"message": f"key {key} is busy"}}).encode() + b"\n\n"
    completion = Completion("events", cap=CAP, clean=lambda text: text.replace(key, "***"))
    with pytest.raises(ReasonerUnavailable, match=r"key \*\*\* is busy"):
        completion.feed(error)
