"""Opens a `.pt` file of Ultralytics; this runs code, so the file must be allowed to."""

import io
import pickle

from detectors.errors import DetectorRejected
from detectors.model import ModelFile, require_detection
from detectors.torch.runtime import Foreign, first_line


def open_checkpoint(torch: Foreign, file: ModelFile) -> Foreign:
    """Unpickle the bytes that were hashed and return the detection model, in 32 bits, on the CPU.

    Raises:
        DetectorRejected: It holds no detection model, or was made with another version.
    """
    try:
        checkpoint = torch.load(io.BytesIO(file.data), map_location="cpu", weights_only=False)
    except (RuntimeError, pickle.UnpicklingError, ImportError, AttributeError, EOFError) as error:
        raise DetectorRejected(
            f"torch cannot open it ({first_line(error)}); fetch it again, or install the "
            "version of ultralytics it was made with"
        ) from error
    found = checkpoint if isinstance(checkpoint, dict) else {}
    model = found.get("ema") or found.get("model")
    if not isinstance(model, torch.nn.Module):
        raise DetectorRejected("it holds no Ultralytics model; name a detection model")
    require_detection(getattr(model, "task", None))
    return model.float().eval()
