"""Captions parsed in a process of its own: real processes, a parser that needs no library."""

import asyncio
import importlib.util
from pathlib import Path

import pytest
from rig.book import book, hosted
from rig.parses import CARRIED, parsed

from daemon.thinking import Parsing
from reasoners import ReasonerRejected
from reasoners.syntax import Parsed
from reasoners.testing.parser import CRASH, HANG, NONSENSE

CAPTION, TREES = parsed(CARRIED)


def later(seconds: float = 60.0) -> float:
    """Return a deadline."""
    return asyncio.get_running_loop().time() + seconds


async def test_a_caption_is_parsed_and_counted(tmp_path: Path) -> None:
    """Asked while the pipeline is loaded, answered once it is; never later than its question.

    With little time left it is not begun, and a short wait kills nobody.
    """
    async with hosted(book(tmp_path)) as one:
        assert await one.parse(CAPTION, later()) == TREES
        assert await one.settled() == "a book of 19 captions"
        assert (one.parsed, dict(one.left)) == (1, {})
        assert await one.parse(CAPTION, later(0.1)) is None
        assert await one.parse(HANG, later(0.5)) is None
        assert dict(one.left) == {"hurry": 1, "late": 1}
        assert one._hosted.starts == 1  # noqa: SLF001 (nobody was killed)


async def again(one: Parsing) -> Parsed:
    """Ask until another process is there; nobody waits for it."""
    for _ in range(1200):
        found = await one.parse(CAPTION, later())
        if found is not None:
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(one.left)


@pytest.mark.fault("F22")
async def test_f22_what_dies_hangs_or_lies_leaves_captions_to_the_dictionary(
    tmp_path: Path,
) -> None:
    """F22: each costs one caption, counted by reason, and is said once; then it parses again."""
    path = book(tmp_path)

    async def suffer(word: str, reason: str) -> None:
        told: list[str] = []
        async with hosted(path, within=2.0 if word == HANG else 20.0) as one:
            one.told = lambda kind, text: told.append(f"{kind}: {text}")
            await one.settled()
            assert await one.parse(f"A man and a {word}.", later()) is None
            assert dict(one.left) == {reason: 1}
            assert await again(one) == TREES
            assert one._hosted.starts >= 2  # noqa: SLF001 (another process)
            assert one.parsed == 1
        assert told[0].startswith("degraded: captions of captioner are read by the dictionary")
        assert told[1:] == ["recovered: captions of captioner are parsed again"]

    async with asyncio.TaskGroup() as group:
        for word, reason in {CRASH: "died", HANG: "late", NONSENSE: "nonsense"}.items():
            group.create_task(suffer(word, reason))


async def test_what_is_still_being_loaded_is_not_waited_for(tmp_path: Path) -> None:
    """Longer than a caption may take; afterwards it parses."""
    async with hosted(book(tmp_path), within=0.05) as one:
        assert await one.parse(CAPTION, later()) is None
        assert dict(one.left) == {"loading": 1}
        await one.settled()
        assert one._hosted.starts == 1  # noqa: SLF001


@pytest.mark.skipif(
    importlib.util.find_spec("spacy") is not None, reason="spaCy is installed: see test_pipeline"
)
async def test_without_the_extra_the_dictionary_reads_and_the_remedy_is_told() -> None:
    """The daemon's own environment has no spaCy: one line names what to install."""
    told: list[str] = []
    async with hosted("en_core_web_sm", module="reasoners.parser") as one:
        one.told = lambda _, text: told.append(text)
        with pytest.raises(ReasonerRejected, match=r'pip install "lookout-daemon\[nlp\]"'):
            await one.settled()
        assert await one.parse(CAPTION, later()) is None
        assert await one.parse(CAPTION, later()) is None
    assert one.left == {"down": 2}
    (line,) = told
    assert 'pip install "lookout-daemon[nlp]"' in line
