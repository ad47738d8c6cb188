"""Words that decide how a parsed caption is read."""

import pytest

from reasoners.vlm.form import CLAIMED
from reasoners.vlm.syntax.words import VERBS, words


@pytest.mark.parametrize(
    ("form", "relation"),
    [
        *[(form, "carries") for form in ("carry", "carries", "carried", "carrying", "held")],
        *[(form, "takes") for form in ("took", "taking", "grabbed", "picks_up", "pick_up")],
        *[(form, "on") for form in ("rides", "riding", "ridden")],
        *[(form, "leaves_behind") for form in ("left", "drops", "dropping", "put_down")],
        *[(form, None) for form in ("sings", "pick", "put")],
    ],
)
def test_a_verb_claims_in_every_form(form: str, relation: str | None) -> None:
    """Lemmas may be wrong or missing, so that forms are known as well."""
    assert words("en").claimed(form) == relation


def test_only_relations_are_claimed_that_models_may_claim() -> None:
    """What verbs and prepositions are listed under is what events may hold."""
    known = words("en")
    assert set(VERBS) <= set(CLAIMED)
    assert set(known.prepositions) <= set(CLAIMED)
    assert {"wears", "far", "moving", "stated"} <= set(known.verbs)
