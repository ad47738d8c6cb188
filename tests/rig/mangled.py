"""Payloads for command topics, as somebody careless or hostile might send them."""

import json
import random
from typing import Final

from sinks.mqtt.orders import LONGEST

WORDS: Final = (b"ON", b"OFF", b"on", b"true", b"1", b"", b"\x00", b"ON\n", b" ON", b"\xff\xfe")
GOOD: Final = (
    json.dumps({"event": "e1", "verdict": "true_alarm"}).encode(),
    json.dumps({"camera": "porch", "rule": "gate", "verdict": "forget"}).encode(),
)
KEYS: Final = ("event", "verdict", "camera", "rule", "on", "url", "__class__")
VALUES: Final[tuple[object, ...]] = (
    None,
    True,
    1e308,
    -1,
    "",
    "ON",
    "../../etc/passwd",
    [],
    {},
    "true_alarm",
    "forget",
)


def mangled(chance: random.Random, topic: str) -> bytes:
    """Make a payload; some are what is meant, most are not."""
    good = chance.choice(GOOD)
    cut = chance.randrange(len(good) + 1)
    odd = {chance.choice(KEYS): chance.choice(VALUES) for _ in range(chance.randrange(4))}
    return chance.choice(
        (
            chance.choice(WORDS),
            chance.choice(WORDS) * chance.randrange(1, 200),
            chance.randbytes(chance.randrange(LONGEST + 40)),
            good[:cut] + chance.randbytes(chance.randrange(4)) + good[cut:],
            json.dumps(odd).encode(),
            chance.choice((b"[", b"{", b'{"a":')) * chance.randrange(1, 400),
            topic.encode() + good,
        )
    )
