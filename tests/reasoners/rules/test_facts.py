"""What one moment offers to conditions."""

from rig.ruled import Shown, somebody

from reasoners.rules.facts import Facts
from reasoners.scene.change import Entered, Vanished


def test_a_moment_is_found_by_label_zone_and_change() -> None:
    """Who is what, who is where, what happened; the gone are known for one moment."""
    shown = Shown({"label": "person"})
    facts: Facts = shown.rules._facts  # noqa: SLF001  what the engine is shown
    shown.show(0.0, somebody(0.25), somebody(0.75, 2, "car"))
    assert facts.labelled(frozenset({"car"})) == {2}
    assert facts.inside("left") == {1}
    assert [change.things for change in facts.changes(Entered)] == [(1,), (2,)]
    shown.show(0.1, somebody(0.25))
    shown.show(5.0, somebody(0.25))
    assert [change.things for change in facts.changes(Vanished)] == [(2,)]
    gone = facts.thing(2)
    assert gone is not None
    assert gone.label == "car"
    shown.show(5.1, somebody(0.25))
    assert facts.thing(2) is None
