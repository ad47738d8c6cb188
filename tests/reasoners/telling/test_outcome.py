"""What a model made of an event, in words."""

import pytest

from reasoners import Answer, Check
from reasoners.event import Reasoning, ReasoningState
from reasoners.language.catalogue import catalogue, languages
from reasoners.telling.explanation import worded
from reasoners.telling.outcome import conclude

YES = (Answer(question="presence", answer="yes", confidence=0.88),)
MISMATCH = (Check(name="entity_tracks", claimed="t9", seen="t17", ok=False),)


@pytest.mark.parametrize(
    ("state", "extra", "answers", "says"),
    [
        (
            "verified",
            {},
            YES,
            (
                'The model m answered yes (confidence 88%) to "Is it?", which verifies the event.'
                ' It describes: "A courier waits".'
            ),
        ),
        (
            "rejected",
            {},
            (Answer(question="presence", answer="no"),),
            (
                'The model m answered no to "Is it?", which speaks against the event; it is kept'
                ' all the same. It describes: "A courier waits".'
            ),
        ),
        (
            "uncertain",
            {},
            (Answer(question="presence", answer="cannot_tell", confidence=0.2),),
            (
                'The model m answered cannot tell (confidence 20%) to "Is it?", which leaves the'
                ' event uncertain. It describes: "A courier waits".'
            ),
        ),
        (
            "uncertain",
            {"checks": MISMATCH},
            YES,
            (
                'The model m answered yes (confidence 88%) to "Is it?", but that does not fit what'
                " the detector saw (entity tracks: t9 in the answer, t17 in the scene), which"
                ' leaves the event uncertain. It describes: "A courier waits".'
            ),
        ),
        ("timeout", {}, (), "The model m did not answer in time."),
        (
            "timeout",
            {"reason": "no answer within 10 s"},
            (),
            "The model m did not answer in time (no answer within 10 s).",
        ),
        ("skipped_budget", {}, (), "No model was asked: there was no room in the budget."),
        (
            "invalid",
            {"reason": "not JSON"},
            (),
            "The model m gave an answer that could not be used (not JSON).",
        ),
        ("refused", {}, (), "The model m declined to answer."),
        (
            "error",
            {"reason": "HTTP 500"},
            (),
            "No answer could be had from a model (HTTP 500).",
        ),
        ("none", {}, (), ""),
    ],
)
def test_every_outcome_has_its_sentence(
    state: ReasoningState, extra: dict[str, object], answers: tuple[Answer, ...], says: str
) -> None:
    """Each terminal state reads as what it is."""
    reasoning = Reasoning.model_validate({"state": state, "model": "m", **extra})
    said = conclude(reasoning, answers, {"presence": "Is it?"}, "A courier\n waits.")
    assert worded(said, "en") == says


@pytest.mark.parametrize("language", languages())
def test_every_comparison_has_a_name_in_every_language(language: str) -> None:
    """What was compared is said in words; one nobody knows is told by its own name, quoted."""
    known = ["tracks", "zones", "label_t17", "zone_t17", "motion_t17", "order", "missed_t17"]
    known += ["unseen_sports_ball", "confidence", "evidence_parcel", "entity_tracks"]
    said = set()
    for name in [*known, "weather"]:
        check = Check(name=name, claimed=2, seen=1, ok=False)
        reasoning = Reasoning(state="uncertain", model="m", checks=(check,))
        text = worded(conclude(reasoning, (), {}, None), language)
        assert (
            catalogue(language).quoted(name.replace("_", " "), 80) not in text or name == "weather"
        )
        assert "{" not in text
        said.add(text)
    assert len(said) == len(known) + 1
