"""What was answered once is answered again, from a file, and nothing else is."""

import base64
import json
from pathlib import Path

import pytest

from reasoners import Prompt, ReasonerRejected, ReasonerUnavailable, Turn
from reasoners.prompt import digest
from reasoners.providers.cassette import CassetteConfig, CassetteReasoner
from reasoners.providers.scripted import ScriptedConfig, ScriptedReasoner
from reasoners.providers.tape import Tape, failed, heard, late, lines

PICTURE = b"\xff\xd8\xff one"


def prompt(text: str = "What?", picture: bytes = PICTURE) -> Prompt:
    """Ask something."""
    return Prompt((Turn("user", (text, picture)),))


async def recorded(path: Path, *asked: Prompt) -> list[str]:
    """Record a failure, then answers."""
    config = ScriptedConfig(replies=("zero", "one", "two", "three"), fails=1)
    said, tape = list[str](), Tape(path)
    async with ScriptedReasoner("s", config, None) as reasoner:
        for one in asked:
            try:
                answer = await reasoner.complete(one)
            except ReasonerUnavailable as error:
                tape.write(one, failed(error), {})
                said.append(str(error))
            else:
                tape.write(one, heard(answer), {})
                said.append(answer.text)
    return said


async def test_a_cassette_repeats_what_it_heard(tmp_path: Path) -> None:
    """Answers, failures, times and tokens; the same question twice gets both answers in turn."""
    path = tmp_path / "tape.jsonl"
    asked = [prompt("a"), prompt("b"), prompt("b"), prompt("c")]
    said = await recorded(path, *asked)
    assert said == ["scripted to fail", "one", "two", "three"]
    async with CassetteReasoner("c", CassetteConfig(path=path), None) as reasoner:
        with pytest.raises(ReasonerUnavailable, match="scripted to fail"):
            await reasoner.complete(asked[0])
        first = await reasoner.complete(asked[1])
        assert [first.text, *[(await reasoner.complete(one)).text for one in asked[2:]]] == said[1:]
        assert (await reasoner.complete(asked[1])).text == "two"
        assert first.tokens
    kept = list(lines(path))
    assert base64.b64decode(kept[0]["pictures"][0]["jpeg"]) == PICTURE
    assert kept[0]["pictures"][0]["sha256"] == digest(PICTURE)
    assert path.stat().st_mode & 0o077 == 0


async def test_another_picture_is_another_question(tmp_path: Path) -> None:
    """One byte differs, and the cassette has nothing to say."""
    path = tmp_path / "tape.jsonl"
    await recorded(path, prompt(), prompt())
    async with CassetteReasoner("c", CassetteConfig(path=path), None) as reasoner:
        with pytest.raises(ReasonerRejected, match="no answer to this question"):
            await reasoner.complete(prompt(picture=PICTURE + b"!"))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "check the path"),
        ("no json\n", "not lines of JSON"),
        (json.dumps([1]) + "\n", "line 1"),
    ],
)
async def test_what_is_no_cassette_is_named(tmp_path: Path, content: str | None, says: str) -> None:
    """One line with the path and the reason."""
    path = tmp_path / "tape.jsonl"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ReasonerRejected, match=says):
        await CassetteReasoner("c", CassetteConfig(path=path), None).__aenter__()


async def test_the_same_pictures_and_question_get_their_answer_whatever_was_told_beside(
    tmp_path: Path,
) -> None:
    """What follows the pictures may differ, such as what was said before; not what is asked."""
    path = tmp_path / "tape.jsonl"
    asked = [Prompt((Turn("user", ("Who?", PICTURE, f"seen {n}")),)) for n in range(3)]
    await recorded(path, *asked)
    other = Prompt((Turn("user", ("Who?", PICTURE, "nothing was seen")),))
    async with CassetteReasoner("c", CassetteConfig(path=path), None) as reasoner:
        with pytest.raises(ReasonerUnavailable):
            await reasoner.complete(asked[0])
        assert [(await reasoner.complete(other)).text for _ in range(3)] == ["one", "two", "two"]
        with pytest.raises(ReasonerRejected):
            await reasoner.complete(Prompt((Turn("user", ("What?", PICTURE, "seen 1")),)))


async def test_what_came_too_late_is_too_late_again(tmp_path: Path) -> None:
    """As a deadline that passed, not as a model that failed."""
    Tape(tmp_path / "tape.jsonl").write(prompt(), late("no answer by the deadline"), {})
    config = CassetteConfig(path=tmp_path / "tape.jsonl")
    async with CassetteReasoner("c", config, None) as reasoner:
        with pytest.raises(TimeoutError):
            await reasoner.complete(prompt())
