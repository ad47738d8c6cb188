"""Runs an app on an event loop with signals wired to its stop and to its reload."""

import asyncio
import os
import signal
import threading

from daemon.app import App

GOODBYE = 1.0
"""Seconds that threads may take to end once everything else is done."""

HANGUP = 0.5
"""Seconds after SIGHUP within which a terminal that is being closed is gone."""

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""SIGHUP is a terminal that was closed, or the wish to read the configuration anew."""


def stop_on_signal(app: App) -> None:
    """Stop gracefully at the first signal; the second ends the process at once.

    SIGHUP ends what has lost its terminal, and has nothing it could reload. Everybody else is asked
    by it to reload: a service never had a terminal, and a terminal that is still there afterwards
    was not what the signal was about.
    """
    loop = asyncio.get_running_loop()
    # nohup(1) ignores SIGHUP, and means it; a shell that ignores SIGINT for what it runs in the
    # background does not mean that the daemon may not be asked to end.
    quiet = signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    numbers = [signal.SIGINT, signal.SIGTERM]
    reloads, attached = app.reloads, has_terminal()

    def first() -> None:
        app.stop()
        for number in (*numbers, signal.SIGHUP):
            loop.remove_signal_handler(number)
        # The shell and the kernel both tell of one closed terminal; that is no second wish.
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def hung_up() -> None:
        if app.stopping:
            return
        if attached and not has_terminal():
            if not quiet:
                first()
        else:
            app.reload()

    if reloads:
        loop.add_signal_handler(
            signal.SIGHUP, lambda: loop.call_later(HANGUP if attached else 0.0, hung_up)
        )
    elif not quiet:
        numbers.append(signal.SIGHUP)
    for number in numbers:
        loop.add_signal_handler(number, first)
        # Beside the loop's own handler, which has to wait while something holds the loop up.
        signal.signal(number, lambda *_: app.hurry())


def has_terminal() -> bool:
    """Tell whether this process has a controlling terminal; one that was closed is none."""
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY | os.O_CLOEXEC))
    except OSError:
        return False
    return True


def leave_soon(code: int) -> None:
    """End the process soon, even if a thread hangs in a terminal, a disk or a name server.

    Python itself would wait for that thread.
    """
    last_resort = threading.Timer(GOODBYE, os._exit, (code,))
    last_resort.daemon = True
    last_resort.start()
