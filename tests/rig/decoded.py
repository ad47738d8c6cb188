"""Pictures as libav would have decoded them, from arrays."""

import av
import numpy as np
import numpy.typing as npt

from sources.child.decoded import LibavPicture, Scalers


def decoded(rgb: npt.NDArray[np.uint8], scalers: Scalers) -> LibavPicture:
    """Make a decoded picture (yuv420p) that shows an array (height x width x 3, RGB)."""
    frame = av.VideoFrame.from_ndarray(rgb, "rgb24").reformat(format="yuv420p")
    return LibavPicture(frame, 0.0, scalers, corrupt=False)
