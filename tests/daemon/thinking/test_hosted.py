"""A model in a process of its own: real processes, a model that needs no library."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest
from rig.waiting import until

from daemon.thinking.building import local
from daemon.thinking.hosted import HostedReasoner
from reasoners import (
    Prompt,
    QuestionTooLong,
    ReasonerRejected,
    ReasonerUnavailable,
    Turn,
)
from reasoners.local.config import LocalConfig
from reasoners.testing.local import CRASH, SLOW, STUMBLE

PARROT = "reasoners.testing.local"


def prompt(text: str = "What?", images: int = 1) -> Prompt:
    """Ask something."""
    return Prompt((Turn("user", (text, *[b"\xff\xd8\xff"] * images)),))


@asynccontextmanager
async def hosted(folder: Path, name: str = "model") -> AsyncIterator[HostedReasoner]:
    """Host a parrot."""
    path = folder / name
    path.mkdir()
    (path / "config.json").write_text("{}")
    async with local("vlm", LocalConfig(path=path, max_tokens=16), PARROT) as one:
        yield one


async def test_questions_wait_for_the_model_and_are_answered(tmp_path: Path) -> None:
    """Asked while it loads, answered once it has; pictures arrive whole."""
    async with hosted(tmp_path) as one:
        said = await one.complete(prompt(images=2))
        assert (said.text, said.model, said.asked) == ("pictures of [3, 3] bytes", "model", 100)
        assert one.description == "a parrot"
        with pytest.raises(QuestionTooLong):
            await one.complete(prompt(images=20))


async def test_it_stands_back_for_cameras_and_detection(tmp_path: Path) -> None:
    """Each thread of its process gives way for a core that others want, as configured."""
    async with hosted(tmp_path) as one:
        await one.complete(prompt())
        process = one._process  # noqa: SLF001 (whom to look at)
        assert process is not None
        own = os.getpriority(os.PRIO_PROCESS, 0)
        threads = psutil.Process(process.pid).threads()
        found = {os.getpriority(os.PRIO_PROCESS, thread.id) - own for thread in threads}
        assert found == {10}


async def test_a_question_nobody_wants_any_more_frees_the_model(tmp_path: Path) -> None:
    """After a deadline the next one is answered at once, by the same process."""
    async with hosted(tmp_path) as one:
        await one.complete(prompt())
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await one.complete(prompt(SLOW))
        await one.complete(prompt())
        assert one.starts == 1


@pytest.mark.fault("F22")
async def test_f22_a_model_whose_process_dies_is_started_anew(tmp_path: Path) -> None:
    """F22: a crash or a kill costs the question under way; the next one is answered."""
    async with hosted(tmp_path) as one:
        with pytest.raises(ReasonerUnavailable):
            await one.complete(prompt(CRASH))
        await one.complete(prompt())
        assert one.starts == 2
        process = one._process  # noqa: SLF001 (whom to kill)
        assert process is not None
        os.kill(process.pid, signal.SIGKILL)
        await until(lambda: one.starts == 3)
        await one.complete(prompt())


@pytest.mark.fault("F22")
async def test_f22_a_model_that_stumbles_is_started_anew(tmp_path: Path) -> None:
    """What nobody foresaw, such as an error of the GPU, is said and costs the process, no more."""
    async with hosted(tmp_path) as one:
        with pytest.raises(ReasonerUnavailable, match="illegal memory access"):
            async with asyncio.timeout(20):
                await one.complete(prompt(STUMBLE))
        async with asyncio.timeout(20):
            await one.complete(prompt())
        assert one.starts == 2


async def test_a_model_that_cannot_be_loaded_says_why(tmp_path: Path) -> None:
    """Nobody waits for it; every question hears the reason."""
    async with hosted(tmp_path, "broken") as one:
        for _ in range(2):
            with pytest.raises(ReasonerRejected, match="no weights"):
                await one.complete(prompt())
