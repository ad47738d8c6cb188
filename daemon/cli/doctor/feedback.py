"""What people's words on alarms have moved: how sure an answer must be, by camera and rule."""

from collections.abc import Iterator
from pathlib import Path

from daemon.cli.doctor.line import Line
from daemon.plan import Plan
from daemon.thinking import minding
from sinks.journal import JournalFailed, JournalReader


def feedback(plan: Plan | None, journal: Path) -> Iterator[Line]:
    """Say what each rule that people judged needs now, and why.

    Args:
        plan: What is configured.
        journal: Where their words are; need not be there.
    """
    if plan is None or not plan.reasoners:
        return
    found = minding(plan)
    try:
        with JournalReader(journal) as reader:
            found.judge(reader.judged())
    except JournalFailed:
        return  # another line says so
    for rule, told in found.needs().items():
        words = f"misled {told['misled']}, held back {told['held_back']}"
        need = f"an answer needs {told['need']:g} (in the file {told['configured']:g})"
        camera, _, name = rule.partition("/")
        remedy = f'to forget it: {{"camera": "{camera}", "rule": "{name}", "verdict": "forget"}}'
        yield Line(f"feedback {rule}", "ok", f"{need}: {words}", remedy)
