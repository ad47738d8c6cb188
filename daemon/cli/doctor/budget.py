"""What questions to models cost: a camera, a day, as it was so far or as it is to be expected."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from daemon.cli.doctor.line import Line
from daemon.plan import Plan, ReasonerPlan
from reasoners.governor.budget import Budget, Price
from sinks.journal import JournalFailed, JournalReader, Paid

DAY: Final = 86_400.0
EXPECTED: Final = 40.0
"""Calls about a camera a day, where the journal knows none."""

TEXT, PICTURES, ANSWER = 900, 4, 200
"""Tokens of text, pictures, and tokens of the answer of a call, where none was counted yet."""


def budget(plan: Plan | None, journal: Path) -> Iterator[Line]:
    """Say what the calls about each camera cost a day, and what the limits allow.

    Args:
        plan: What is configured.
        journal: Where calls so far are; need not be there.
    """
    if plan is None or not plan.reasoners:
        yield Line("budget", "ok", "no model is configured, so nothing is spent")
        return
    past, days = _past(journal)
    for camera, one in plan.cameras.items():
        if not one.config.enabled:
            continue
        able = [model for model in plan.reasoners if one.config.cloud or not model.cloud]
        if not able:
            yield Line(f"budget {camera}", "ok", "no model may be asked: `cloud` is not true")
            continue
        price = _price(able[0])
        usual = TEXT + PICTURES * int(getattr(able[0].backend.config, "patches", 1024))
        spent = past.get(camera)
        if spent is None or not days:
            rate, each, basis = EXPECTED, float(usual + ANSWER), "taken for granted, none known yet"
            money = rate * price.of(usual, ANSWER)
        else:
            rate, each = spent.calls / days, spent.tokens / spent.calls
            basis, money = f"as in the last {days:.1f} days", spent.money / days
        found = f"{rate:.1f} calls a day ({basis}), {each:.0f} tokens each"
        yield Line(
            f"budget {camera}", "ok", f"{found}: {rate * each:.0f} tokens and {money:.4f} a day"
        )
    first = plan.reasoners[0].backend.config
    dear = [one.name for one in plan.reasoners if _price(one) != Price()]
    yield _limits(getattr(first, "budget", Budget()), dear)


def _price(model: ReasonerPlan) -> Price:
    price: Price = getattr(model.backend.config, "price", Price())
    return price


def _limits(limits: Budget, dear: Sequence[str]) -> Line:
    """Say what a day may cost at most; `dear` are the models that take money."""
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
    if dear:
        remedy = "set `reasoner.budget`, such as `{money_per_hour: 0.1}`"
        found = f"answers of {', '.join(dear)} cost money, and there is no limit"
        return Line("budget", "warn", found, remedy)
    return Line("budget", "ok", "no limit; answers cost nothing")


def _past(journal: Path) -> tuple[dict[str, Paid], float]:
    """Return what calls took by camera, and the days in which."""
    first, last = float("inf"), 0.0
    try:
        with JournalReader(journal) as reader:
            found = reader.paid()
            for entry in reader.events():
                first = min(first, entry.event.started_at)
                last = max(last, entry.event.updated_at)
    except JournalFailed:
        return {}, 0.0
    return found, max(0.0, last - first, DAY / 24) / DAY
