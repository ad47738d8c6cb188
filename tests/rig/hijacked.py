"""A camera that has taken over its decoder child: it speaks to the daemon in the child's place."""

import os
import pickle
import struct
import sys
import threading
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from sources.source import Secret, Stream


class HijackedConfig(BaseModel):
    """No options."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Evil:
    """Leaves a trace at home when it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, ('touch "$HOME"/owned',)


class HijackedSource:
    """Sends a pickle, and announces a gigabyte."""

    Config: ClassVar[type[BaseModel]] = HijackedConfig

    def __init__(self, name: str, config: HijackedConfig) -> None:
        del config
        self.name = name
        self.live = True
        self.finite = False

    def open(self, secret: Secret | None) -> Stream:
        """Never return."""
        del secret
        control = int(sys.argv[sys.argv.index("--control") + 1])
        evil = pickle.dumps(Evil())
        os.write(control, struct.pack("!II", len(evil), 2**30) + evil)
        threading.Event().wait()
        raise AssertionError("unreachable")
