"""Runs an app on an event loop with signals wired to its stop."""

import asyncio
import os
import signal
import threading

from daemon.app import App

GOODBYE = 1.0
"""Seconds that threads may take to end once everything else is done."""

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""SIGHUP is a terminal that was closed."""


def stop_on_signal(app: App) -> None:
    """Stop gracefully at the first signal; the second ends the process at once."""
    loop = asyncio.get_running_loop()
    # nohup(1) ignores SIGHUP, and means it; a shell that ignores SIGINT for what it runs in the
    # background does not mean that the daemon may not be asked to end.
    quiet = signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    numbers = [number for number in SIGNALS if number != signal.SIGHUP or not quiet]

    def first() -> None:
        app.stop()
        for number in numbers:
            loop.remove_signal_handler(number)
        # The shell and the kernel both tell of one closed terminal; that is no second wish.
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    for number in numbers:
        loop.add_signal_handler(number, first)
        # Beside the loop's own handler, which has to wait while something holds the loop up.
        signal.signal(number, lambda *_: app.hurry())


def leave_soon(code: int) -> None:
    """End the process soon, even if a thread hangs in a terminal, a disk or a name server.

    Python itself would wait for that thread.
    """
    last_resort = threading.Timer(GOODBYE, os._exit, (code,))
    last_resort.daemon = True
    last_resort.start()
