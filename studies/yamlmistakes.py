"""What is wrong with YAML that cannot be read, and how to mend it, in a researcher's words."""

from __future__ import annotations

import re

import yaml

# What PyYAML says, and what a person needs to hear of it; groups of the pattern are filled in.
WORDS = (
    (r"found character '\\t'", "a tab stands where only spaces can; indent with spaces instead of tabs"),
    (r"found character '(.)' that cannot start", "a text cannot begin with {0}; put it in quotes"),
    (
        r"mapping values are not allowed here",
        "a colon stands inside a text; put the whole text in quotes, or mend the indentation",
    ),
    (
        r"expected <block end>, but found '<block",
        "the line is indented unlike those around it; align it with them",
    ),
    (
        r"expected <block end>, but found '-'",
        "a dash stands among keys; align it with the list it is part of",
    ),
    (
        r"expected <block end>, but found '<scalar>'",
        "text stands after a closing quotation mark; put quotes around the whole text",
    ),
    (r"found another document", "a second document begins here; a study file holds one"),
    (r"found undefined alias '(.*)'", "*{0} refers to nothing; put it in quotes if it is meant as a text"),
    (r"unhashable key", "braces hold keys and values; put a text that begins with a brace in quotes"),
    (
        r"could not determine a constructor",
        "a tag that begins with ! is not known; remove it, or put it in quotes",
    ),
    (r"for merging, but found", "'<<' takes an alias such as *name of keys and values; correct it"),
    (r"found unexpected end of stream", "the quotation mark that opens here is never closed; close it"),
    (
        r"expected ',' or '.', but got '\?'",
        "a text between braces or brackets cannot hold a question mark; put the text in quotes",
    ),
    (
        r"expected ',' or '(.)'",
        "after the bracket that opens here a comma or the closing {0} is missing; add it",
    ),
    (
        r"could not find expected ':'",
        "a key lacks its colon, or the space after it; write 'key: value', or indent the lines of a text",
    ),
    (r"expected the node content", "a value or a closing bracket is missing; add it"),
    (r"found unknown escape character '(.)'", "\\{0} means nothing in double quotes; use single quotes"),
    (r"but found '([}}\]])'", "{0} closes nothing; remove it"),
)
# The mark that helps is where these begin, not where reading failed.
OPENING = ("found unexpected end of stream", "expected ',' or", "could not find expected ':'")
LONGEST_LOOKED_AT = 500_000  # characters; the file is read a second time


def described(error: yaml.YAMLError, text: str) -> tuple[int | None, str]:
    """The line (from 1) and what is wrong there, without a full stop."""
    if isinstance(error, yaml.reader.ReaderError):
        place = text.count("\n", 0, error.position) + 1
        return place, f"character U+{int(error.character):04X} cannot stand in YAML; remove it"
    problem = str(getattr(error, "problem", None) or "it cannot be parsed")
    mark = getattr(error, "problem_mark", None)
    if problem.startswith(OPENING) and not problem.endswith("but got '?'"):
        mark = getattr(error, "context_mark", None) or mark
    line = mark.line + 1 if mark else None
    opened = _opened_above(text, line)
    if opened:
        return (
            opened,
            f"the quotation mark that opens here is closed only in line {line}; close it in its line",
        )
    return line, _words(problem)


def _words(problem: str) -> str:
    for pattern, words in WORDS:
        found = re.search(pattern, problem)
        if found:
            return words.format(*found.groups())
    return problem if ";" in problem else f"{problem}; correct it"


def _opened_above(text: str, line: int | None) -> int | None:
    """The line of a quotation mark that swallowed what lies between it and `line`."""
    if len(text) > LONGEST_LOOKED_AT:
        return None
    last = None
    try:
        for token in yaml.scan(text, Loader=yaml.SafeLoader):
            if isinstance(token, yaml.ScalarToken) and token.style in ("'", '"'):
                last = token
    except yaml.YAMLError:
        pass
    if last is None or line is None or last.end_mark.line + 1 != line:
        return None
    return last.start_mark.line + 1 if last.start_mark.line < last.end_mark.line else None
