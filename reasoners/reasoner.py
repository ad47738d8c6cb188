"""The interface of this room towards models."""

from types import TracebackType
from typing import Any, ClassVar, Protocol, Self

from pydantic import BaseModel

from reasoners.verdict import Job, Verdict


class Reasoner(Protocol):
    """Asks a vision-language model. One instance serves all cameras, concurrently."""

    Config: ClassVar[type[BaseModel]]

    def __init__(self, name: str, config: Any, secret: str | None) -> None:  # noqa: ANN401
        """Take the configuration and the key that belongs to its `credential`, if it names one."""
        ...

    async def __aenter__(self) -> Self:
        """Make ready; does not need the server to be there."""
        ...

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Close connections."""
        ...

    async def judge(self, job: Job) -> Verdict:
        """Return the terminal answer, at the latest when the job's deadline has passed.

        Every outcome is a verdict: a slow server is `timeout`, a broken one `error`, an answer
        off schema `invalid`, a refusal `refused`. Raises nothing but a bug. Cancelling frees the
        server; the caller then owes the event a terminal state.
        """
        ...
