"""Words that decide how a parsed caption is read, in all their forms."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, Literal

Language = Literal["en"]
"""Languages whose grammar is known here."""

VOWELS: Final = "aeiou"

VERBS: Final = (
    *("carries", "follows", "approaches", "takes", "blocks", "opens", "leaves_behind"),
    *("gets_into", "gets_out_of", "on", "inside"),
)
"""Relations that a verb claims of its subject and its object."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language, all in small letters; what has several words is parted by `_`."""

    nouns: dict[str, frozenset[str]]
    denial: dict[str, frozenset[str]]
    numbers: dict[str, frozenset[str]]
    adjectives: dict[str, frozenset[str]]
    verbs: dict[str, frozenset[str]]
    prepositions: dict[str, frozenset[str]]

    def claimed(self, verb: str) -> str | None:
        """Return the relation of a verb to its object, if it claims any."""
        return next((name for name in VERBS if verb in self.verbs[name]), None)


@cache
def words(language: Language) -> Words:
    """Read the words of a language."""
    text = files("reasoners.vlm.syntax").joinpath(f"{language}.toml").read_text("utf-8")
    found = tomllib.loads(text)
    verbs = {
        name: frozenset(form for verb in listed.split(",") for form in _verb(verb.split()))
        for name, listed in found["verbs"].items()
        if name not in {"stated", "future"}
    }
    verbs |= {name: frozenset(found["verbs"][name].split()) for name in ("stated", "future")}
    denial = {name: frozenset(listed.split()) for name, listed in found["denial"].items()}
    denial["seeing"] = frozenset(
        form for verb in found["denial"]["seeing"].split(",") for form in _verb(verb.split())
    )
    return Words(
        nouns=_plain(found["nouns"]),
        denial=denial,
        numbers=_plain(found["numbers"]),
        adjectives=_plain(found["adjectives"]),
        verbs=verbs,
        prepositions=_plain(found["prepositions"]),
    )


def _plain(section: dict[str, str]) -> dict[str, frozenset[str]]:
    return {name: frozenset(listed.split()) for name, listed in section.items()}


def _verb(forms: list[str]) -> set[str]:
    """Return the forms of an English verb; what no rule makes is written out behind its base."""
    made = set(forms)
    for form in forms:
        base, parted, particle = form.partition("_")
        rest = f"{parted}{particle}"
        short = base.removesuffix("e")
        made.add(f"{base}{'es' if base.endswith(('s', 'x', 'ch', 'sh', 'o')) else 's'}{rest}")
        made |= {f"{short}ing{rest}", f"{short}ed{rest}"}
        if base.endswith("y") and base[-2:-1] not in VOWELS:
            made |= {f"{base[:-1]}ies{rest}", f"{base[:-1]}ied{rest}"}
        if len(base) > 2 and base[-1] not in VOWELS and base[-2] in VOWELS:  # noqa: PLR2004
            # `run`, `running`: doubling what is not doubled makes words that nobody writes.
            made |= {f"{base}{base[-1]}ing{rest}", f"{base}{base[-1]}ed{rest}"}
    return made
