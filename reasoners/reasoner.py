"""The interface of this room towards models."""

from types import TracebackType
from typing import Any, ClassVar, Protocol, Self

from pydantic import BaseModel

from reasoners.prompt import Prompt, Said


class Reasoner(Protocol):
    """Asks one vision-language model. One instance serves all cameras, concurrently.

    Its configuration may say, beside what it needs itself, what the governor wants to know:
    `model`, `max_tokens`, `price`, `at_once`, `smaller`, `host`, `cloud`, `images`.
    """

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

    async def complete(self, prompt: Prompt) -> Said:
        """Return what the model says, whole.

        Keeps no deadline and tries nothing twice: whoever asks cancels, and cancelling frees the
        model at once.

        Raises:
            ReasonerUnavailable: Not there, overloaded, broke off; may heal.
            ReasonerRejected: Will not do what we ask; `QuestionTooLong` if it is too much.
            ReplyInvalid: Answered what is no answer.
            ReplyRefused: Declined.
        """
        ...
