"""A question survives a restart whole."""

from rig.asked import said
from rig.thinking import JPEG, job

from daemon.thinking.keeping import HEAVIEST, kept, pictures, restored
from reasoners import Job, Keyframe, Question, Shot


def test_a_question_comes_back_as_it_was() -> None:
    """Texts, keyframes, pictures to the byte; only the deadline is what is left of it."""
    first = Keyframe(
        "k1", 7, 1000.0, "first_sight", (Shot("whole", JPEG), Shot("crop", JPEG + b"c"))
    )
    asked = Job(
        job(1).event,
        "",
        (),
        10.0,
        questions=(Question("parcel", "Is it a parcel?", "choice", ("yes", "box")),),
        keyframes=(first,),
        memory=said("A courier came."),
    )
    question = kept(asked, 1010.0)
    assert JPEG.decode("latin-1") not in question.body
    assert question.pictures == tuple(pictures(asked)) == (JPEG, JPEG + b"c")
    back = restored(question, 4.0)
    assert back == Job(
        asked.event, "", (), 4.0, asked.questions, asked.keyframes, memory=asked.memory
    )


def test_too_heavy_pictures_are_left_out() -> None:
    """What is kept is bounded; the first pictures stay."""
    heavy = Job(job(1).event, "?", (JPEG, b"\xff\xd8\xff" + bytes(HEAVIEST)), 5.0)
    question = kept(heavy, 1.0)
    assert sum(map(len, question.pictures)) < HEAVIEST
    back = restored(question, 1.0)
    assert back is not None
    assert back.images == (JPEG,)


def test_what_another_version_kept_is_not_believed() -> None:
    """A body that cannot be read gives no job, and no error."""
    question = kept(job(1), 1.0)
    assert restored(type(question)("e1", "porch", 1.0, '{"x": 1}'), 1.0) is None
