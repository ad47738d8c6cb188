"""Our two RTSP readers, as a process of its own.

    python -m benchmarks.reading own|libav URL COUNT

Prints, as JSON, the monotonic seconds at which each access unit was in hand.
"""

import json
import sys
import time

from sources.rtsp import RtspConfig, RtspSource


def main() -> None:
    """Read and print."""
    reader, url, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    config = RtspConfig.model_validate({"url": url, "reader": reader})
    stream = RtspSource("bench", config).open(None)
    seen: list[float] = []
    for packet in stream.packets():
        if packet.size:
            seen.append(time.monotonic())
        if len(seen) == count:
            break
    stream.close()
    print(json.dumps(seen))


if __name__ == "__main__":
    main()
