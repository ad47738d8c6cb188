"""Runs an app on an event loop with signals wired to its stop."""

import asyncio
import signal

from daemon.app import App

SIGNALS = (signal.SIGINT, signal.SIGTERM)


def stop_on_signal(app: App) -> None:
    """Stop gracefully at the first signal; the second ends the process at once."""
    loop = asyncio.get_running_loop()

    def first() -> None:
        app.stop()
        for number in SIGNALS:
            loop.remove_signal_handler(number)

    for number in SIGNALS:
        loop.add_signal_handler(number, first)
