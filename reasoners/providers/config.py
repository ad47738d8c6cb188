"""Where a model is, and what an answer may cost: what all providers have in common."""

import re
from pathlib import Path
from typing import Annotated, Final, Literal, Self

import httpx2
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from reasoners.event import Name, Severity
from reasoners.governor.budget import Budget, Price
from reasoners.period import Period
from reasoners.providers.dialect import Dialect, Effort, Manner
from reasoners.providers.parser import ParserConfig
from reasoners.providers.whereabouts import outside

PORTS = 65_536

RELAYED: Final = re.compile(r"[:-]cloud$")
"""Ends of names of models that a local Ollama asks its cloud for (https://docs.ollama.com/cloud)."""

RELAY: Final = "ollama.com"
"""Where that is."""


def _server(url: str) -> str:
    try:
        parsed = httpx2.URL(url)
    except httpx2.InvalidURL:
        raise ValueError("not a URL; give for example http://127.0.0.1:8000/v1") from None
    if parsed.scheme not in {"http", "https"} or not parsed.host:
        raise ValueError("must begin with http:// or https:// and name a host")
    if parsed.port is not None and not 0 < parsed.port < PORTS:
        raise ValueError("the port must be from 1 to 65535")
    if parsed.userinfo:
        raise ValueError("must not hold a user or password; name the key under `credential`")
    if parsed.query or parsed.fragment:
        raise ValueError("must be a base such as http://127.0.0.1:8000/v1, without ? and #")
    return url.rstrip("/")


Server = Annotated[str, Field(max_length=2000), AfterValidator(_server)]


class SecondConfig(BaseModel):
    """A second opinion on a severe event that is left `uncertain`.

    With other frames, by another model where there is one, within the same deadline and budget.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    severity: Severity | Literal["never"] = "alert"
    """From which severity on: `alert` (default), `warning`, `info`; `never` asks nobody."""

    by: Name | None = None
    """Name of the model under `reasoners` that is asked, or `reasoner`; default the next in the
    chain that can be, else the same model with other frames."""


class Provider(BaseModel):
    """One model, wherever it runs."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    model: str = Field(min_length=1, max_length=200)
    """Name of the model as its server knows it. No default."""

    deadline: Annotated[Period, Field(gt=0, le=600, allow_inf_nan=False)] = 10.0
    """Time a question may take, in seconds or as `10s`, waiting included; default 10 s. Raising it
    lets slow models finish; events wait for nothing either way. Of `reasoner`; that of `reasoners`
    is not looked at."""

    budget: Budget = Budget()
    """What may be spent by the hour, over all providers. Default: no limit. Of `reasoner`; that of
    `reasoners` is not looked at."""

    waiting: int = Field(default=32, ge=1, le=1000)
    """Questions that may wait; default 32. Of more, the least important end as `skipped_budget`.
    Each keeps its pictures in memory, some 200 kB apiece. Of `reasoner` alone."""

    max_tokens: int = Field(default=1024, ge=16, le=8192)
    """Tokens an answer may have; default 1024. Lowering it leaves more room for pictures, but a
    longer answer is cut off: the bare answers are asked for then, without a description."""

    context: int | None = Field(default=None, ge=1024, le=4_194_304)
    """Tokens the model takes in at once, question, pictures and answer together. Default: what the
    server says of itself. Lowering it makes calls carry fewer pictures, then smaller ones. Ollama
    is told it, and has a default of its own."""

    images: int | None = Field(default=None, ge=1, le=32)
    """Pictures a call may carry; default what the server is seen to take, at most 6."""

    patch: int = Field(default=28, ge=8, le=64)
    """Pixels of the squares the model cuts pictures into; default 28 (Qwen2-VL, Qwen2.5-VL). 32 for
    Qwen3-VL, 14 or 16 for most others. Pictures are sized to multiples of it."""

    patches: int = Field(default=1024, ge=64, le=16384)
    """Patches of one picture, each about one token; default 1024. Lowering it makes pictures
    smaller and calls cheaper, and hides small things."""

    price: Price = Price()
    """What it takes; default nothing, as a model of one's own."""

    at_once: int = Field(default=2, ge=1, le=64)
    """Calls to this provider at the same time; default 2. More than the server answers in parallel
    only makes each slower."""

    smaller: bool = False
    """Whether it is the smaller model to be asked first when questions come faster than answers.
    Default no."""

    prose: bool = False
    """Whether it can only write captions, such as BLIP or Florence: then it is asked for plain
    sentences, things and numbers are found in them by a dictionary (English, German, Chinese) or
    by a `parser`, and no question is answered. Default no."""

    parser: ParserConfig | None = None
    """Who reads its captions by their grammar, with `prose: true`. Default nobody: the dictionary
    does."""

    second: SecondConfig = SecondConfig()
    """When somebody else is asked besides. Of `reasoner` alone."""

    memory: int = Field(default=4, ge=0, le=16)
    """Descriptions told to the model with a question, of those last given of the same camera;
    default 4. It may then answer that nothing has changed, which is cheap. 0 tells none: every call
    begins anew. Of `reasoner` alone."""

    memory_age: Annotated[Period, Field(gt=0, le=86400, allow_inf_nan=False)] = 600.0
    """Time for which a description is told, in seconds or as `10m`; default 600. Of `reasoner`
    alone."""

    probe: bool = True
    """Whether it is tried out at the start with a picture of our own: is it there, does it obey the
    form, how many pictures does it take, how long does it need? Default yes."""

    @model_validator(mode="after")
    def _parses_prose(self) -> Self:
        if self.parser is not None and not self.prose:
            raise ValueError(
                "parser: reads captions alone; set `prose: true` if the model can only write those,"
                " else leave it out"
            )
        return self


class HttpConfig(Provider):
    """A server that speaks chat completions, or Ollama's own API."""

    url: Server
    """Base of the server's API, such as `http://127.0.0.1:8000/v1`; http or https. No default. It
    receives the pictures, and nothing else does."""

    credential: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_.-]{1,64}$")
    """Name of the credential that holds the key; default none, for servers without one."""

    ca: Path | None = None
    """File with the authorities to trust, for a server with a certificate of your own. Default:
    those of the system."""

    dialect: Dialect | Literal["auto"] = "auto"
    """What kind of server it is. Default `auto`: asked at the start, taken for `openai` until it
    says otherwise. `transformers` is `transformers serve`, which ignores the form."""

    effort: Effort | None = None
    """How much the model thinks to itself before it answers: `none`, `minimal`, `low`, `medium` or
    `high`, as far as it knows the word. Default: nothing is said of it. OpenAI's models since GPT-5
    need it, and models of your own that think unless they are told not to, `none` where they have
    it: what they think is paid for and counts towards `max_tokens`, of which nothing may be left
    for the answer."""

    inside: bool = False
    """Whether a host with a name like one of the internet lies in your own network all the same.
    Default no: pictures go there only from cameras with `cloud: true`. A model whose name ends in
    `:cloud` or `-cloud` is one of Ollama's cloud, wherever Ollama itself runs."""

    @property
    def relayed(self) -> bool:
        """Whether Ollama hands questions on to its own cloud, as the model's name says."""
        if self.dialect not in {"ollama", "auto"} or (self.inside and self.dialect == "auto"):
            return False
        return RELAYED.search(self.model) is not None

    @property
    def host(self) -> str:
        """Name of the host that receives the pictures."""
        return RELAY if self.relayed else httpx2.URL(self.url).host

    @property
    def cloud(self) -> bool:
        """Whether the host lies outside our own network."""
        return self.relayed or (not self.inside and outside(self.host))

    @property
    def manner(self) -> Manner:
        """What the server is told beside each question."""
        return Manner(self.max_tokens, self.effort, self.context)
