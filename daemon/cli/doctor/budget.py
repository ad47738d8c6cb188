"""What questions to models cost: a camera, a day, as it was so far or as it is to be expected."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from daemon.cli.doctor.line import Line
from daemon.plan import Plan
from reasoners.governor.budget import Budget, Price
from sinks.journal import JournalFailed, JournalReader

DAY: Final = 86_400.0
EXPECTED: Final = 40.0
"""Questions of a camera a day, where the journal knows none."""

TEXT, PICTURES, ANSWER = 900, 4, 200
"""Tokens of text, pictures, and tokens of the answer of a call, where none was counted yet."""


def budget(plan: Plan | None, journal: Path) -> Iterator[Line]:
    """Say what the questions of each camera cost a day, and what the limits allow.

    Args:
        plan: What is configured.
        journal: Where questions so far are; need not be there.
    """
    if plan is None or not plan.reasoners:
        yield Line("budget", "ok", "no model is configured, so nothing is spent")
        return
    first = plan.reasoners[0].backend.config
    price: Price = getattr(first, "price", Price())
    asked, tokens, days = _past(journal)
    usual = TEXT + PICTURES * int(getattr(first, "patches", 1024))
    for camera, one in plan.cameras.items():
        if not one.config.enabled:
            continue
        if not one.config.cloud and all(model.cloud for model in plan.reasoners):
            yield Line(f"budget {camera}", "ok", "no model may be asked: `cloud` is not true")
            continue
        seen = asked[camera] > 0 and days > 0
        rate = asked[camera] / days if seen else EXPECTED
        each = tokens[camera] / asked[camera] if seen and tokens[camera] else usual + ANSWER
        money = rate * price.of(max(0.0, each - ANSWER), min(each, ANSWER))
        basis = f"as in the last {days:.1f} days" if seen else "taken for granted, none known yet"
        found = f"{rate:.1f} questions a day ({basis}), {each:.0f} tokens each"
        yield Line(
            f"budget {camera}", "ok", f"{found}: {rate * each:.0f} tokens and {money:.4f} a day"
        )
    yield _limits(getattr(first, "budget", Budget()), price)


def _limits(limits: Budget, price: Price) -> Line:
    """Say what a day may cost at most."""
    parts = [
        f"{24 * amount:g} {what} a day"
        for amount, what in (
            (limits.calls_per_hour, "calls"),
            (limits.tokens_per_hour, "tokens"),
            (limits.money_per_hour, "of money"),
        )
        if amount is not None
    ]
    if parts:
        return Line("budget", "ok", f"at most {', '.join(parts)}, all cameras together")
    if price.input or price.output:
        remedy = "set `reasoner.budget`, such as `{money_per_hour: 0.1}`"
        return Line("budget", "warn", "answers cost money, and there is no limit", remedy)
    return Line("budget", "ok", "no limit; answers cost nothing")


def _past(journal: Path) -> tuple[Counter[str], Counter[str], float]:
    """Return questions and tokens by camera, and the days they took."""
    asked: defaultdict[str, set[str]] = defaultdict(set)
    tokens: Counter[str] = Counter()
    first, last = float("inf"), 0.0
    try:
        with JournalReader(journal) as reader:
            for entry in reader.events():
                event = entry.event
                first, last = min(first, event.started_at), max(last, event.updated_at)
                if event.reasoning.state in {"none", "pending"} or event.id in asked[event.camera]:
                    continue
                asked[event.camera].add(event.id)
                tokens[event.camera] += event.reasoning.tokens or 0
    except JournalFailed:
        return Counter(), Counter(), 0.0
    days = max(0.0, last - first) / DAY
    counts = Counter({camera: len(events) for camera, events in asked.items()})
    return counts, tokens, max(days, 1 / 24) if counts else 0.0
