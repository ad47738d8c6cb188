"""One rule's events: hold, cooldown, what is noted of its evaluations."""

from rig.ruled import Shown, somebody, stands, watch

IN = {"label": "person", "inside": "left"}
WAVERS = stands(0.25, 0, 2) + stands(0.75, 2, 3) + stands(0.25, 3, 5) + stands(0.75, 5, 12)


def test_an_event_outlives_a_short_break() -> None:
    """Within `hold` it is the same event; its end is when it last held."""
    assert watch(IN, WAVERS, hold=2) == [("begins", 0.0), ("ends", 4.9)]
    assert watch(IN, WAVERS, hold=0.5) == [
        ("begins", 0.0),
        ("ends", 1.9),
        ("begins", 3.0),
        ("ends", 4.9),
    ]


def test_a_cooldown_keeps_the_next_event_from_beginning() -> None:
    """Ten seconds after the first none begins; what still holds then begins then."""
    shown = Shown(IN, cooldown=10, hold=0.5)
    for at, x in WAVERS + stands(0.25, 12, 14):
        shown.show(at, somebody(x or 0.0))
    assert shown.begun() == [0.0, 12.0]
    assert shown.rules.suppressed == 1
    assert [
        evaluation.standing
        for evaluation in shown.notes()
        if evaluation.standing in {"cooling", "holds"}
    ] == ["holds", "cooling", "holds"]


def test_an_event_ends_when_its_object_was_last_seen() -> None:
    """Not when it was given up, seconds later."""
    assert watch(IN, stands(0.25, 0, 3) + stands(None, 3, 9)) == [("begins", 0.0), ("ends", 2.9)]


def test_evaluations_are_noted_when_they_change() -> None:
    """Each says of all conditions for whom they were true, since when time runs, and when last."""
    shown = Shown({"all": [{**IN, "for": 3}, {"count": "person", "at_least": 1}]}, hold=0.0)
    for at, x in stands(0.25, 0, 4) + stands(0.75, 4, 6):
        shown.show(at, somebody(x or 0.0))
    notes = shown.notes()
    assert [(note.at, note.standing, note.open) for note in notes] == [
        (0.0, "fails", 0),
        (3.0, "holds", 1),
        (4.0, "fails", 0),
    ]
    paths = [finding.path for finding in notes[0].findings]
    assert paths == ["when", "when.all.0", "when.all.0", "when.all.1"]
    waits = notes[0].findings[1]
    assert (waits.true, waits.waiting, waits.last) == ((), (("t1", 0.0),), None)
    assert notes[0].findings[3].value == 1
    assert notes[1].findings[1].true == ("t1",)
    assert notes[2].findings[1].last == 3.9
    assert shown.notes() == []


def test_what_was_noted_is_bounded() -> None:
    """Nobody who takes it: the oldest is forgotten."""
    shown = Shown(IN, hold=0.0)
    for n in range(400):
        shown.show(n * 0.5, somebody(0.25 if n % 2 else 0.75))
    assert len(shown.notes()) == 64
