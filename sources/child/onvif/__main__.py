"""Speaks ONVIF once, apart from everything else: an order on standard input, the answer on output.

    python -P -m sources.child.onvif

Nothing is taken from the environment or the command line: the order holds the password.
"""

import sys

from pydantic import ValidationError

from sources.child.backend import Credential
from sources.child.limits import bound_memory, confine
from sources.device import Answer, Order
from sources.errors import SourceError, SourceRejected
from sources.process import keep_to_itself

MEMORY = 96 * 2**20
"""Bytes; the kernel refuses four times as much."""


def main() -> int:
    """Answer one order."""
    keep_to_itself()
    confine()
    bound_memory(MEMORY)
    try:
        order = Order.model_validate_json(sys.stdin.buffer.read())
    except ValidationError:
        return 2
    print(_answered(order).model_dump_json())  # noqa: T201 (its one answer)
    return 0


def _answered(order: Order) -> Answer:
    from sources.child.onvif.camera import Camera  # noqa: PLC0415 (an extra)
    from sources.child.onvif.discovery import discover  # noqa: PLC0415 (only what is asked)

    try:
        if order.camera is None:
            return Answer(matches=tuple(discover(order.seconds or 2.0, order.interface)))
        known = order.user is not None or order.secret is not None
        secret = Credential(order.user, order.secret) if known else None
        camera = Camera(order.camera, secret, cautious=order.cautious)
        try:
            return Answer(device=camera.read())
        finally:
            camera.close()
    except SourceRejected as error:
        return Answer(rejected=str(error)[:400])
    except SourceError as error:
        return Answer(unavailable=str(error)[:400])
    except OSError as error:
        return Answer(unavailable=f"there is no network to ask on: {error.strerror}"[:400])


if __name__ == "__main__":
    sys.exit(main())
