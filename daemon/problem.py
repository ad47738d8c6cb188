"""Turns what pydantic finds wrong with a configuration into lines for people.

Each line names the key path, the reason and the remedy. What was given is repeated only where it
is a number or a truth value: a text may be a password that stands in the wrong place.
"""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any, Final, get_args, get_origin

from pydantic import BaseModel, ValidationError

_TAG: Final = re.compile(r"\[key\]|.*\[.*\].*|(?:function|constrained|lax-or-strict)-.*")
"""Names pydantic gives to members of unions and keys of mappings; none of them is in the file."""

_SHAPES: Final = {
    "tuple_type": "must be a list, in [ ]",
    "list_type": "must be a list, in [ ]",
    "dict_type": "must be a mapping, with `key: value` below it",
    "model_type": "must be a mapping, with `key: value` below it",
    "model_attributes_type": "must be a mapping, with `key: value` below it",
    "string_type": "must be text; put it in quotes",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
}

_ELSEWHERE: Final = {
    "ffmpeg": "the stream is `source: {type: rtsp, url: …, credential: …}` here",
    "objects": "what to watch for is `presence: {labels: [person, car]}` here",
    "track": "what to watch for is `presence: {labels: [person, car]}` here",
    "mqtt": "a broker is `sinks: {mqtt: {type: mqtt, url: mqtt://HOST:1883}}` here",
    "host": "host and port are `url: mqtt://HOST:PORT` here",
    "port": "host and port are `url: mqtt://HOST:PORT` here",
    "user": "name an entry of the secrets file with `credential:` instead",
    "username": "name an entry of the secrets file with `credential:` instead",
    "password": "passwords stand in the secrets file alone; name its entry with `credential:`",
    "topic_prefix": "it is `prefix` here",
    "inertia": "zones have their hysteresis built in; remove it",
    "loitering_time": "it is `loiter: 30s` in a zone here",
    "coordinates": "corners are `points: [[0.1, 0.2], …]` here, from 0 to 1",
    "model": "the model is `detector: {type: openvino, model: FILE}` here",
    "genai": "a vision-language model is `reasoner: {type: openai, url: …, model: …}` here",
    "onvif": "a camera asked over ONVIF is `source: {type: onvif, host: …}` here",
    "snapshots": "every event gets one here; remove it",
    **dict.fromkeys(("width", "height"), "sizes are found out here; remove it"),
    **dict.fromkeys(
        (
            *("audio", "birdseye", "go2rtc", "live"),
            *("motion", "record", "required_zones", "review", "ui"),
        ),
        "this version has nothing like it; remove it",
    ),
}
"""What people bring along from elsewhere, Frigate above all, and what it is here."""


def explain(error: ValidationError, origin: str, prefix: str, model: type[BaseModel]) -> str:
    """Turn a validation error into one line per problem, with key path, reason and remedy.

    Args:
        error: What was found.
        origin: The file.
        prefix: Key path of what was validated; empty for the whole file.
        model: What it was validated against.
    """
    reasons: dict[str, list[str]] = {}
    alike: dict[str, str] = {}
    for problem in error.errors(include_url=False, include_input=True):
        found = dict(problem)
        parts = tuple(part for part in problem["loc"] if not _TAG.fullmatch(str(part)))
        path = ".".join(filter(None, (prefix, *map(str, parts))))
        if _is_coordinate(found, parts):
            # One polygon in pixels is one mistake, not a dozen.
            polygon = re.sub(r"(\.\d+){1,2}$", "", path)
            path = alike.setdefault(polygon, path)
            if path in reasons:
                continue
        elif found["type"] == "too_short" and path in alike:
            continue  # pydantic counts only the corners it liked
        told = reasons.setdefault(path, [])
        told += [reason] if (reason := _reason(found, model, parts)) not in told else []
    return "\n".join(
        plain(f"{origin}: {path}: {_either(told)}" if path else f"{origin}: {_either(told)}")
        for path, told in reasons.items()
    )


def plain(line: str) -> str:
    """Keep one problem on one line, and whatever a key holds from steering the terminal."""
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in line)


def _either(reasons: list[str]) -> str:
    """Join what each member of a union says: `must be a number, or must be 'every'`."""
    *others, last = reasons
    return ", or ".join([*(re.sub(r" \(it is [^)]*\)$", "", told) for told in others), last])


def _is_coordinate(problem: dict[str, Any], parts: tuple[int | str, ...]) -> bool:
    ranged = problem["type"] in {"less_than_equal", "greater_than_equal"}
    return ranged and bool(parts) and isinstance(parts[-1], int)


def _reason(problem: dict[str, Any], model: type[BaseModel], parts: tuple[int | str, ...]) -> str:
    message, context = str(problem["msg"]), problem.get("ctx", {})
    given = problem.get("input")
    said = f" (it is {given!r})" if isinstance(given, (bool, int, float)) else ""
    match problem["type"]:
        case "extra_forbidden":
            told = f"unknown key; {_known(str(parts[-1]), parts[:-1], model)}"
        case "missing" if isinstance(parts[-1], int):
            told = "is missing: the list is too short"
        case "missing":
            told = "is required and missing; add it"
        case "string_pattern_mismatch" if "a-z0-9_" in message:
            told = "names are 1 to 32 of a-z, 0-9 and _; rename it"
        case "string_pattern_mismatch" if "a-fA-F" in message:
            told = "must be 64 hexadecimal digits; `sha256sum FILE` shows them"
        case "value_error":
            told = message.removeprefix("Value error, ")
        case "too_short" if "min_length" in context:
            told = f"needs {context['min_length']} or more entries; add some"
        case kind if kind in _SHAPES:
            told = f"{_SHAPES[kind]}{said}"
        case _ if _is_coordinate(problem, parts):
            told = f"coordinates run from 0 to 1, as shares of the picture, not in pixels{said}"
        case _:
            plainly = re.sub(r"^Input should (be )?(a valid )?", r"must \1", message)
            told = f"{plainly[:1].lower()}{plainly[1:]}{said}"
    return told


def _known(key: str, path: tuple[int | str, ...], model: type[BaseModel]) -> str:
    """Say what an unknown key should be, or which keys are known at its place."""
    place: object = model
    for part in path:
        place = _inner(place, part)
    found = _model_in(place)
    fields = (
        sorted(field.alias or key for key, field in found.model_fields.items()) if found else []
    )
    if key in _ELSEWHERE:
        return _ELSEWHERE[key]
    if close := get_close_matches(key, fields, n=1, cutoff=0.75):
        return f"is `{close[0]}` meant?"
    return f"known here: {', '.join(fields)}" if fields else "remove it"


def _inner(place: object, part: int | str) -> object:
    """Step from the type of a value to that of the part `part` of it; None where it has none."""
    if isinstance(place, type) and issubclass(place, BaseModel):
        fields = place.model_fields
        named = (one for key, one in fields.items() if str(part) in {key, one.alias})
        field = next(named, None)
        return field.annotation if field else None
    inner: Iterable[object] = get_args(place)
    if get_origin(place) is dict:
        inner = tuple(inner)[1:]
        return next(iter(inner), None)
    if get_origin(place) is tuple:
        return next(iter(inner), None)
    return next((found for arg in inner if (found := _inner(arg, part)) is not None), None)


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_model_in(arg) for arg in get_args(annotation))
    return next((model for model in found if model is not None), None)
