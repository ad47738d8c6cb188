"""The form of the answer to one call: a closed JSON schema that names only what there is. Pure.

Flat, with short keys, lists of legal words and bounded arrays; confidence is a whole number. There
is no `maxLength`: with it, a grammar engine that servers use writes strings that are no valid JSON
(mlc-ai/xgrammar issue 800). Lengths are checked when the reply is read.
"""

from typing import Any, Final

from reasoners.question import CANNOT_TELL, Question
from reasoners.vlm.call import Call

DESCRIPTION: Final = 600
"""Characters of a description; `why` may have half as many."""

THINGS: Final = 16
TEXT: Final = 80
KIND: Final = 40
ATTRIBUTES: Final = 4
WRITTEN: Final = 8
"""Texts seen in the pictures, of at most `TEXT` characters each."""

COUNTS: Final = 8
RELATIONS: Final = 8
NEXT: Final = 3
EVIDENCE: Final = 8
ANSWER: Final = 200
"""Characters of an answer in words."""

HORIZON: Final = 60
"""Seconds ahead that a model may foretell."""

NUMBER: Final = r"^(-?[0-9]{1,9}(\.[0-9]{1,4})?|cannot_tell)$"
"""A number is asked for as letters: a bare one may go on for ever."""

UNCHANGED: Final = "unchanged"
MOTIONS: Final = ("moving", "still", CANNOT_TELL)

CLAIMED: Final[tuple[str, ...]] = (
    *("near", "on", "carries", "follows", "approaches", "leaves_behind", "takes", "blocks"),
    *("hands_over", "opens", "gets_into", "gets_out_of", "inside"),
)
"""Relations a model may claim: those that the scene knows too, and some that only pictures show."""

FORETOLD: Final = ("enters", "leaves", "stops", "moves_off", "approaches")
"""What a model may foretell: only what tracks can prove or disprove."""


def form(call: Call) -> dict[str, Any]:
    """Return the schema of the reply to a call."""
    answers = _object({asked.key: _answer(asked.question, call) for asked in call.questions})
    if call.stage == "short":
        return _object({"answers": answers})
    report: dict[str, Any] = _object(_report(call))
    if call.memory:
        report = {"anyOf": [{"type": "string", "enum": [UNCHANGED]}, report]}
    if not call.questions:
        return _object({"report": report})
    return _object({"answers": answers, "report": report})


def _answer(question: Question, call: Call) -> dict[str, Any]:
    answer: dict[str, Any] = {"type": "string"}
    match question.kind:
        case "yes_no":
            answer["enum"] = ["yes", "no", CANNOT_TELL]
        case "choice":
            answer["enum"] = [*question.choices, CANNOT_TELL]
        case "number":
            answer["pattern"] = NUMBER
        case "text":
            pass
    evidence = [keyframe.name for keyframe in call.keyframes] + [one.track for one in call.told]
    return _object(
        {
            "answer": answer,
            "confidence": {"type": "integer", "minimum": 0, "maximum": 100},
            "evidence": _list(_one_of(evidence), EVIDENCE),
        }
    )


def _report(call: Call) -> dict[str, Any]:
    tracks, zones = [one.track for one in call.told], list(call.zones)
    thing: dict[str, Any] = {
        "text": {"type": "string"},
        "kind": {"type": "string"},
        "track": _one_of(tracks, none=True),
        "attributes": _list({"type": "string"}, ATTRIBUTES),
        "motion": _one_of(MOTIONS),
    }
    if zones:
        thing["zone"] = _one_of([*zones, CANNOT_TELL], none=True)
    report: dict[str, Any] = {
        "description": {"type": "string"},
        "things": _list(_object(thing), THINGS),
        "counts": _list(
            _object(
                {
                    "kind": {"type": "string"},
                    "keyframe": _one_of([keyframe.name for keyframe in call.keyframes]),
                    "count": {"type": "integer", "minimum": 0, "maximum": 99},
                }
            ),
            COUNTS,
        ),
        "written": _list({"type": "string"}, WRITTEN),
        "why": {"type": "string"},
    }
    if tracks:
        others = [*tracks, *(f"zone:{zone}" for zone in zones)]
        report["relations"] = _list(
            _object(
                {
                    "subject": _one_of(tracks),
                    "predicate": _one_of(CLAIMED),
                    "object": _one_of(others),
                }
            ),
            RELATIONS,
        )
        report["next"] = _list(
            _object(
                {
                    "what": _one_of(FORETOLD),
                    "subject": _one_of(tracks),
                    "object": _one_of(others, none=True),
                    "within_s": {"type": "integer", "minimum": 1, "maximum": HORIZON},
                    "probability": {"type": "integer", "minimum": 0, "maximum": 100},
                }
            ),
            NEXT,
        )
    if len(tracks) > 1:
        report["order"] = _list(_one_of(tracks), len(tracks))
    return report


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list(items: dict[str, Any], most: int) -> dict[str, Any]:
    return {"type": "array", "maxItems": most, "items": items}


def _one_of(words: "list[str] | tuple[str, ...]", *, none: bool = False) -> dict[str, Any]:
    """Return a word of a list; without words, any word is refused when it is read."""
    if not words:
        return {"type": "null"} if none else {"type": "string"}
    if none:
        return {"anyOf": [{"type": "string", "enum": list(words)}, {"type": "null"}]}
    return {"type": "string", "enum": list(words)}
