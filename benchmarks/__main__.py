"""Run `python -m benchmarks`; see `benchmarks.run`."""

import sys
from pathlib import Path

# The servers and clips of the tests are ours too.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from benchmarks.run import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
