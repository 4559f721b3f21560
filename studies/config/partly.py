"""What can be read of a list although entries hold mistakes, so that all mistakes are told at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from studies.config.material import Item, ItemOrName, Method, MethodOrName
from studies.config.people import Gold
from studies.config.questions import Part, Question
from studies.reading import mistakes
from studies.yamlfile import Location

LISTS: Mapping[str, tuple[type[BaseModel], TypeAdapter[Any]]] = {
    "methods": (Method, TypeAdapter(MethodOrName)),
    "items": (Item, TypeAdapter(ItemOrName)),
    "parts": (Part, TypeAdapter(Part)),
    "gold": (Gold, TypeAdapter(Gold)),
}
LONGEST = 10_000  # entries


@dataclass(frozen=True)
class Some:
    """Entries by their places in the file; `hidden`: mistakes that others keep from being seen."""

    entries: Mapping[int, Any]
    hidden: Sequence[tuple[Location, str]]


def some_of(key: str, given: Any, languages: Sequence[str], under: str = "") -> Some:
    """The entries of the list `key`; what is wrong with one is left out of it where it can do without."""
    entries: dict[int, Any] = {}
    hidden: list[tuple[Location, str]] = []
    model, reader = LISTS[key]
    for place, raw in enumerate(given if isinstance(given, list | tuple) and len(given) <= LONGEST else ()):
        try:
            entries[place] = reader.validate_python(raw)
        except ValidationError as error:
            mended = _without_mistakes(model, raw, error, languages)
            if mended is None:
                continue
            try:
                entries[place] = reader.validate_python(mended)
            except ValidationError as later:
                above = f"{under}.{key}.{place}".lstrip(".")
                hidden += [((key, place, *where), text) for where, text in mistakes(model, later, above)]
    return Some(entries, hidden)


def _without_mistakes(
    model: type[BaseModel], raw: Any, error: ValidationError, languages: Sequence[str]
) -> dict[str, Any] | None:
    """A copy without what is wrong; None where the entry cannot do without, or contradicts itself."""
    if not isinstance(raw, dict):
        return None
    kept = dict(raw)
    if isinstance(raw.get("questions"), list):
        kept["questions"] = [dict(one) if isinstance(one, dict) else one for one in raw["questions"]]
    for place, kind in _places(error):
        if not place:
            return None
        if kind == "too_short" and len(place) == 1 and raw.get(str(place[0])):
            continue  # said of a list whose entries are wrong
        name = str(place[0])
        if kind == "extra_forbidden" and len(place) == 1:
            _mend_key(kept, name, model)
        elif name == "questions" and len(place) > 1:
            _mend_question(kept, place, kind, languages)
        elif name not in model.model_fields or model.model_fields[name].is_required():
            return None
        else:
            kept.pop(name, None)
    return kept


def _places(error: ValidationError) -> Iterator[tuple[Location, str]]:
    for problem in error.errors(include_url=False, include_input=False):
        yield problem["loc"], problem["type"]


def _mend_key(holder: dict[str, Any], name: str, model: type[BaseModel]) -> None:
    """Give an unknown key the name that it resembles, or remove it."""
    value = holder.pop(name, None)
    near = get_close_matches(name, model.model_fields, n=1)
    if near:
        holder.setdefault(near[0], value)


def _mend_question(kept: dict[str, Any], place: Location, kind: str, languages: Sequence[str]) -> None:
    number = int(place[1])
    question = kept["questions"][number]
    if kind == "extra_forbidden" and len(place) == 3 and isinstance(question, dict):
        _mend_key(question, str(place[2]), Question)
        return
    # Any question in its place: what the part says of itself holds whatever it asks.
    text: Any = dict.fromkeys(languages, "…") if len(languages) > 1 else "…"
    kept["questions"][number] = {"id": f"unread-{id(kept)}-{number}", "text": text}
    kept["gold"] = 0
