"""Parsed input as a typed object; every mistake is one sentence: what, where, how to mend."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from difflib import get_close_matches
from functools import cache
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from studies.errors import InputError, MistakesError
from studies.yamlfile import Location

Model = TypeVar("Model", bound=BaseModel)
# How pydantic names the kinds of a union between two keys.
INNER = re.compile(r"^(function-|literal\[|tuple\[|constrained-|OwnScale$|str$|list\[|\[key\]$)")

LONGEST = 60  # characters of a value that a sentence repeats
WANTED = {
    "string_type": "a text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "greater_than": "above {gt}",
    "greater_than_equal": "at least {ge}",
    "less_than": "below {lt}",
    "less_than_equal": "at most {le}",
    "string_too_long": "a text of at most {max_length} characters",
    "string_too_short": "a text of at least {min_length} characters",
    "too_long": "a list of at most {max_length} entries",
    "too_short": "a list of at least {min_length}",
    "multiple_of": "a multiple of {multiple_of}",
}  # what pydantic's kinds of mistake ask for
NAME_RULE = (
    "use letters, digits, '.', '_' and '-' (no spaces or accents), 64 at most, a letter or digit first"
)
RULES = {
    r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$": "write a language tag such as en, de or pt-BR",
    r"^[A-Z]{3}$": "write three capital letters such as EUR",
}  # of patterns that are not those of a name
CURLY = re.compile("[‘’“”„«»]")
COMMA = re.compile(r"-?[0-9]+,[0-9]+")


def parse(model: type[Model], raw: Any, where: str, under: str = "") -> Model:
    """`raw`, which stands in `where` under the key `under`, as a checked `model`.

    Raises MistakesError: one sentence for each, naming `where`, the key and the mend.
    """
    if not isinstance(raw, dict):
        raise InputError(not_a_mapping(raw, where, under))
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        found = [f"{where}: {mend}." for _location, mend in mistakes(model, error, under)]
        raise MistakesError(found) from None


def not_a_mapping(raw: Any, where: str, under: str) -> str:
    place = f"{where}: key '{under}'" if under else where
    return f"{place} holds {_kind(raw)}; write keys and values such as 'study: NAME'."


def mistakes(model: type[BaseModel], error: ValidationError, under: str = "") -> list[tuple[Location, str]]:
    """Each mistake with its place, as what is wrong and how to mend it, without a full stop.

    Keys that are not known come first: they are the likely cause of those that are missing.
    """
    problems = sorted(
        _without_echoes(error.errors(include_url=False)), key=lambda one: one["type"] != "extra_forbidden"
    )
    return [
        (_location(problem), _mend(model, problem, ".".join(_shown([under, *_location(problem)]))))
        for problem in problems
    ]


def _without_echoes(problems: list[ErrorDetails]) -> list[ErrorDetails]:
    """Where a value may be one of several kinds, the mistake of the kind that it comes nearest to."""
    kept: dict[Location, ErrorDetails] = {}
    above: set[Location] = set()
    for problem in sorted(problems, key=_is_of_another_kind):
        place = tuple(_shown(problem["loc"]))
        if not (place in above and (_is_of_another_kind(problem) or _is_echo(problem))):
            kept.setdefault(place, problem)
            above.update(place[:length] for length in range(len(place) + 1))
    nearest = {id(problem) for problem in kept.values()}
    return [problem for problem in problems if id(problem) in nearest]


def _is_of_another_kind(problem: ErrorDetails) -> bool:
    """A list or an object that is not one of the words which may stand in its place."""
    is_word = problem["type"] == "literal_error" and str(problem["loc"][-1]).startswith("literal[")
    return is_word and not isinstance(problem["input"], str)


def _is_echo(problem: ErrorDetails) -> bool:
    """Entries that are wrong are missing from their list, which is then called too short."""
    given = problem["input"]
    if problem["type"] != "too_short" or not isinstance(given, list | tuple):
        return False
    return len(given) >= int(problem["ctx"]["min_length"])


def _shown(location: Iterable[str | int]) -> list[str]:
    """Keys as the file has them; pydantic puts the names of kinds between them."""
    return [str(key) for key in location if key != "" and not INNER.match(str(key))]


def _mend(model: type[BaseModel], problem: ErrorDetails, key: str) -> str:
    given = quoted(problem["input"])
    match problem["type"]:
        case "missing":
            mend = " is missing; add it"
        case "extra_forbidden":
            mend = f" is not known{_suggestion(model, _shown(problem['loc']))}"
        case "invalid_key":
            mend = " is not known; remove it"
        case "string_pattern_mismatch":
            mend = f": {given} cannot be used as it is; {_rule(problem)}"
        case "string_type" if (unquoted := no_text(problem["input"])) is not None:
            mend = f": {unquoted}"
        case "literal_error":
            mend = f": {given} is not known{_meant(problem)}; use {problem['ctx']['expected']}"
        case "tuple_type" | "list_type":
            mend = f" must hold a list, not {_kind(problem['input'])}; write each entry after a dash: '- …'"
        case "model_type" | "dict_type" | "model_attributes_type":
            mend = f" must hold keys and values, not {_kind(problem['input'])}; write them as 'key: value'"
        case kind if kind in WANTED:
            mend = f": {given} is not {WANTED[kind].format(**_limits(problem))}; {_number(problem['input'])}"
        case _:
            message = problem["msg"].removeprefix("Value error, ")
            return f"key '{key}': {message}" if key else message
    return f"key '{key}'{mend}"


def quoted(value: Any) -> str:
    """The value in quotes, cut where it is long."""
    given = repr(value)
    return given if len(given) <= LONGEST else f"{given[: LONGEST - 3]}..."


def no_text(value: Any) -> str | None:
    """What is wrong with a value that YAML did not read as a text, and the mend; None for other values."""
    if value is None:
        return "it is empty (what follows a # is a comment); write a text"
    if isinstance(value, bool):
        return f"an unquoted yes, no, on or off is read as {str(value).lower()}; put it in quotes"
    if isinstance(value, date):
        return "an unquoted date is no text; put it in quotes"
    return f"{value!r} is no text; put it in quotes" if isinstance(value, int | float) else None


def _rule(problem: ErrorDetails) -> str:
    rule = RULES.get(str(problem["ctx"]["pattern"]), NAME_RULE)
    return f"{rule}; quotation marks must be straight" if CURLY.search(str(problem["input"])) else rule


def _meant(problem: ErrorDetails) -> str:
    given, expected = str(problem["input"]), re.findall(r"'([^']*)'", problem["ctx"]["expected"])
    by_case = {one.casefold(): one for one in expected}
    near = get_close_matches(given.casefold(), by_case, n=1)
    return f" (did you mean {by_case[near[0]]!r}?)" if near else ""


def _number(value: Any) -> str:
    is_comma = isinstance(value, str) and COMMA.fullmatch(value)
    return f"write {value.replace(',', '.')}" if is_comma else "correct it"


def _limits(problem: ErrorDetails) -> dict[str, Any]:
    """What the mistake is measured against; a limit of 1.0 reads as 1."""
    limits = problem.get("ctx", {})
    return {
        name: int(limit) if isinstance(limit, float) and limit.is_integer() else limit
        for name, limit in limits.items()
    }


@cache
def _known_keys(model: type[BaseModel]) -> dict[str, tuple[str, ...]]:
    schema = model.model_json_schema()
    return dict(_homes(schema, schema, ()))


def _suggestion(model: type[BaseModel], place: Sequence[str]) -> str:
    """The key meant: one of the object it stands in, or the same or a similar one elsewhere."""
    homes, key = _known_keys(model), place[-1]
    around = tuple(part for part in place[:-1] if not part.isdigit())
    here = sorted(known for known, home in homes.items() if home == around)
    near = get_close_matches(key, here, n=1, cutoff=0.8 if key in homes else 0.6)
    if key in homes and not near:
        home = ".".join(homes[key])
        return f" here; move it under '{home}'" if home else " here; move it out to the top level of the file"
    near = near or get_close_matches(key, sorted(homes), n=1)
    return f" (did you mean '{near[0]}'?); rename it" if near else "; remove it or correct its spelling"


def _location(problem: ErrorDetails) -> Location:
    """Its keys; one that is no text as YAML has it."""
    if problem["type"] != "invalid_key":
        return problem["loc"]
    words = {"None": "~", "True": "true", "False": "false"}
    return (*problem["loc"][:-1], words.get(str(problem["input"]), str(problem["input"])))


def _homes(
    part: dict[str, Any], schema: dict[str, Any], path: tuple[str, ...]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every key that the model knows, with the keys that lead to it; the deepest first."""
    for choice in [part, *part.get("anyOf", ()), *part.get("prefixItems", ())]:
        if "$ref" in choice:
            name = choice["$ref"].rsplit("/", 1)[-1]
            yield from _homes(schema["$defs"][name], schema, path)
        if isinstance(choice.get("items"), dict):
            yield from _homes(choice["items"], schema, path)
        for key, inner in choice.get("properties", {}).items():
            yield from _homes(inner, schema, (*path, key))
            yield key, path


def _kind(raw: Any) -> str:
    numbers = dict.fromkeys((int, float), "a number")
    names = {type(None): "nothing", str: "a text", list: "a list", dict: "keys and values", **numbers}
    names |= {bool: "true or false", date: "a date", datetime: "a date"}
    return names.get(type(raw), f"a {type(raw).__name__}")
