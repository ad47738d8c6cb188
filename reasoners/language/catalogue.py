"""The words of one language: a file of data, read once, and how phrases are put into them. Pure."""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import AfterValidator, WithJsonSchema

from reasoners.language.phrase import (
    Number,
    Phrase,
    Quoted,
    Several,
    Share,
    Span,
    Value,
    Verbatim,
    Word,
)

FOLDER: Final = Path(__file__).parent
VOWELS: Final = frozenset("aeiou")
LABEL: Final = 80
"""Characters of a label; a detector's class names are its own."""

GRAMMAR: Final = ("number", "quote", "list", "deeds", "duration", "noun", "nouns")
"""Groups that are no messages."""

_GAP: Final = re.compile(r"\{(\w+)(?::(\w+))?\}")

Template = tuple[tuple[str, str, str], ...]
"""Text, then the name of a gap and the form wanted there; the last has no gap."""

_PLURALS: Final[dict[str, Callable[[float], str]]] = {
    "one_other": lambda n: "one" if n == 1 else "other",
    "other": lambda _: "other",
}
"""Which form a number asks for; the names are those of the Unicode CLDR."""


class Catalogue:
    """One language.

    Args:
        code: Of the language, as in RFC 5646: `en`, `de`, `zh`.
        data: What its file holds; see `docs/explanations.md`.

    Raises:
        ValueError: The file lacks a part that every language needs.
    """

    def __init__(self, code: str, data: Mapping[str, Any]) -> None:
        self.code = code
        try:
            self.title = str(data["title"])
            self._plural = _PLURALS[data["plural"]]
            self.gap, self._capitals = str(data["gap"]), bool(data["capitals"])
            self._number, self._quote = data["number"], data["quote"]
            self._list, self._duration = data["list"], data["duration"]
            self._columns: list[str] = data["noun"]["columns"]
            self._forms: dict[str, Any] = data["noun"]["forms"]
            self._unknown: list[str] = data["noun"]["unknown"]
            self._unknown_vowel: list[str] = data["noun"].get("unknown_vowel", self._unknown)
            self._nouns: dict[str, list[str]] = data["nouns"]
            self._deeds = data["deeds"]
            tight, unspaced = str(data["tight"]), str(data["unspaced"])
        except KeyError as exc:
            raise ValueError(f"language {code}: {exc.args[0]} is missing") from None
        self._superfluous = [
            re.compile(pattern)
            for pattern, wanted in (
                (rf" +(?=[{tight}])|(?<=[{tight}]) +", tight),
                (rf"(?<=[{unspaced}]) +(?=[{unspaced}])", unspaced),
            )
            if wanted
        ]
        self.messages: dict[str, dict[str, Template]] = {
            f"{group}.{name}": _forms(message)
            for group, messages in data.items()
            if isinstance(messages, dict) and group not in GRAMMAR
            for name, message in messages.items()
        }
        """Every message by its key, in all its plural forms."""

    @property
    def nouns(self) -> frozenset[str]:
        """Labels it has a word for."""
        return frozenset(self._nouns)

    def sentence(self, phrase: Phrase) -> str:
        """Say one whole sentence."""
        said = self.say(phrase).strip()
        for spaces in self._superfluous:
            said = spaces.sub("", said)
        return said[:1].upper() + said[1:] if self._capitals else said

    def say(self, value: Value, form: str = "") -> str:  # noqa: PLR0911  a table, read row by row
        """Put anything into words.

        Args:
            value: What to say.
            form: In which form, where the language has several: one of a noun's, or `plain` for
                foreign text without quotation marks.
        """
        match value:
            case Phrase():
                return self._fill(value)
            case Word(label=label):
                return self.noun(label, form or "bare")
            case Verbatim(text=text):
                return text
            case Quoted(text=text, longest=longest):
                return text[:longest] if form == "plain" else self.quoted(text, longest)
            case Span(seconds=seconds):
                return self.duration(seconds)
            case Number(value=number, digits=digits):
                return self.number(number, digits)
            case Share(value=share):
                return str(self._number["percent"]).replace("{n}", self.number(share * 100))
            case Several(parts=parts, deeds=deeds):
                words = self._deeds if deeds else self._list
                return _joined([self.say(part) for part in parts], words)

    def number(self, value: float, digits: int = 0) -> str:
        """Write a number with so many decimals."""
        return f"{value:.{digits}f}".replace(".", self._number["decimal"])

    def duration(self, seconds: float) -> str:
        """Say how long: `0.4 s`, `6 s`, `2 min 5 s`, `3 h`."""
        if seconds < 0.95:  # noqa: PLR2004  below, one digit would read 1.0
            return self._unit("seconds", self.number(max(seconds, 0.1), 1))
        whole = round(seconds)
        minutes, rest = divmod(whole, 60)
        hours, left = divmod(minutes, 60)
        days, part = divmod(hours, 24)
        if days:
            return self._both((days, "days"), (part, "hours"))
        if hours:
            return self._both((hours, "hours"), (left, "minutes"))
        if minutes:
            return self._both((minutes, "minutes"), (rest, "seconds"))
        return self._unit("seconds", str(rest))

    def listed(self, parts: Sequence[str]) -> str:
        """Join with commas and a last `and`."""
        return _joined(parts, self._list)

    def quoted(self, text: str, longest: int) -> str:
        """Put foreign text between quotation marks, on one line, cut to length."""
        marks = self._quote
        line = " ".join(text.split())
        for mark in (marks["open"], marks["close"], '"'):
            line = line.replace(mark, marks["inner"])
        if len(line) > longest:
            line = f"{line[: longest - 1].rstrip()}…"
        return f"{marks['open']}{line}{marks['close']}"

    def noun(self, label: str, form: str) -> str:
        """Name a kind of thing.

        Args:
            label: As detectors say it; if the language has no word for it, it is used as it is.
            form: One of those that the language has: `bare` or `the`, for instance.
        """
        entry = self._nouns.get(label)
        if entry is None:
            label = label[:LABEL]
            unknown = self._unknown_vowel if label[:1].lower() in VOWELS else self._unknown
            entry = [part.replace("{label}", label) for part in unknown]
        columns = dict(zip(self._columns, entry, strict=False))
        for column in self._columns[len(entry) :]:
            columns[column] = columns["one"]
        template = self._forms[form]
        if isinstance(template, dict):
            template = template[columns[template["by"]]]
        return _GAP.sub(lambda gap: columns[gap[1]], template)

    def _fill(self, phrase: Phrase) -> str:
        forms = self.messages[phrase.key]
        number = phrase.gaps.get("n")
        form = self._plural(number.value) if isinstance(number, Number) else "other"
        template = forms[form] if form in forms else forms["other"]
        said: list[str] = []
        for text, name, wanted in template:
            said.append(text)
            if name:
                said.append(self.say(phrase.gaps[name], wanted))
        return "".join(said)

    def _unit(self, unit: str, number: str) -> str:
        return str(self._duration[unit]).replace("{n}", number)

    def _both(self, large: tuple[int, str], small: tuple[int, str]) -> str:
        first = self._unit(large[1], str(large[0]))
        if not small[0]:
            return first
        second = self._unit(small[1], str(small[0]))
        both = str(self._duration["both"])
        return both.replace("{large}", first).replace("{small}", second)


def _joined(parts: Sequence[str], words: Mapping[str, str]) -> str:
    if not parts:
        return ""
    before = words["comma"].join(parts[:-1])
    return f"{before}{words['and']}{parts[-1]}" if before else parts[-1]


def languages() -> tuple[str, ...]:
    """Return the codes of all languages there are, in order."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def known(code: str) -> str:
    """Return the code of a language.

    Raises:
        ValueError: There is no such language.
    """
    if code not in languages():
        raise ValueError(f"there is no language {code!r}; choose one of {', '.join(languages())}")
    return code


@cache
def catalogue(code: str) -> Catalogue:
    """Return the catalogue of a language, read once.

    Raises:
        ValueError: There is none of that code, or its file is not whole.
    """
    path = FOLDER / f"{known(code)}.toml"
    return Catalogue(code, tomllib.loads(path.read_text(encoding="utf-8")))


def wanted(key: str) -> frozenset[str] | None:
    """Return what is filled into a message; None where there is no such message."""
    forms = catalogue("en").messages.get(key)
    if forms is None:
        return None
    return frozenset(name for template in forms.values() for _, name, _ in template if name)


def _forms(message: str | Mapping[str, str]) -> dict[str, Template]:
    if isinstance(message, str):
        return {"other": _template(message)}
    return {form: _template(text) for form, text in message.items()}


def _template(text: str) -> Template:
    parts: list[tuple[str, str, str]] = []
    end = 0
    for gap in _GAP.finditer(text):
        parts.append((text[end : gap.start()], gap[1], gap[2] or ""))
        end = gap.end()
    return (*parts, (text[end:], "", ""))


Language = Annotated[
    str,
    AfterValidator(known),
    WithJsonSchema({"type": "string", "enum": list(languages())}),
]
"""Code of a language, as a configuration names it."""
