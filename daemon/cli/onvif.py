"""Asks over ONVIF by way of a process of its own, which alone reads what strangers send."""

import asyncio
import sys

from pydantic import ValidationError

from daemon.process import environment
from sources import SourceRejected, SourceUnavailable
from sources.device import Answer, Order

MODULE = "sources.child.onvif"
PATIENCE = 30.0
"""Seconds that asking one camera may take in all."""

LARGEST = 1 << 20
"""Bytes of an answer; 256 cameras take a tenth."""


async def ask(order: Order, patience: float = PATIENCE) -> Answer:
    """Have one order answered. The password goes over standard input alone.

    Raises:
        SourceUnavailable: It may work later.
        SourceRejected: A person must act.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-W", "ignore", "-m", MODULE),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=environment(),
    )
    try:
        async with asyncio.timeout(patience):
            said, _ = await process.communicate(order.model_dump_json().encode())
    except TimeoutError:
        raise SourceUnavailable(f"no answer over ONVIF within {patience:g} s") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    try:
        answer = Answer.model_validate_json(said[:LARGEST])
    except ValidationError:
        raise SourceUnavailable(
            f"the process that speaks ONVIF ended with {process.returncode}"
        ) from None
    if answer.rejected:
        raise SourceRejected(answer.rejected)
    if answer.unavailable:
        raise SourceUnavailable(answer.unavailable)
    return answer
