"""Which model is loaded on this machine, and on what; imports none of its libraries."""

from pathlib import Path
from typing import ClassVar, Literal, Self

from pydantic import BaseModel, Field, model_validator

from reasoners.providers.config import Provider

WORKER = "reasoners.local"
"""What the process runs."""


class LocalConfig(Provider):
    """A model from a folder, as Hugging Face lays it out."""

    path: Path
    """Folder with `config.json`, weights as safetensors, tokenizer and processor. No default;
    nothing is downloaded."""

    model: str = Field(default="", max_length=200)
    """Name that events show; default that of the folder."""

    device: Literal["auto", "cpu", "cuda"] = "auto"
    """Where it runs; default `auto`: a GPU where there is one."""

    threads: int = Field(default=0, ge=0, le=256)
    """Threads it computes with on the processor; default half of those there are. Raising it makes
    answers faster and detection slower."""

    nice: int = Field(default=10, ge=0, le=19)
    """How far it stands back from cameras and detection where they want the same processor core,
    see nice(7); default 10: it computes with what they leave. Lowering it makes answers come
    earlier on a busy machine, and events later."""

    loads: float = Field(default=300.0, gt=0, le=3600)
    """Seconds that loading may take; default 300."""

    at_once: int = Field(default=1, ge=1, le=1)
    """One question at a time."""

    @model_validator(mode="before")
    @classmethod
    def _named(cls, given: object) -> object:
        if isinstance(given, dict) and not given.get("model") and given.get("path"):
            return {**given, "model": Path(str(given["path"])).name}
        return given

    @model_validator(mode="after")
    def _there(self) -> Self:
        if not (self.path / "config.json").is_file():
            raise ValueError(
                f"path: {self.path} holds no config.json; give the folder of a model, such as one"
                " that `hf download` made"
            )
        return self


class TransformersModel:
    """What the daemon needs to know to start one: its options, and the module that serves it."""

    Config: ClassVar[type[BaseModel]] = LocalConfig
    worker: ClassVar[str] = WORKER
