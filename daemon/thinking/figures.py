"""What became of questions, in numbers that balance."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from daemon.thinking.member import Member
from daemon.thinking.minding import Minding
from daemon.thinking.opinions import Opinions
from reasoners.governor.governor import Governor


@dataclass(slots=True)
class ThinkingFigures:
    """jobs = Σ terminal + pending, always."""

    jobs: int = 0
    terminal: Counter[str] = field(default_factory=Counter)
    repeated: int = 0
    """Calls that were spared, because the very same was answered a moment before."""

    repaired: int = 0
    """Replies off the form that were asked for once more."""

    resumed: int = 0
    """Questions, and other looks, taken over from before a restart."""

    expired: int = 0
    """Other looks from before a restart whose time was over: what was said before them stands."""

    @property
    def pending(self) -> int:
        """Jobs without a terminal state yet."""
        return self.jobs - self.terminal.total()


Flat = dict[str, int | float | str | None]


def flat(figures: ThinkingFigures, governor: Governor) -> Flat:
    """Flatten for `stats`."""
    purse = governor.purse
    told: Flat = {
        "jobs": figures.jobs,
        "pending": figures.pending,
        **figures.terminal,
        "waiting": len(governor.queue),
        "waiting_most": governor.longest,
        "calls": governor.calls,
        "coalesced": governor.coalesced,
        "repeated": figures.repeated,
        "repaired": figures.repaired,
        "resumed": figures.resumed,
        "expired": figures.expired,
        "tokens": round(purse.spent("tokens")),
        "money": round(purse.spent("money"), 6),
        "effort": governor.strain.step,
        **{f"skipped_{why}": count for why, count in sorted(governor.skipped.items())},
    }
    for provider in governor.providers:
        name = provider.offer.name
        told |= {
            f"{name}_circuit": provider.breaker.circuit,
            f"{name}_calls": provider.calls,
            f"{name}_failed": provider.failed,
            f"{name}_tokens": round(provider.tokens),
            f"{name}_latency_s": None if provider.latency is None else round(provider.latency, 3),
        }
        if provider.breaker.why and provider.breaker.circuit != "closed":
            told[f"{name}_reason"] = provider.breaker.why[:200]
    return told


def minded(minding: Minding, opinions: Opinions) -> Flat:
    """Flatten what was learned and asked besides, where there is anything."""
    told: Flat = {}
    if opinions.asked or opinions.outcomes:
        told["second_asked"] = opinions.asked
        told |= {f"second_{what}": count for what, count in sorted(opinions.outcomes.items())}
    told |= {f"need_{rule}": found["need"] for rule, found in minding.needs().items()}
    return told


def captions(members: Iterable[Member]) -> Flat:
    """Flatten who read the captions of models that have a parser: `parsed` and `left_…` are all."""
    told: Flat = {}
    for member in members:
        if member.parser is not None:
            name = member.offer.name
            told[f"{name}_captions_parsed"] = member.parser.parsed
            for reason, count in sorted(member.parser.left.items()):
                told[f"{name}_captions_left_{reason}"] = count
    return told
