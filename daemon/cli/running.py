"""Runs an app on an event loop with signals wired to its stop."""

import asyncio
import signal

from daemon.app import App

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""SIGHUP is a terminal that was closed."""


def stop_on_signal(app: App) -> None:
    """Stop gracefully at the first signal; the second ends the process at once."""
    loop = asyncio.get_running_loop()
    # nohup(1) ignores SIGHUP, and means it.
    numbers = [number for number in SIGNALS if signal.getsignal(number) != signal.SIG_IGN]

    def first() -> None:
        app.stop()
        for number in numbers:
            loop.remove_signal_handler(number)
        # The shell and the kernel both tell of one closed terminal; that is no second wish.
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    for number in numbers:
        loop.add_signal_handler(number, first)
