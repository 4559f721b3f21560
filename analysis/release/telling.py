"""What tells who somebody is: contacts, accounts and numbers of people, and the ids that raters had."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from analysis.release.pseudonyms import are_serials
from studies.bundle import CHOICES, RATING_KINDS, TABLES

EMAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
PHONE = re.compile(r"(?<![\w+])\+\d[\d ()/.-]{6,}\d|\(?\b\d{3}\)?[ -]\d{3}[ -]\d{4}\b")
CONTACT = {"an e-mail address": EMAIL, "a telephone number": PHONE}
NETWORK = {
    "an IP address": re.compile(
        r"(?<![\w.])\d{1,3}(\.\d{1,3}){3}(?![\w.])|(?<![\w:])([0-9a-f]{1,4}:){7}[0-9a-f]{1,4}(?![\w:])"
        r"|(?<![\w:])([0-9a-f]{1,4}:){1,6}(:[0-9a-f]{1,4}){1,6}(?![\w:])",
        re.IGNORECASE,
    ),
    "a hardware address": re.compile(
        r"(?<![\w:-])[0-9a-f]{2}([:-])([0-9a-f]{2}\1){4}[0-9a-f]{2}(?![\w:-])", re.I
    ),
}
NUMBERS = {
    "an ORCID": re.compile(r"\b\d{4}-\d{4}-\d{4}-\d{3}[\dXx]\b"),
    "a social security number": re.compile(r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])"),
    "a bank account": re.compile(r"\b[A-Z]{2}\d{2}( ?[A-Z0-9]{4}){3,7}( ?[A-Z0-9]{1,3})?\b"),
    "a telephone number": re.compile(r"(?<![\w.:+-])\(?0\d{2,4}\)?[ /-]?\d{3,}([ -]?\d{2,})*(?![\w.:])"),
}
PANELS = {
    "an Amazon Mechanical Turk WorkerId": re.compile(r"\bA(?=[A-Z0-9]*\d)[A-Z0-9]{11,20}\b"),
    "a Prolific id": re.compile(r"\b[0-9a-f]{24}\b", re.IGNORECASE),
}
WEB = "a web address"
PERSON = {
    WEB: re.compile(r"https?://|\bwww\.\w|\b[a-z][\w-]*(\.[\w-]+)*\.[a-z]{2,6}/\w", re.IGNORECASE),
    **NETWORK,
    "an e-mail address": re.compile(r"\w@\w|\w ?[\[({] ?at ?[\])}] ?\w", re.IGNORECASE),
    **PANELS,
    "a user name": re.compile(r"(?<!\S)@\w{2,}"),
    **NUMBERS,
}
OF_PEOPLE = re.compile(
    r"(e[-_ ]?mail|phone|telephone|mobile|surname"
    r"|((first|last|family|given|full|real|legal|maiden|nick|user)[-_ ]?)?name"
    r"|birth(day|date)?|date[-_ ]?of[-_ ]?birth"
    r"|ssn|passport|iban|orcid|matriculation|matrikel\w*|ip[-_ ]?address)",
    re.IGNORECASE,
)
WORD = re.compile(r"[^\W_]+")
SHORTEST_WORD, SHORTEST_NAME, SHORTEST_ID, LONG_NUMBER = 5, 3, 2, 9
OWN_WORDS = frozenset({*RATING_KINDS, *CHOICES, "true", "false", "none"}) | {
    name for table in TABLES for name in (table.name, *table.header)
}


@dataclass(frozen=True)
class Ids:
    """Old ids of raters, in lower case. `whole`: told by a cell that equals one; `words`: by a text with one.

    `serial`: they are one prefix with small numbers, as clips may be called too. `names`: short ones that
    may be names of people, with a capital: Max, which the word max does not tell.
    """

    whole: frozenset[str]
    words: frozenset[str]
    serial: bool
    names: frozenset[str] = frozenset()

    def equals(self, text: str) -> bool:
        return text in self.whole or text.casefold() in self.whole

    def inside(self, text: str) -> bool:
        """Whether an id stands in `text` even as a part of a word."""
        folded = text.casefold()
        return not self.serial and any(name in folded for name in self.words)

    def called(self, text: str) -> bool:
        """Whether a short name stands in `text` as a word with its capital."""
        return not self.names.isdisjoint(WORD.findall(text))

    def within(self, text: str) -> bool:
        """Whether an id stands in `text` as a word, whatever its case."""
        folded = text.casefold()
        if not self.words.isdisjoint(WORD.findall(folded)):
            return True
        return any(name in folded and _as_word(name, folded) for name in self.words if not name.isalnum())


def _as_word(name: str, folded: str) -> bool:
    return re.search(rf"(?<![^\W_]){re.escape(name)}(?![^\W_])", folded) is not None


def ids_of(raters: Sequence[str]) -> Ids:
    """Small numbers and words of the bundle itself, such as `left`, are no ids that could be found."""
    serial = are_serials(raters)
    names = {plain(rater) for rater in raters}
    folded = {name if len(name) <= SHORTEST_ID else name.casefold() for name in names} - OWN_WORDS
    words = {name for name in folded if len(name) >= (LONG_NUMBER if name.isdecimal() else SHORTEST_WORD)}
    whole = set() if serial else {name for name in folded if len(name) >= SHORTEST_ID and not _small(name)}
    short = {name.capitalize() for name in folded if name.isalpha() and name not in words}
    return Ids(
        frozenset(whole | words),
        frozenset(words),
        serial,
        frozenset(name for name in short if len(name) >= SHORTEST_NAME),
    )


def _small(name: str) -> bool:
    return name.isdecimal() and len(name) < SHORTEST_WORD


def plain(text: str) -> str:
    """With full-width and other compatible letters as the common ones, and none that cannot be seen."""
    shown = (letter for letter in unicodedata.normalize("NFKC", text) if unicodedata.category(letter) != "Cf")
    return "".join(shown)


def telling_name(column: str, ids: Ids, *, of_people: bool) -> str | None:
    """As what a column's name identifies somebody; `of_people`: even `surname` says that it does."""
    name = plain(column)
    for what, pattern in (*CONTACT.items(), *PERSON.items()):
        if pattern.search(name):
            return what
    if ids.equals(name) or ids.within(name):
        return "the id of a rater"
    return "personal data" if of_people and OF_PEOPLE.fullmatch(name.strip()) else None
