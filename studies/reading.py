"""Read a YAML file into a typed object; every mistake is one sentence: what, where, how to mend."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from studies.errors import InputError

Model = TypeVar("Model", bound=BaseModel)

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
    "tuple_type": "a list",
    "list_type": "a list",
    "greater_than": "above {gt}",
    "greater_than_equal": "at least {ge}",
    "less_than": "below {lt}",
    "less_than_equal": "at most {le}",
    "string_too_long": "a text of at most {max_length} characters",
    "string_too_short": "a text of at least {min_length} characters",
    "too_long": "a list of at most {max_length} entries",
    "too_short": "a list of at least {min_length}",
}  # what pydantic's kinds of mistake ask for
NAME_RULE = "use letters, digits, '.', '_' and '-', beginning with a letter or digit, 64 at most"


def read_yaml(file: Path, hint: str) -> Any:
    """The content of a YAML file. Raises InputError; `hint` says what to give where there is no file."""
    try:
        return yaml.safe_load(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{file} does not exist; {hint}.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{file} cannot be read ({error}); it must be a UTF-8 text file.") from None
    except yaml.YAMLError as error:
        raise InputError(f"{file} is not valid YAML: {_yaml_problem(error)}.") from None
    except ValueError as error:
        raise InputError(f"{file} holds a value that cannot be read: {error}; put it in quotes.") from None
    except RecursionError:
        raise InputError(f"{file} is nested too deeply; a study file has at most six levels.") from None


def parse(model: type[Model], raw: Any, where: str, under: str = "") -> Model:
    """`raw`, which stands in `where` under the key `under`, as a checked `model`.

    Raises InputError naming `where`, the first bad key and the mend.
    """
    if not isinstance(raw, dict):
        place = f"{where}: key '{under}'" if under else where
        raise InputError(f"{place} holds {_kind(raw)}; write keys and values such as 'study: NAME'.")
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        raise InputError(f"{where}: {_problem(model, error, under)}.") from None


def _problem(model: type[BaseModel], error: ValidationError, under: str) -> str:
    """The mistake that most likely caused the others: a key that is not known before one that is missing."""
    problems = error.errors(include_url=False)
    first = next((problem for problem in problems if problem["type"] == "extra_forbidden"), problems[0])
    key = ".".join(str(part) for part in [under, *first["loc"]] if part != "")
    others = len(problems) - 1
    more = f" ({others} more {'mistakes' if others > 1 else 'mistake'} beside it)" if others else ""
    return f"{_mend(model, first, key)}{more}"


def _mend(model: type[BaseModel], problem: ErrorDetails, key: str) -> str:
    given = ascii(problem["input"])
    given = given if len(given) <= LONGEST else f"{given[: LONGEST - 3]}..."
    match problem["type"]:
        case "missing":
            mend = " is missing; add it"
        case "extra_forbidden":
            mend = f" is not known{_suggestion(model, str(problem['loc'][-1]))}"
        case "string_pattern_mismatch":
            mend = f": {given} cannot be used as it is; {NAME_RULE}"
        case "string_type" if isinstance(problem["input"], int | float):
            mend = f": {given} is no text; put it in quotes"
        case "literal_error":
            mend = f": {given} is not known; use {problem['ctx']['expected']}"
        case "model_type" | "dict_type" | "model_attributes_type":
            mend = f" must hold keys and values, not {_kind(problem['input'])}; correct it"
        case kind if kind in WANTED:
            mend = f": {given} is not {WANTED[kind].format(**_limits(problem))}; correct it"
        case _:
            message = problem["msg"].removeprefix("Value error, ")
            return f"key '{key}': {message}" if key else message
    return f"key '{key}'{mend}"


def _limits(problem: ErrorDetails) -> dict[str, Any]:
    """What the mistake is measured against; a limit of 1.0 reads as 1."""
    limits = problem.get("ctx", {})
    return {
        name: int(limit) if isinstance(limit, float) and limit.is_integer() else limit
        for name, limit in limits.items()
    }


def _suggestion(model: type[BaseModel], key: str) -> str:
    schema = model.model_json_schema()
    objects = [schema, *schema.get("$defs", {}).values()]
    known = sorted({name for part in objects for name in part.get("properties", {})})
    near = get_close_matches(key, known, n=1)
    return f" (did you mean '{near[0]}'?); rename it" if near else "; remove it or correct its spelling"


def _yaml_problem(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    where = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
    problem = getattr(error, "problem", None) or "it cannot be parsed"
    mend = "; indent with spaces instead of tabs" if "\\t" in problem else ""
    return f"{problem}{where}{mend}"


def _kind(raw: Any) -> str:
    numbers = dict.fromkeys((int, float), "a number")
    names = {type(None): "nothing", str: "a text", list: "a list", bool: "true or false", **numbers}
    return names.get(type(raw), f"a {type(raw).__name__}")
