"""What is noted of an evaluation."""

from rig.ruled import Shown, somebody

from reasoners import Evaluation


def test_it_is_written_and_read_back() -> None:
    """The journal keeps it as JSON; of many objects some are named and all counted."""
    shown = Shown({"label": "person"}, per="camera")
    shown.show(1.0, *(somebody(0.08 * n + 0.1, n) for n in range(1, 10)))
    (note,) = shown.notes()
    assert Evaluation.model_validate_json(note.model_dump_json()) == note
    (finding,) = note.findings
    assert (len(finding.true), finding.count, note.frame) == (6, 9, 10)


def test_what_is_about_no_object_names_the_camera() -> None:
    """A count is true of the camera."""
    shown = Shown({"count": "car", "at_most": 0})
    shown.show(1.0)
    (note,) = shown.notes()
    assert note.findings[0].true == ("camera",)
