"""Builds the chain of models out of a plan; starts none of them."""

import logging
import random
from collections.abc import Callable
from functools import partial
from pathlib import Path

from pydantic import BaseModel

from daemon.clock import Clock
from daemon.config import CASSETTE
from daemon.errors import ConfigRejected
from daemon.logs import SecretFilter
from daemon.plan import Plan, ReasonerPlan
from daemon.thinking.exchange import Keeper
from daemon.thinking.hosted import HostedReasoner
from daemon.thinking.member import Member
from daemon.thinking.minding import Minding
from daemon.thinking.opinions import SEVERE, Opinions
from daemon.thinking.parsing import Parsing
from daemon.thinking.taping import Taping
from daemon.thinking.thinking import Thinking, Told
from reasoners import Limits, Question, Reasoner, ReasonerRejected
from reasoners.governor.budget import Budget, Price
from reasoners.governor.governor import Governor
from reasoners.governor.offer import Offer
from reasoners.local.config import LocalConfig
from reasoners.local.message import Load
from reasoners.providers.config import SecondConfig
from reasoners.providers.parser import WORKER as PARSER
from reasoners.providers.parser import ParserConfig
from reasoners.providers.tape import Tape
from reasoners.scene.presence import RULE
from reasoners.syntax import WORDS
from reasoners.vlm.past import AGE, MOST

logger = logging.getLogger(__name__)

DAY = 86400
ANSWER = 1024
"""Tokens of an answer, where the configuration of a model does not say."""

WAITING = 32
"""Questions that may wait, where the configuration of the first model does not say."""


def thinking(
    plan: Plan,
    *,
    keeper: Keeper,
    clock: Clock,
    beat: Callable[[], None],
    told: Told,
    in_turn: bool = False,
    cassette: Path | None = None,
    now: Callable[[], Plan] | None = None,
) -> Thinking | None:
    """Build what asks models; None where none is configured.

    Args:
        plan: What is asked for.
        now: Returns what is asked for now, with cameras that may have changed; by default as ever.
        keeper: Where questions and calls are written down.
        clock: Dates them.
        beat: Tells the watchdog that it gets on.
        told: Hears of failures and of their end.
        in_turn: Whether each question is waited for, as in a replay.
        cassette: Where every answer is recorded, besides.

    Raises:
        ConfigRejected: A model refuses its key, or the cassette cannot be written.
    """
    idle = "" if in_turn else idle_cassette(plan)
    if idle:
        logger.warning("%s: cassette: %s", plan.origin, idle)
    members = [member(one, plan.origin) for one in plan.reasoners]
    if not members:
        return None
    config = plan.reasoners[0].backend.config
    at_once = 1 if in_turn else sum(one.offer.at_once for one in members)
    chance = random.Random(0).random  # noqa: S311 (spreads retries)
    governor = Governor(
        [one.offer for one in members],
        Budget() if in_turn else getattr(config, "budget", Budget()),
        most=int(getattr(config, "waiting", WAITING)),
        at_once=at_once,
        chance=chance,
    )
    now = now or (lambda: plan)
    built = Thinking(
        members,
        governor,
        keeper=keeper,
        clock=clock,
        beat=beat,
        told=told,
        outside=partial(_outside, now),
        in_turn=in_turn,
        minding=minding(plan, now),
        opinions=_opinions(plan),
    )
    built.taping = _taping(plan, now, cassette, in_turn=in_turn)
    return built


def idle_cassette(plan: Plan) -> str:
    """Say in one line why nothing comes on the cassette that a plan asks for; empty if it does."""
    if plan.config.cassette is None:
        return ""
    if not plan.reasoners:
        return "nothing is recorded, for no model is configured; add a `reasoner`, or remove it"
    if not any(camera.config.cassette for camera in plan.cameras.values()):
        return "nothing is recorded, for every camera has `cassette: false`; let one go without"
    return ""


def minding(plan: Plan, now: Callable[[], Plan] | None = None) -> Minding:
    """Build what is remembered between questions of a plan that has a model; nothing is yet.

    Args:
        plan: What is asked for.
        now: Returns what is asked for now; by default as ever.
    """
    config = plan.reasoners[0].backend.config
    return Minding(
        int(getattr(config, "memory", MOST)),
        float(getattr(config, "memory_age", AGE)),
        partial(_deciding, now or (lambda: plan)),
    )


def _opinions(plan: Plan) -> Opinions:
    """Say when somebody else is asked besides.

    Raises:
        ConfigRejected: There is no model of that name.
    """
    second: SecondConfig = getattr(plan.reasoners[0].backend.config, "second", SecondConfig())
    names = [one.name for one in plan.reasoners]
    if second.by is not None and second.by not in names:
        known = ", ".join(names)
        raise ConfigRejected(
            f"{plan.origin}: reasoner.second.by: no model {second.by!r}; there are {known}"
        )
    by = None if second.by is None else names.index(second.by)
    return Opinions(SEVERE[second.severity], by)


def _outside(now: Callable[[], Plan], camera: str) -> bool:
    """Tell whether pictures of a camera may leave the network."""
    found = now().cameras.get(camera)
    return found is not None and found.config.cloud is True


def _taped(now: Callable[[], Plan], camera: str) -> bool:
    """Tell whether questions about a camera may be recorded; of one that is gone, none more are."""
    found = now().cameras.get(camera)
    return found is not None and found.config.cassette


def _cleaned(filtered: SecretFilter, now: Callable[[], Plan], text: str) -> str:
    """Take secrets out of a text: those that are in use, and those that were."""
    filtered.learn(now().secrets.values())
    return filtered.clean(text)


def _deciding(now: Callable[[], Plan], camera: str, rule: str) -> Question | None:
    """Return the question that decides about events of a rule; None where there is none."""
    found = now().cameras.get(camera)
    if found is None:
        return None
    config = found.config.presence if rule == RULE else found.config.rules.get(rule)
    if config is None:
        return None
    inquiry = config.inquiry(rule)
    if inquiry.questions:
        return inquiry.questions[0]
    # What verifies is asked about by whatever label there is.
    return Question(rule, "", verifies=True) if inquiry.verify or rule == RULE else None


def _taping(
    plan: Plan, now: Callable[[], Plan], cassette: Path | None, *, in_turn: bool
) -> Taping | None:
    """Build what records exchanges: for a replay, or as the configuration says.

    Raises:
        ConfigRejected: The file cannot be written.
    """
    config = plan.config.cassette
    if cassette is not None:
        tape = Tape(cassette)
        taping = Taping(tape, allows=lambda _: True, in_turn=True)
    elif config is not None and not in_turn:
        path = config.path or plan.config.state / CASSETTE
        tape = Tape(path, int(config.megabytes * 1_000_000), endless=True)
        taping = Taping(
            tape,
            allows=partial(_taped, now),
            clean=partial(_cleaned, SecretFilter(plan.secrets.values()), now),
            kept=config.days * DAY,
        )
    else:
        return None
    try:
        tape.prepare()
    except ReasonerRejected as exc:
        raise ConfigRejected(f"{plan.origin}: {exc}") from None
    return taping


def member(one: ReasonerPlan, origin: str) -> Member:
    """Build one model of the chain.

    Raises:
        ConfigRejected: It refuses its key.
    """
    config = one.backend.config
    module = getattr(one.backend.factory, "worker", None)
    try:
        reasoner: Reasoner = (
            local(one.name, config, module)
            if module is not None and isinstance(config, LocalConfig)
            else one.backend.factory(one.name, config, one.key)
        )
    except ReasonerRejected as exc:
        raise ConfigRejected(f"{origin}: {exc}") from None
    max_tokens = int(getattr(config, "max_tokens", ANSWER))
    return Member(
        Offer(
            name=one.name,
            host=one.host,
            cloud=one.cloud,
            at_once=int(getattr(config, "at_once", 2)),
            max_tokens=max_tokens,
            price=getattr(config, "price", Price()),
            smaller=bool(getattr(config, "smaller", False)),
        ),
        model=str(getattr(config, "model", one.name)),
        reasoner=reasoner,
        limits=_limits(config),
        probe=bool(getattr(config, "probe", False)),
        parser=None if one.parser is None else parsing(one.name, one.parser),
    )


def local(name: str, config: LocalConfig, module: str) -> HostedReasoner:
    """Build the host of a model on this machine."""
    load = Load(
        path=str(config.path.absolute()),
        device=config.device,
        threads=config.threads,
        max_tokens=config.max_tokens,
        nice=config.nice,
    )
    return HostedReasoner(name, load, module, model=config.model, loads=config.loads)


def parsing(name: str, config: ParserConfig, module: str = PARSER) -> Parsing:
    """Build what has the captions of a model parsed.

    Args:
        name: Of the model.
        config: Which pipeline.
        module: What the process runs.
    """
    load = Load(
        path=config.pipeline, device="cpu", threads=1, max_tokens=WORDS, language=config.language
    )
    hosted = HostedReasoner(
        f"{name}-parser", load, module, model=config.pipeline, loads=config.loads
    )
    return Parsing(name, hosted, config.language, config.within, config.loads)


def room(plan: Plan, camera: str) -> Limits:
    """Return what one call about a camera may hold: to the first model that may be asked of it."""
    allowed = plan.cameras[camera].config.cloud is True
    able = (one for one in plan.reasoners if allowed or not one.cloud)
    return next((_limits(one.backend.config) for one in able), Limits())


def _limits(config: BaseModel) -> Limits:
    """Return the room that a model has by its configuration."""
    usual = Limits()
    limits = Limits(
        images=getattr(config, "images", None) or usual.images,
        patch=int(getattr(config, "patch", usual.patch)),
        patches=int(getattr(config, "patches", usual.patches)),
        prose=bool(getattr(config, "prose", False)),
    )
    whole = getattr(config, "context", None)
    if whole is None:
        return limits
    return limits.within(whole, int(getattr(config, "max_tokens", ANSWER)))
