"""How a release is cited, licensed and reproduced, in words."""

from __future__ import annotations

import pytest
import yaml

from analysis.options import Options
from analysis.release.citation import LICENCES, citation, licence_note, parse_author
from analysis.release.readme import command
from analysis.release.wish import Author, Wish


def test_authors_are_people_with_or_without_orcid_or_institutions() -> None:
    assert parse_author("Doe, Jane") == Author("Doe", "Jane")
    assert parse_author("de la Cruz, Ana María, 0000-0002-1694-233X") == Author(
        "de la Cruz", "Ana María", "0000-0002-1694-233X"
    )
    assert parse_author("Doe, Jane, https://orcid.org/0000-0002-1825-0097").orcid == "0000-0002-1825-0097"
    assert parse_author("Perception Lab") == Author("Perception Lab")


@pytest.mark.parametrize("text", ["", "Doe,", "Doe, Jane, Prof.", "Doe, Jane, 0000-0002-1825-0098"])
def test_what_is_no_author_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not like 'Family, Given'"):
        parse_author(text)


def test_the_citation_names_whom_and_what_the_researcher_named() -> None:
    authors = (Author("Doe", "Jané", "0000-0002-1825-0097"), Author("Lab: of, X"))
    content = yaml.safe_load(citation(Wish(authors, licence="CC-BY-4.0"), "Heads: that #speak") or "")
    assert content["authors"] == [
        {"family-names": "Doe", "given-names": "Jané", "orcid": "https://orcid.org/0000-0002-1825-0097"},
        {"name": "Lab: of, X"},
    ]
    assert (content["title"], content["license"]) == ("Heads: that #speak", "CC-BY-4.0")
    assert citation(Wish(), "T") is None


@pytest.mark.parametrize("licence", LICENCES)
def test_the_licence_note_names_the_licence_and_excepts_the_clips(licence: str) -> None:
    note = licence_note(Wish(licence=licence)) or ""
    assert f"SPDX-License-Identifier: {licence}\n" in note
    assert "clips that were rated are not part" in note


def test_the_command_gives_every_option_that_counts() -> None:
    assert command(Options("raters", 0.9, 7, margin=0.25, regularised_preference=True)) == (
        "PYTHONPATH=code python -m analysis report data --out again --target raters --confidence 0.9 "
        "--seed 7 --margin 0.25 --regularised-preference"
    )
