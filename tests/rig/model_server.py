"""The scripted model on a loop of its own, for tests that wait for real processes meanwhile."""

import asyncio
import threading
import time
from types import TracebackType
from typing import Self

from reasoners.testing import Asked, Script, ScriptedModel


class ModelServer:
    """A `ScriptedModel` in a thread; `url` is what a reasoner is configured with."""

    def __init__(self, *scripts: Script) -> None:
        self._model = ScriptedModel(*scripts)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.url = ""

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._model.__aenter__(), self._loop).result(10)
        self.url = self._model.url
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        leave = self._model.__aexit__(None, None, None)
        asyncio.run_coroutine_threadsafe(leave, self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    @property
    def requests(self) -> list[Asked]:
        """What was asked until now."""
        return list(self._model.requests)

    def wait_requests(self, count: int = 1, within: float = 20) -> None:
        """Wait until so many requests came in."""
        deadline = time.monotonic() + within
        while len(self._model.requests) < count:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(self._model.requests)} requests instead of {count}")
            time.sleep(0.02)
