"""Finds the detector's class and builds it with its options."""

import importlib

from pydantic import ValidationError

from detectors.detector import Detector
from detectors.errors import DetectorRejected
from detectors.message import Load


def build(load: Load) -> Detector:
    """Import the backend, check its options and build it; nothing is loaded yet.

    Raises:
        DetectorRejected: There is no such backend, or its options are wrong.
    """
    module, _, attribute = load.backend.partition(":")
    try:
        backend = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise DetectorRejected(
            f"detector {load.name}: cannot import {load.backend} ({error}); install the package "
            "that has it or correct `type`"
        ) from error
    try:
        config = backend.Config.model_validate(load.config)
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, problem['loc'])) or 'options'}: {problem['msg']}"
            for problem in error.errors(include_url=False, include_input=False)
        )
        raise DetectorRejected(f"detector {load.name}: {problems}") from error
    if load.fallback:
        config = config.model_copy(update={"device": config.fallback})
    detector: Detector = backend(load.name, config)
    return detector
