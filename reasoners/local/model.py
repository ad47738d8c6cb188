"""The model itself, by `transformers`; lives in the worker process alone."""

import io
import os
import time
from collections.abc import Callable
from typing import Any

import torch
from jinja2 import TemplateError
from PIL.JpegImagePlugin import JpegImageFile
from transformers import (
    AutoModelForImageTextToText,
    AutoProcessor,
    LogitsProcessorList,
    StoppingCriteriaList,
)

from reasoners.errors import QuestionTooLong, ReasonerRejected, ReasonerUnavailable
from reasoners.local.constraint import Grammar
from reasoners.local.message import Answered, Load
from reasoners.prompt import Prompt, Turn


class VisionModel:
    """Loaded once, asked one question at a time.

    Raises:
        ReasonerRejected: It cannot be loaded, and will not be next time either.
        ReasonerUnavailable: There is no memory for it just now.
    """

    def __init__(self, load: Load) -> None:
        self._load = load
        device = load.device
        if device == "auto":
            device = "cuda" if torch.cuda.is_available() else "cpu"
        torch.set_num_threads(load.threads or max(1, (os.cpu_count() or 2) // 2))
        try:
            self._processor: Any = AutoProcessor.from_pretrained(load.path, local_files_only=True)
            model: Any = AutoModelForImageTextToText.from_pretrained(
                load.path, local_files_only=True, dtype="auto", trust_remote_code=False
            )
            self._model = model.to(device).eval()
        except (torch.OutOfMemoryError, MemoryError) as exc:
            raise ReasonerUnavailable(f"no memory for the model: {exc}") from exc
        except (ImportError, OSError, ValueError, RuntimeError) as exc:
            # An ImportError names the package that a processor needs, such as torchvision.
            raise ReasonerRejected(f"{load.path}: {exc}") from exc
        self._device = device
        self._end = int(self._processor.tokenizer.eos_token_id)
        vocabulary = self._model.get_output_embeddings().weight.shape[0]
        self._grammar = Grammar(self._processor.tokenizer, vocabulary)
        config = getattr(self._model.config, "text_config", self._model.config)
        self._room = int(getattr(config, "max_position_embeddings", 0)) or None

    @property
    def description(self) -> str:
        """What it is, and where it runs."""
        million = sum(part.numel() for part in self._model.parameters()) / 1e6
        room = f", room for {self._room} tokens" if self._room else ""
        return f"{type(self._model).__name__}, {million:.1f} M weights, {self._device}{room}"

    def answer(self, number: int, prompt: Prompt, cancelled: Callable[[], bool]) -> Answered:
        """Answer one question.

        Args:
            number: Of the question.
            prompt: The question.
            cancelled: Asked between two tokens whether to stop.

        Raises:
            QuestionTooLong: It leaves no room for an answer.
            ReasonerRejected: Its pictures or its form cannot be used.
            ReasonerUnavailable: There is no memory for it just now.
        """
        began = time.monotonic()
        inputs = self._inputs(prompt)
        asked = int(inputs["input_ids"].shape[1])
        if self._room is not None and asked + 16 > self._room:
            raise QuestionTooLong(
                f"the question has {asked} tokens, the model room for {self._room}"
            )
        first: list[float] = []

        def stop(ids: torch.Tensor, _: torch.Tensor) -> torch.Tensor:
            if not first:
                first.append(time.monotonic() - began)
            return torch.full((ids.shape[0],), cancelled(), dtype=torch.bool, device=ids.device)

        rules = []
        if prompt.form is not None:
            rules = [self._grammar.constraint(prompt.form, self._end)]
        most = self._load.max_tokens
        if self._room is not None:
            most = min(most, self._room - asked)
        try:
            with torch.inference_mode():
                made = self._model.generate(
                    **inputs,
                    max_new_tokens=most,
                    do_sample=False,
                    logits_processor=LogitsProcessorList(rules),
                    stopping_criteria=StoppingCriteriaList([stop]),
                )
        except torch.OutOfMemoryError as exc:
            raise ReasonerUnavailable(f"no memory for the question: {exc}") from exc
        tokens = made[0, asked:]
        text = self._processor.tokenizer.decode(tokens, skip_special_tokens=True)
        return Answered(
            id=number,
            text=text[:65_536],
            asked=asked,
            answered=len(tokens),
            first_s=round(first[0], 3) if first else None,
            truncated=len(tokens) >= most and int(tokens[-1]) != self._end,
        )

    def _inputs(self, prompt: Prompt) -> Any:  # noqa: ANN401 (untyped library)
        try:
            # They are JPEG; and other libraries put themselves in the place of `Image.open`.
            images = [JpegImageFile(io.BytesIO(jpeg)).convert("RGB") for jpeg in prompt.images]
        except (OSError, SyntaxError, ValueError) as exc:
            raise ReasonerRejected(f"a picture cannot be read: {exc}") from exc
        messages = [_message(turn) for turn in prompt.turns]
        shown = {"images": [images]} if images else {}
        try:
            text = self._processor.apply_chat_template(messages, add_generation_prompt=True)
            made = self._processor(text=[text], **shown, return_tensors="pt")
        except (TemplateError, ValueError, TypeError, LookupError) as exc:
            # Such as a template that knows no system, or a processor that takes one picture.
            raise ReasonerRejected(f"the model takes no such question: {exc}") from exc
        return made.to(self._device)


def _message(turn: Turn) -> dict[str, Any]:
    return {
        "role": turn.role,
        "content": [
            {"type": "text", "text": part} if isinstance(part, str) else {"type": "image"}
            for part in turn.parts
        ],
    }
