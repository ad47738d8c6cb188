"""`python -P -m reasoners.parser NAME --control FD --parent PID`, started by the daemon alone."""

import os
import sys

from reasoners.errors import ReasonerRejected
from reasoners.local.__main__ import run
from reasoners.local.message import Load
from reasoners.local.serve import Model


def _make(load: Load) -> Model:
    try:
        from reasoners.parser.pipeline import Pipeline  # noqa: PLC0415 (heavy, and may be missing)
    except ImportError as exc:
        raise ReasonerRejected(
            f'{exc}; a parser needs the extra `nlp`: pip install "lookout-daemon[nlp]"'
        ) from exc
    return Pipeline(load)


if __name__ == "__main__":
    code = run(_make)
    sys.stderr.flush()
    # Not sys.exit: a caption may still be parsed.
    os._exit(code)
