"""Gets word in the middle of a packet: libavcodec says so when it skips a unit of a reserved type.

It says it in the thread that decodes, after what stands before that unit and before what follows.
PyAV's logging, which is off otherwise (PyAV#751: whoever logs waits for Python's lock), is on for
as long as one packet takes, and only for those that hold such a unit.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from threading import Lock, get_ident

import av.logging

_SAID = "Skipping NAL unit 41"
_NAME = "libav.hevc"


class _Ear:
    """Passes on what is said in a thread that listens."""

    def __init__(self) -> None:
        self._told: dict[int, Callable[[], None]] = {}
        self._turn = Lock()
        logger = logging.getLogger(_NAME)
        logger.addFilter(self._hears)
        logger.setLevel(logging.DEBUG)
        # Else the same words twice are said once.
        av.logging.set_skip_repeated(False)

    def open(self, told: Callable[[], None]) -> None:
        with self._turn:
            if not self._told:
                av.logging.set_level(av.logging.VERBOSE)
            self._told[get_ident()] = told

    def shut(self) -> None:
        with self._turn:
            del self._told[get_ident()]
            if not self._told:
                av.logging.set_level(None)

    def _hears(self, record: logging.LogRecord) -> bool:
        told = self._told.get(get_ident())
        if told is not None and record.msg == _SAID:
            told()
        return False


@cache
def _ear() -> _Ear:
    return _Ear()


@contextmanager
def overhearing(told: Callable[[], None]) -> Iterator[None]:
    """Call back at each such unit that this thread decodes meanwhile."""
    ear = _ear()
    ear.open(told)
    try:
        yield
    finally:
        ear.shut()
