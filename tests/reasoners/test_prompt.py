"""What goes to a model."""

import base64

import pytest

from reasoners.prompt import Prompt, Turn, digest

ASKED = Prompt(
    (
        Turn("system", ("Look.",)),
        Turn("user", ("one", b"\xff\xd8\xff1", "two", b"\xff\xd8\xff2", b"\xff\xd8\xff3")),
    ),
    {"type": "object"},
)


def test_messages_of_chat_completions_are_read() -> None:
    """Texts and JPEGs as data URLs, in their order; anything else is refused."""
    url = f"data:image/jpeg;base64,{base64.b64encode(b'jpeg').decode()}"
    parts = [{"type": "text", "text": "What?"}, {"type": "image_url", "image_url": {"url": url}}]
    assert Prompt.of([{"role": "user", "content": parts}], None).turns == (
        Turn("user", ("What?", b"jpeg")),
    )
    elsewhere = [{"type": "image_url", "image_url": {"url": "http://example.org/a.jpg"}}]
    with pytest.raises(ValueError, match="neither text nor a JPEG"):
        Prompt.of([{"role": "user", "content": elsewhere}], None)


def test_the_digest_names_this_very_question() -> None:
    """Another picture, text or form is another question."""
    same = Prompt(ASKED.turns, {"type": "object"})
    assert same.digest == ASKED.digest
    assert ASKED.then("said", "again").digest != ASKED.digest
    assert Prompt(ASKED.turns, None).digest != ASKED.digest
    assert digest(b"a") != digest(b"b")


def test_fewer_pictures_keep_the_first_and_the_latest() -> None:
    """Texts all stay."""
    fewer = ASKED.with_images(2)
    assert fewer.images == (b"\xff\xd8\xff1", b"\xff\xd8\xff3")
    assert "one" in fewer.text
    assert "two" in fewer.text
    assert ASKED.with_images(9) == ASKED
