"""The durable log of events that every sink reads from at its own pace."""

from sinks.journal.calls import REPEATED, UNDER_WAY, Call, Paid, Question, Spent
from sinks.journal.entry import Entry, Expired, Figures, JournalFailed, Limits, SinkFigures
from sinks.journal.file import holder
from sinks.journal.journal import Journal
from sinks.journal.reader import DeadLetter, JournalReader

__all__ = [
    "REPEATED",
    "UNDER_WAY",
    "Call",
    "DeadLetter",
    "Entry",
    "Expired",
    "Figures",
    "Journal",
    "JournalFailed",
    "JournalReader",
    "Limits",
    "Paid",
    "Question",
    "SinkFigures",
    "Spent",
    "holder",
]
