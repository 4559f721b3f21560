"""From a stimulus' name to its method and item: patterns that a user gives."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from studies.errors import InputError

FIELD = re.compile(r"\{(\w*)\}")
EXTENSION = re.compile(r"\.(?=[A-Za-z])[A-Za-z0-9]{2,5}$")
FIELDS = ("method", "item", "question")
EXAMPLE = "'{method}_{item}'"


@dataclass(frozen=True)
class Named:
    """What a name says; "" where the pattern does not ask for it."""

    method: str = ""
    item: str = ""
    question: str = ""


@dataclass(frozen=True)
class Pattern:
    """`text` with {method}, {item}, {question} and {} (anything), or a regular expression with such groups.

    The former fits the whole name without folders, address and file extension; with as many folders as it has
    slashes. A regular expression is searched in the name as it is. `lazy` and `greedy` are the two ends of
    all ways to fit: a name that they read differently is ambiguous.
    """

    text: str
    lazy: re.Pattern[str]
    greedy: re.Pattern[str]
    is_template: bool

    @property
    def fields(self) -> frozenset[str]:
        return frozenset(self.lazy.groupindex) & frozenset(FIELDS)

    def read(self, name: str, where: str) -> Named:
        """Raises InputError where the name does not fit, or fits in more than one way."""
        subject = self._subject(name)
        found = [self._match(pattern, subject) for pattern in (self.lazy, self.greedy)]
        if found[0] is None or found[1] is None or not found[0]["method"]:
            raise InputError(
                f"{where}: {subject!r} does not fit --stimulus-pattern {self.text!r}; correct the name or "
                "the pattern."
            )
        if found[0].groups() != found[1].groups():
            ways = " or ".join(", ".join(map(repr, match.groups())) for match in found if match)
            raise InputError(
                f"{where}: {subject!r} fits --stimulus-pattern {self.text!r} in several ways ({ways}); give "
                "a regular expression such as '(?P<method>[^_]+)_(?P<item>.+)'."
            )
        return Named(**{key: found[0][key] or "" for key in self.fields})

    def fits(self, name: str) -> bool:
        """Whether the name can be read at all, in one way or several."""
        found = self._match(self.lazy, self._subject(name))
        return found is not None and bool(found["method"])

    def _match(self, pattern: re.Pattern[str], subject: str) -> re.Match[str] | None:
        return pattern.fullmatch(subject) if self.is_template else pattern.search(subject)

    def _subject(self, name: str) -> str:
        if not self.is_template:
            return name
        subject = "/".join(_folders(name)[-1 - self.text.count("/") :])
        return subject if EXTENSION.search(self.text) else EXTENSION.sub("", subject)


def _folders(name: str) -> list[str]:
    """The parts of a path or web address, without what follows the path in an address."""
    path = re.split(r"[?#]", name)[0] if "://" in name else name
    return re.split(r"[/\\]", path)


def short_names(names: Iterable[str]) -> dict[str, str]:
    """The file name without extension for each name, where that tells all of them apart; else the name."""
    short = {name: EXTENSION.sub("", _folders(name)[-1]) for name in names}
    return short if len(set(short.values())) == len(short) else {name: name for name in short}


def parse_pattern(text: str) -> Pattern:
    """Raises ValueError with the reason where `text` is no pattern."""
    if "(?P<" in text:
        pattern = _expression(text)
        parsed = Pattern(text, pattern, pattern, is_template=False)
    else:
        _check_template(text)
        lazy, greedy = (re.compile(_regex(text, part), re.DOTALL) for part in (".+?", ".+"))
        parsed = Pattern(text, lazy, greedy, is_template=True)
    if "method" not in parsed.fields:
        raise ValueError(f"{text!r} does not name the method; write it like {EXAMPLE}")
    return parsed


def _expression(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise ValueError(f"{text!r} is not a regular expression ({error})") from None


def _check_template(text: str) -> None:
    names = FIELD.findall(text)
    unknown = [name for name in names if name and name not in FIELDS]
    if unknown:
        raise ValueError(f"'{{{unknown[0]}}}' is not one of {{method}}, {{item}}, {{question}} and {{}}")
    doubles = [name for name in FIELDS if names.count(name) > 1]
    if doubles:
        raise ValueError(f"{{{doubles[0]}}} stands twice in {text!r}")
    if "}{" in text:
        raise ValueError(f"{text!r} has nothing between two names; write it like {EXAMPLE}")


def _regex(text: str, part: str) -> str:
    """Literal text and fields take turns in what re.split returns."""
    pieces = FIELD.split(text)
    fields = [f"(?P<{name}>{part})" if name else f"({part})" for name in pieces[1::2]]
    return "".join(
        re.escape(literal) + field for literal, field in zip(pieces[::2], [*fields, ""], strict=True)
    )


def needed(pattern: Pattern | None, example: str, where: str) -> Pattern:
    """The pattern, where the source does not say methods and items."""
    if pattern is None:
        raise InputError(
            f"{where} does not say which method made {example!r}; give a pattern of such names with "
            f"--stimulus-pattern, like {EXAMPLE}."
        )
    return pattern


def with_item(named: Named, item: str, name: str, where: str) -> str:
    """The item that the pattern reads, else what the source says."""
    if not (named.item or item):
        raise InputError(
            f"{where} does not say of which item {name!r} is; add {{item}} to --stimulus-pattern, like "
            f"{EXAMPLE}."
        )
    return named.item or item
