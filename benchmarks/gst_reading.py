"""GStreamer as a reader, for the system's Python, which has the bindings.

    /usr/bin/python3 benchmarks/gst_reading.py URL COUNT

Prints, as JSON, the monotonic seconds at which each access unit was in hand.
"""

import json
import sys
import time

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstApp", "1.0")
from gi.repository import Gst, GstApp  # noqa: E402, F401 (versions come first; makes appsink known)

Gst.init(None)


def main() -> None:
    """Read and print."""
    url, count = sys.argv[1], int(sys.argv[2])
    pipeline = Gst.parse_launch(
        f"rtspsrc location={url} latency=0 protocols=tcp ! rtph264depay "
        "! video/x-h264,stream-format=byte-stream,alignment=au ! appsink name=out sync=false"
    )
    out = pipeline.get_by_name("out")
    pipeline.set_state(Gst.State.PLAYING)
    seen: list[float] = []
    while len(seen) < count:
        if out.try_pull_sample(10 * Gst.SECOND) is None:
            raise SystemExit("no picture for 10 s")
        seen.append(time.monotonic())
    pipeline.set_state(Gst.State.NULL)
    print(json.dumps(seen))


if __name__ == "__main__":
    main()
