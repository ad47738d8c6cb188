"""Phrases: what is to be said, with what it rests on."""

from reasoners.language.phrase import Evidence, Phrase, Several, Verbatim, Word


def test_a_phrase_yields_all_that_is_said_within_it() -> None:
    """Outermost first, through lists as well; what is no phrase is passed over."""
    seen = (Evidence("change", "entered", (1, "zone:step"), 2.0),)
    who = Phrase("name.thing", {"what": Word("person"), "track": Verbatim("t1")})
    clause = Phrase("change.entered", {"who": who, "zone": Verbatim("step")}, seen)
    sentence = Phrase("sentence.next", {"clauses": Several((clause, Verbatim("x"), who))})
    assert list(sentence.within()) == [sentence, clause, who, who]
    assert [one.evidence for one in sentence.within()] == [(), seen, (), ()]
