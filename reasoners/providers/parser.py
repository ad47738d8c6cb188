"""Which parser reads the captions of a model that fills no form."""

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from reasoners.period import Period

WORKER: Final = "reasoners.parser"
"""What its process runs."""


class ParserConfig(BaseModel):
    """A pipeline of spaCy that reads captions: parts of speech, and what hangs on what.

    Needs the extra `nlp`, and a pipeline, which nobody downloads for you. It runs in a process of
    its own; while it is not there, or too slow, the dictionary reads.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    pipeline: str = Field(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f]+$")
    """Name of an installed pipeline, such as `en_core_web_sm`, or the folder of one. It needs a
    tagger and a parser with spaCy's English dependencies. No default."""

    language: Literal["en"] = "en"
    """Language of captions and pipeline; default, and so far the only one, `en`."""

    within: Annotated[Period, Field(ge=0.05, le=60, allow_inf_nan=False)] = 2.0
    """Time that reading one caption may take, in seconds or as `2s`; default 2. Once it is over,
    the dictionary reads and the process is started anew. Lowering it answers sooner where the
    machine is too busy for it."""

    loads: float = Field(default=60.0, gt=0, le=600)
    """Seconds that loading the pipeline may take; default 60."""
