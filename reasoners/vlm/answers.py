"""What typed answers claim, compared with what the detector saw. Pure."""

from collections.abc import Iterator

from reasoners.event import Check
from reasoners.question import CANNOT_TELL, Question
from reasoners.verdict import Job
from reasoners.vlm.call import Call
from reasoners.vlm.claims import Finding, span
from reasoners.vlm.reply import Report


def answered(
    question: Question, answer: str, call: Call, job: Job, report: Report | None, *, first: bool
) -> Iterator[Finding]:
    """Compare one legal answer with what was seen, where its question says how.

    Args:
        question: What was asked.
        answer: A legal answer to it.
        call: What the model was shown.
        job: Whose question it is.
        report: What the model says besides.
        first: Whether it decides what becomes of the event: only then a wrong number contradicts
            the event itself.
    """
    if answer == CANNOT_TELL:
        return
    own = tuple(thing.track for thing in job.event.objects)
    if question.kind == "number" and question.counts:
        low, high = span(question.counts, call, report)
        seen = str(low) if low == high else f"{low} to {high}"
        number = float(answer)
        claimed = int(number) if number.is_integer() else number
        check = Check(
            name=f"answer_{question.name}",
            claimed=claimed,
            seen=low if low == high else seen,
            ok=low <= number <= high,
        )
        yield Finding(check, own if first else ())
    if question.verifies and not first:
        # Beside another question: whoever is said to be something else cannot be what was asked of.
        label = job.event.objects[0].label if job.event.objects else None
        check = Check(name="verify", claimed=answer, seen=label, ok=answer == "yes")
        yield Finding(check, own, relabels=True)
