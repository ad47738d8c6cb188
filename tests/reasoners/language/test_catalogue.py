"""The catalogues: whole in every language, and plain to read."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from reasoners.language.catalogue import FOLDER, GRAMMAR, Catalogue, catalogue, languages
from reasoners.language.phrase import (
    Number,
    Phrase,
    Quoted,
    Several,
    Share,
    Span,
    Verbatim,
    Word,
)

OTHERS = [code for code in languages() if code != "en"]
SAME_EVERYWHERE = re.compile(r"^\W*(\{\w+(:\w+)?\}\W*)*$")
"""Gaps and punctuation alone: nothing there that could be translated."""

SPELT_ALIKE = {("de", "sentence.about_in"), ("de", "condition.at")}
"""Where the words happen to be the same."""


def read(code: str) -> dict[str, Any]:
    """Read the file of a language."""
    return tomllib.loads((FOLDER / f"{code}.toml").read_text(encoding="utf-8"))


def messages(code: str) -> Iterator[tuple[str, str]]:
    """Yield key and text of every message, in every plural form."""
    for group, held in read(code).items():
        if isinstance(held, Mapping) and group not in GRAMMAR:
            for name, message in held.items():
                for text in [message] if isinstance(message, str) else message.values():
                    yield f"{group}.{name}", text


def gaps(text: str) -> set[str]:
    """Return the names of what is filled in."""
    return set(re.findall(r"\{(\w+)", text))


def test_there_are_three_languages_at_least() -> None:
    """English, German and Chinese come with it."""
    assert {"en", "de", "zh"} <= set(languages())


@pytest.mark.parametrize("code", OTHERS)
def test_a_language_has_every_message_with_every_gap(code: str) -> None:
    """Nothing that English says is missing, nor what is filled in; and nothing is left over."""
    english: dict[str, set[str]] = {}
    for key, text in messages("en"):
        english.setdefault(key, set()).update(gaps(text))
    theirs: dict[str, set[str]] = {}
    for key, text in messages(code):
        theirs.setdefault(key, set()).update(gaps(text))
        assert "n" in gaps(text) or "n" not in english[key], f"{key}: {text}"
    assert theirs == english


@pytest.mark.parametrize("code", OTHERS)
def test_a_language_has_a_word_for_every_label(code: str) -> None:
    """What English has a word for, every language has one for, with all its columns."""
    assert catalogue(code).nouns == catalogue("en").nouns
    columns = read(code)["noun"]["columns"]
    for label, entry in read(code)["nouns"].items():
        assert 2 <= len(entry) <= len(columns), label
        assert all(entry), label


@pytest.mark.parametrize("code", OTHERS)
def test_nothing_is_left_in_english(code: str) -> None:
    """No message reads as in English, unless it is made of gaps alone."""
    english = dict(messages("en"))
    left = [
        key
        for key, text in messages(code)
        if text == english[key]
        and not SAME_EVERYWHERE.match(text)
        and (code, key) not in SPELT_ALIKE
    ]
    assert left == []


@pytest.mark.parametrize("code", languages())
def test_every_form_that_is_asked_for_is_there(code: str) -> None:
    """Each noun can be put into each form that a message wants."""
    words = catalogue(code)
    wanted = {form for _, text in messages(code) for form in re.findall(r"\{\w+:(\w+)\}", text)}
    for form in sorted(wanted - {"plain"}):
        for label in [*words.nouns, "forklift", "übergabe {x}"]:
            said = words.noun(label, form)
            assert said
            assert label in words.nouns or label in said


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("en", ["a car", "the car", "an elephant", "a forklift", "an apc"]),
        (
            "de",
            [
                "ein Auto",
                "das Auto",
                "einen Elefanten",
                "ein Objekt „forklift“",
                "ein Objekt „apc“",
            ],
        ),
        ("zh", ["一辆汽车", "该汽车", "一头大象", "一个“forklift”物体", "一个“apc”物体"]),
    ],
)
def test_articles_and_measure_words_fit(code: str, said: list[str]) -> None:
    """Gender, case, vowel and measure word are those of the noun; unknown labels are quoted."""
    words = catalogue(code)
    asked = [("car", "a"), ("car", "the"), ("elephant", "a"), ("forklift", "a"), ("apc", "a")]
    assert [words.noun(*one) for one in asked] == said


@pytest.mark.parametrize(
    ("code", "one", "three"),
    [
        (
            "en",
            "There was now 1 person (before: 0).",
            "There were now 3 people (before: 0).",
        ),
        (
            "de",
            "Nun war 1 Person da (vorher: 0).",
            "Nun waren 3 Personen da (vorher: 0).",
        ),
        ("zh", "现在有 1 个人（此前：0）。", "现在有 3 个人（此前：0）。"),
    ],
)
def test_plurals_follow_the_number(code: str, one: str, three: str) -> None:
    """One person, three people."""
    said = [
        catalogue(code).sentence(
            Phrase(
                "sentence.happened_now",
                {
                    "clause": Phrase(
                        "change.counted",
                        {"n": Number(n), "what": Word("person"), "previous": Number(0)},
                    )
                },
            )
        )
        for n in (1, 3)
    ]
    assert said == [one, three]


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("en", ["0.4 s, 2 min 5 s, 1 d 1 h, 88% and 0.91; \"a 'b' c\""]),
        ("de", ["0,4 s, 2 min 5 s, 1 d 1 h, 88 % und 0,91; „a 'b' c“"]),
        ("zh", ["0.4 秒、2 分钟 5 秒、1 天 1 小时、88%和0.91; “a 'b' c”"]),
    ],
)
def test_numbers_times_and_quotes_are_written_as_there(code: str, says: list[str]) -> None:
    """Units, decimal mark, percent sign, commas and quotation marks are the language's own."""
    words = catalogue(code)
    numbers = (Span(0.42), Span(125), Span(90000), Share(0.88), Number(0.912, 2))
    quoted = Quoted('a "b"\n c')
    assert [f"{words.say(Several(numbers))}; {words.say(quoted)}"] == says


def test_spaces_are_set_as_chinese_has_them() -> None:
    """A space stands around Latin letters and digits, none beside full-width punctuation."""
    thing = Phrase("name.thing", {"what": Word("person"), "track": Verbatim("t17")})
    zone = Phrase("name.zone", {"name": Verbatim("step")})
    clause = Phrase("change.entered", {"who": thing, "zone": zone})
    assert catalogue("zh").sentence(Phrase("sentence.tie_now", {"clause": clause})) == (
        "人 t17 进入区域 step。"
    )


def test_braces_in_foreign_words_are_only_braces() -> None:
    """A label or title cannot reach into a template."""
    words = catalogue("en")
    zone = Phrase("name.zone", {"name": Quoted("{who} {n} {label}")})
    assert words.say(zone) == 'zone "{who} {n} {label}"'
    assert words.noun("{one} {label}", "a") == "a {one} {label}"


def test_an_unknown_language_is_named_with_the_known_ones() -> None:
    """The error says what there is."""
    with pytest.raises(ValueError, match="no language 'fr'; choose one of de, en, zh"):
        catalogue("fr")


def test_a_file_that_lacks_a_part_says_which() -> None:
    """Whoever adds a language learns what is missing."""
    data = read("en")
    del data["deeds"]
    with pytest.raises(ValueError, match="language xx: deeds is missing"):
        Catalogue("xx", data)
