"""How to cite a release, and what its licence allows: nothing is said that the researcher did not say."""

from __future__ import annotations

import re

import yaml

from analysis.release.wish import Author, Wish

CFF_VERSION = "1.2.0"
ORCID = re.compile(r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]")
ANYTHING, NAMED = "anybody may use it for anything", "naming its authors"
NOT_SOLD = "anybody may use it for other than commercial purposes"
ALIKE = "and share what is made of it under the same licence"
LICENCES = {
    "CC0-1.0": ANYTHING,
    "CC-BY-4.0": f"{ANYTHING}, {NAMED}",
    "CC-BY-SA-4.0": f"{ANYTHING}, {NAMED}, {ALIKE}",
    "CC-BY-NC-4.0": f"{NOT_SOLD}, {NAMED}",
    "CC-BY-NC-SA-4.0": f"{NOT_SOLD}, {NAMED}, {ALIKE}",
    "CC-BY-ND-4.0": f"anybody may share it unchanged, {NAMED}",
    "CC-BY-NC-ND-4.0": f"anybody may share it unchanged for other than commercial purposes, {NAMED}",
    "ODC-By-1.0": f"{ANYTHING}, {NAMED}",
    "ODbL-1.0": f"{ANYTHING}, {NAMED}, {ALIKE}",
    "PDDL-1.0": ANYTHING,
}


def parse_author(text: str) -> Author:
    """`Family, Given`, with `, ORCID` after it where there is one; without a comma an institution."""
    parts = [part.strip() for part in text.split(",")]
    orcid = parts.pop().rsplit("/", 1)[-1] if len(parts) > 1 and ORCID.search(parts[-1]) else ""
    if not all(parts) or len(parts) > 2 or (orcid and not _is_orcid(orcid)):
        raise ValueError(f"{text!r} is not like 'Family, Given' or 'Family, Given, 0000-0002-1825-0097'")
    return Author(parts[0], parts[1] if len(parts) == 2 else "", orcid)


def _is_orcid(text: str) -> bool:
    """Whether the check digit fits (ISO 7064, mod 11-2)."""
    if not ORCID.fullmatch(text):
        return False
    digits, total = text.replace("-", ""), 0
    for digit in digits[:-1]:
        total = (total + int(digit)) * 2
    check = (12 - total % 11) % 11
    return digits[-1] == ("X" if check == 10 else str(check))


def citation(wish: Wish, title: str) -> str | None:
    """CITATION.cff, version 1.2.0; None without an author, as the format knows no such citation."""
    if not wish.authors:
        return None
    content = {
        "cff-version": CFF_VERSION,
        "message": "If you use these data, please cite them as below.",
        "type": "dataset",
        "title": title,
        "authors": [_person(author) for author in wish.authors],
        **({"license": wish.licence} if wish.licence else {}),
    }
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=1000)


def _person(author: Author) -> dict[str, str]:
    orcid = {"orcid": f"https://orcid.org/{author.orcid}"} if author.orcid else {}
    if not author.given:
        return {"name": author.family, **orcid}
    return {"family-names": author.family, "given-names": author.given, **orcid}


def institutions(wish: Wish) -> list[str]:
    """A person written without a comma would be cited as an institution: whoever wrote it is told."""
    return [
        f"{author.family!r} is cited as an institution; write a person as 'Family, Given'."
        for author in wish.authors
        if not author.given
    ]


def licence_note(wish: Wish) -> str | None:
    """LICENSE.txt: which licence holds for what; None where none was chosen."""
    if wish.licence is None:
        return None
    return (
        f"SPDX-License-Identifier: {wish.licence}\n\n"
        f"The data, tables, figures and texts of this folder are published under {wish.licence}:\n"
        f"{LICENCES[wish.licence]}. The licence's text: https://spdx.org/licenses/{wish.licence}.html\n\n"
        "The clips that were rated are not part of this folder, and not of this licence.\n"
    )
