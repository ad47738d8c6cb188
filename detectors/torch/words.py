"""Plain words as classes of an open vocabulary (YOLO-World, YOLOE); nothing is ever fetched.

Words are encoded once, at load, by the encoder the model was trained with; at work the model only
compares. Ultralytics' own way to do it downloads encoder and packages, so it is not used.
"""

import importlib.util
from pathlib import Path

from detectors.errors import DetectorRejected
from detectors.torch.runtime import Foreign, first_line


def is_open(model: Foreign) -> bool:
    """Tell whether a model's classes are words that may be exchanged."""
    return hasattr(model, "set_classes") and hasattr(model, "get_text_pe")


def speak(torch: Foreign, model: Foreign, words: tuple[str, ...], encoder: Path | None) -> None:
    """Let an open vocabulary look for `words`, in this order.

    Raises:
        DetectorRejected: The encoder is not at hand, or does not fit the model.
    """
    if _spoken(model) == words:
        return
    if encoder is None or not encoder.is_file():
        where = "`text_encoder` is not set" if encoder is None else f"{encoder}: is missing"
        raise DetectorRejected(
            f"`classes` are new words to it, but {where}, and nothing is fetched; put CLIP's "
            "ViT-B-32.pt (YOLO-World) or mobileclip_blt.ts (YOLOE) there, or leave `classes` out"
        )
    if importlib.util.find_spec("clip") is None:
        raise DetectorRejected(
            "`classes` as plain words need the Python package `clip` for its tokenizer; install "
            "Ultralytics' fork of CLIP, or save the model with its classes set and leave "
            "`classes` out"
        )
    try:
        with torch.inference_mode():
            features = _encode(torch, words, encoder)
            _teach(model, words, features)
    except (RuntimeError, ValueError, AssertionError, AttributeError, TypeError) as error:
        raise DetectorRejected(
            f"`text_encoder`: {encoder} does not fit it ({first_line(error)}); name the encoder "
            "it was trained with"
        ) from error


def _spoken(model: Foreign) -> tuple[str, ...]:
    names = getattr(model, "names", None) or {}
    return tuple(names[number] for number in sorted(names)) if isinstance(names, dict) else ()


def _encode(torch: Foreign, words: tuple[str, ...], encoder: Path) -> Foreign:
    """Return features, 1 x words x length; unit vectors, as both models were trained with."""
    import clip  # noqa: PLC0415  # type: ignore[import-not-found]  # only for open vocabularies

    tokens = clip.tokenize(list(words), truncate=True)
    if encoder.suffix == ".ts":
        features = torch.jit.load(str(encoder), map_location="cpu").eval()(tokens)
    else:
        features = clip.load(str(encoder), device="cpu")[0].eval().encode_text(tokens)
    features = features.float()
    return (features / features.norm(p=2, dim=-1, keepdim=True))[None]


def _teach(model: Foreign, words: tuple[str, ...], features: Foreign) -> None:
    head = model.model[-1]
    if hasattr(head, "get_tpe"):
        model.set_classes(list(words), head.get_tpe(features))
    else:
        wanted, length = model.txt_feats.shape[-1], features.shape[-1]
        if wanted != length:
            raise ValueError(f"it compares {wanted} numbers, the encoder gives {length}")
        model.txt_feats = features
        head.nc = len(words)
        model.names = dict(enumerate(words))
    head.no = head.nc + head.reg_max * 4
