"""The built-in rule: who begins an event, and when it is over."""

from collections.abc import Callable

from detectors import Track
from reasoners import PresenceConfig, SceneConfig, View
from reasoners.firing import Firing, Moment
from reasoners.question import Inquiry
from reasoners.rules.presence import Presence
from reasoners.scene.scene import Scene

MakeTrack = Callable[..., Track]
MakeView = Callable[..., View]


def phases(presence: Presence, scene: Scene, view: View) -> list[tuple[object, str, float]]:
    """Show a view; return key, phase and time of what fires."""
    moment = Moment(view.captured_at, view.index, view, scene, scene.observe(view))
    return [(firing.key, firing.phase, firing.at) for firing in presence.observe(moment)]


def test_each_object_begins_once_and_ends_when_it_was_last_seen(
    track: MakeTrack, view: MakeView
) -> None:
    """A chair begins nothing; a person begins at first sight and ends at the last."""
    presence, scene = Presence(PresenceConfig()), Scene(SceneConfig())
    person, chair = track(1, first_seen=0.5), track(2, x=0.8, label="chair")
    assert phases(presence, scene, view(1.0, person, chair)) == [(1, "begins", 0.5)]
    assert phases(presence, scene, view(1.1, person, chair)) == []
    assert phases(presence, scene, view(2.0, chair)) == []
    assert phases(presence, scene, view(3.3, chair)) == [(1, "ends", 1.1)]


def test_what_a_detector_without_names_sees_begins_an_event(
    track: MakeTrack, view: MakeView
) -> None:
    """By default, and once it is known that it has no names; a detector that has some adds none."""
    for known, keys in ((("object",), [1]), (("person", "object"), [])):
        presence, scene = Presence(PresenceConfig()), Scene(SceneConfig())
        presence.know(known)
        found = phases(presence, scene, view(1.0, track(1, label="object")))
        assert [key for key, _, _ in found] == keys


def test_what_was_going_on_is_forgotten(track: MakeTrack, view: MakeView) -> None:
    """After a reset nothing ends that began before."""
    presence, scene = Presence(PresenceConfig(severity="alert")), Scene(SceneConfig())
    seen = view(1.0, track())
    (firing,) = presence.observe(Moment(1.0, 10, seen, scene, scene.observe(seen)))
    assert isinstance(firing, Firing)
    assert (firing.rule, firing.severity, firing.ask) == ("presence", "alert", Inquiry())
    presence.reset()
    assert phases(presence, scene, view(9.0)) == []
